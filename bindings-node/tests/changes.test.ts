/**
 * What changed between two lists: the cases that every language runs, and what is special in JavaScript.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Changes, type DiffOptions, diff, diffSync, InvalidRequestError } from "mspkit";
import { startSimulator } from "./support/simulator.js";

interface Case {
  readonly name: string;
  readonly old: object[];
  readonly new: object[];
  readonly options: DiffOptions;
  readonly error?: { argument: string };
  readonly result?: unknown;
  readonly csv?: string;
}

const FILE = join(__dirname, "..", "..", "tests", "reconcile", "changes.json");
const { cases } = JSON.parse(readFileSync(FILE, "utf8")) as { cases: Case[] };

/** The result in the form of the cases. */
function described(found: Changes<object, object>): unknown {
  return {
    summary: found.summary,
    added: found.added.map(({ id, index }) => ({ id, row: index })),
    gone: found.gone.map(({ id, index }) => ({ id, row: index })),
    changed: found.changed.map(({ id, oldIndex, newIndex, fields }) => ({
      id,
      old: oldIndex,
      new: newIndex,
      fields,
    })),
    unidentified: found.unidentified.map(({ side, index, id, reason }) => ({ side, row: index, id, reason })),
  };
}

for (const each of cases) {
  test(each.name, async () => {
    if (each.error !== undefined) {
      const { argument } = each.error;
      const refused = (error: unknown) => error instanceof InvalidRequestError && error.argument === argument;
      await assert.rejects(diff(each.old, each.new, each.options), refused);
      assert.throws(() => diffSync(each.old, each.new, each.options), refused);
      return;
    }
    const found = await diff(each.old, each.new, each.options);
    assert.deepEqual(described(found), each.result);
    assert.deepEqual(described(diffSync(each.old, each.new, each.options)), each.result);
    assert.ok(found.added.every((one) => one.row === each.new[one.index]));
    assert.ok(found.changed.every((one) => one.old === each.old[one.oldIndex]));
    if (each.csv !== undefined) {
      assert.equal(found.toCsv(), each.csv);
      assert.equal(found.toCsv({ excel: true }), `\ufeff${each.csv}`);
    }
  });
}

test("pagers are rows, and names are those of the models", async () => {
  const simulator = await startSimulator({ customers: 7 });
  const client = simulator.ncentral();
  try {
    const before = await client.customers.list().collect();
    const [, ...after] = before.map((one) => ({ ...one, customerName: `${one.customerName} Ltd` }));
    const changes = await diff(client.customers.list(), after, { by: "customerId" });
    assert.deepEqual(
      [changes.summary.gone, changes.summary.changed, changes.changed[0]?.fields[0]?.field],
      [1, 6, "customerName"],
    );
  } finally {
    client.close();
    await simulator.stop();
  }
});
