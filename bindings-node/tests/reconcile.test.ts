/**
 * Matching two lists: the cases that every language runs, and what is special in JavaScript.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  InvalidRequestError,
  type ReconcileOptions,
  type Reconciliation,
  reconcile,
  reconcileSync,
} from "mspkit";
import { camel } from "../dist/cjs/names.js";
import { startSimulator } from "./support/simulator.js";

interface Case {
  readonly name: string;
  readonly left: object[];
  readonly right: object[];
  readonly options: Record<string, unknown>;
  readonly error?: { argument: string };
  readonly result?: unknown;
  readonly csv?: string;
  readonly mapping_csv?: string;
  readonly html_has?: string[];
  readonly html_lacks?: string[];
}

const FILE = join(__dirname, "..", "..", "tests", "reconcile", "cases.json");
const { cases } = JSON.parse(readFileSync(FILE, "utf8")) as { cases: Case[] };

/** An argument in JavaScript's spelling. */
function spelled(name: string): string {
  const [own = "", ...rest] = name.split("[");
  return [camel(own), ...rest].join("[");
}

/** The result in the form of the cases. */
function described(found: Reconciliation<object, object>): unknown {
  const { summary } = found;
  const row = ({ index, reason }: { index: number; reason: string }) => ({ row: index, reason });
  const ambiguous = (side: string, rows: Reconciliation<object, object>["ambiguousLeft"]) =>
    rows.map(({ index, why, candidates, count }) => ({
      side,
      row: index,
      why,
      candidates: candidates.map((one) => ({ row: one.index, score: one.score })),
      count,
    }));
  return {
    summary: {
      left: summary.left,
      right: summary.right,
      matched: summary.matched,
      differing: summary.differing,
      only_left: summary.onlyLeft,
      only_right: summary.onlyRight,
      ambiguous_left: summary.ambiguousLeft,
      ambiguous_right: summary.ambiguousRight,
      mapping_problems: summary.mappingProblems,
    },
    matched: found.matched.map((one) => ({
      left: one.leftIndex,
      right: one.rightIndex,
      score: one.score,
      why: one.why,
      differences: one.differences.map((each) => ({
        left_field: each.leftField,
        right_field: each.rightField,
        left: each.left,
        right: each.right,
      })),
    })),
    only_left: found.onlyLeft.map(row),
    only_right: found.onlyRight.map(row),
    ambiguous: [...ambiguous("left", found.ambiguousLeft), ...ambiguous("right", found.ambiguousRight)],
    mapping_problems: found.mappingProblems,
  };
}

for (const each of cases) {
  test(each.name, async () => {
    const options = Object.fromEntries(
      Object.entries(each.options).map(([name, value]) => [camel(name), value]),
    ) as unknown as ReconcileOptions;
    if (each.error !== undefined) {
      const argument = spelled(each.error.argument);
      const refused = (error: unknown) => {
        assert.ok(error instanceof InvalidRequestError, String(error));
        assert.equal(error.argument, argument);
        assert.match(error.stack ?? "", /reconcile\.test/);
        return true;
      };
      await assert.rejects(reconcile(each.left, each.right, options), refused);
      assert.throws(() => reconcileSync(each.left, each.right, options), refused);
      return;
    }
    const found = await reconcile(each.left, each.right, options);
    assert.deepEqual(described(found), each.result);
    assert.deepEqual(described(reconcileSync(each.left, each.right, options)), each.result);
    assert.ok(found.matched.every((one) => one.left === each.left[one.leftIndex]));
    if (each.csv !== undefined) {
      assert.equal(found.toCsv(), each.csv);
      assert.equal(found.toCsv({ excel: true }), `\ufeff${each.csv}`);
    }
    if (each.mapping_csv !== undefined) {
      assert.equal(found.toMapping(), each.mapping_csv);
    }
    const page = found.toHtml();
    assert.ok(page.includes("<title>Reconciliation</title>"));
    for (const text of each.html_has ?? []) {
      assert.ok(page.includes(text), text);
    }
    for (const text of each.html_lacks ?? []) {
      assert.ok(!page.includes(text), text);
    }
  });
}

test("pagers are rows, and names are those of the models", async () => {
  const simulator = await startSimulator({ customers: 7 });
  const client = simulator.ncentral();
  const sync = simulator.ncentralSync();
  try {
    const others = (await client.customers.list().collect()).map((one) => ({
      name: `${one.customerName} GmbH`,
    }));
    const options = { leftKey: "customerName", rightKey: "name" };
    const found = await reconcile(client.customers.list(), others, options);
    assert.equal(found.matched.length, others.length);
    assert.equal(found.matched[0]?.left.customerName, others[0]?.name.replace(" GmbH", ""));
    assert.equal(reconcileSync(sync.customers.list(), others, options).matched.length, others.length);
  } finally {
    client.close();
    sync.close();
    await simulator.stop();
  }
});

test("what is no list of rows is refused", async () => {
  const options = { leftKey: "name", rightKey: "name" };
  for (const rows of [5, "text", null, { name: "a" }]) {
    await assert.rejects(reconcile(rows as never, [], options), { argument: "left" });
    assert.throws(() => reconcileSync([], rows as never, options), { argument: "right" });
  }
  await assert.rejects(reconcile([{ name: () => 1 }], [], options), { argument: "left[0].name" });
  await assert.rejects(reconcile([], [], null as never), { argument: "options" });
  await assert.rejects(reconcile([], [], { ...options, treshold: 1 } as never), /did you mean threshold/);
});

test("an iterable that fails, fails with its own error", async () => {
  async function* rows() {
    yield { name: "a" };
    throw new RangeError("the file has ended");
  }
  await assert.rejects(reconcile(rows(), [], { leftKey: "name", rightKey: "name" }), RangeError);
});

test("the event loop goes on meanwhile", async () => {
  const rows = Array.from({ length: 6000 }, (_, at) => ({
    name: `customer of the region ${at % 97} ${at % 26}`,
  }));
  let done = false;
  let turns = 0;
  const matching = reconcile(rows, rows, { leftKey: "name", rightKey: "name" }).finally(() => {
    done = true;
  });
  while (!done) {
    turns += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await matching;
  assert.ok(turns > 10, `${turns}`);
});
