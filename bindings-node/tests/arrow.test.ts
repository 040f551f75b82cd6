/**
 * Lists as tables of Apache Arrow: the cases that every language runs, read by the package `apache-arrow`.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type DataType, StructRow, type Table, Type, tableFromIPC, Vector } from "apache-arrow";
import type { SyncPager } from "mspkit";
import { InvalidRequestError, MspError, NCentral, NCentralSync, type Pager, Wiv, WivSync } from "mspkit";
import { camel } from "../dist/cjs/names.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

interface Case {
  readonly name: string;
  readonly operation: string;
  readonly path: string;
  readonly options: { readonly columns?: string[]; readonly extra?: boolean };
  readonly rows: object[];
  readonly schema: [string, string][];
  readonly values: unknown[][];
  readonly error?: string[];
  readonly refused?: string;
}

const FILE = join(__dirname, "..", "..", "tests", "data", "cases.json");
// Integers that JavaScript's numbers do not hold are kept as texts on their way to the simulator.
const text = readFileSync(FILE, "utf8").replace(/(?<=[\s:,[])\d{17,}(?=[\s,\]}])/g, '"large $&"');
const { cases } = JSON.parse(text) as { cases: Case[] };

let simulator: Simulator;
let clients: Record<string, NCentral | NCentralSync | Wiv | WivSync>;

before(async () => {
  simulator = await startSimulator({ customers: 23 });
  const { ncentralJwt, wivApiKey } = simulator.credentials;
  const ncentral = { baseURL: simulator.url, jwt: ncentralJwt, maxRetries: 0 };
  const wiv = { baseURL: simulator.url, apiKey: wivApiKey, maxRetries: 0 };
  clients = {
    ncentral: new NCentral(ncentral),
    ncentralSync: new NCentralSync(ncentral),
    wiv: new Wiv(wiv),
    wivSync: new WivSync(wiv),
  };
});

after(async () => {
  for (const client of Object.values(clients)) {
    client.close();
  }
  await simulator.stop();
});

/** A type in the words of the cases. */
function typed(type: DataType): string {
  const child = (at: number) => type.children[at] as { name: string; type: DataType };
  switch (type.typeId) {
    case Type.Utf8:
      return "string";
    case Type.Int:
      return "int64";
    case Type.Float:
      return "double";
    case Type.Bool:
      return "bool";
    case Type.List:
      return `list<item: ${typed(child(0).type)}>`;
    case Type.Struct:
      return `struct<${type.children.map(({ name, type: of }) => `${name}: ${typed(of)}`).join(", ")}>`;
    default:
      return String(type);
  }
}

/** A value as JSON has it. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") {
    return Number(value);
  }
  if (value instanceof Vector) {
    return [...value].map(plain);
  }
  if (value instanceof StructRow) {
    return Object.fromEntries(Object.entries(value.toJSON()).map(([name, member]) => [name, plain(member)]));
  }
  return value;
}

function described(table: Table): [unknown, unknown] {
  const columns = table.schema.fields.map((_, at) => [...(table.getChildAt(at) as Vector)].map(plain));
  return [table.schema.fields.map(({ name, type }) => [name, typed(type)]), columns];
}

/** The lists of a case, of an async and of a blocking client. */
async function lists(of: Case): Promise<[Pager<object>, SyncPager<object>]> {
  const body = JSON.stringify({ data: of.rows, totalItems: of.rows.length });
  const text = body.replace(/"large (\d+)"/g, "$1");
  const answer = { match: `GET ${of.path}`, times: 0, text, content_type: "application/json" };
  await simulator.control("script", { answers: [answer] });
  const [service, resource, method] = of.operation.split(".") as [string, string, string];
  const list = (client: unknown) =>
    (client as Record<string, Record<string, () => unknown>>)[camel(resource)]?.[camel(method)]?.();
  return [list(clients[service]), list(clients[`${service}Sync`])] as [Pager<object>, SyncPager<object>];
}

/** Texts of the cases in the names of this language, but for what the server calls so. */
function named(of: Case, text: string): string {
  return of.refused === undefined ? text : text.replace(/[a-z]+(_[a-z]+)+/g, camel);
}

for (const each of cases) {
  test(each.name, async () => {
    const [pager, blocking] = await lists(each);
    const columns = each.options.columns?.map(camel);
    const options = columns === undefined ? each.options : { ...each.options, columns };
    if (each.error !== undefined) {
      const parts = each.error.map((part) => named(each, part));
      const failed = (error: unknown) => {
        assert.ok(error instanceof (each.refused === undefined ? MspError : InvalidRequestError));
        assert.ok(
          parts.every((part) => error.message.includes(part)),
          error.message,
        );
        assert.equal(error.argument, each.refused);
        return true;
      };
      await assert.rejects(pager.toArrow(options), failed);
      assert.throws(() => blocking.toArrow(options), failed);
      return;
    }
    const schema = each.schema.map(([name, type]) => [camel(name), type.replace(/[a-z]+(_[a-z]+)+/g, camel)]);
    const [read, again] = [await pager.toArrow(options), blocking.toArrow(options)];
    assert.deepEqual(described(tableFromIPC(read)), [schema, each.values]);
    assert.deepEqual(described(tableFromIPC(again)), [schema, each.values]);
  });
}

test("a table has what was not returned yet, and a batch for each page", async () => {
  await simulator.reset();
  const client = clients.ncentral as NCentral;
  const list = client.customers.list({ pageSize: 10 });
  const first = await list.first();
  const table = tableFromIPC(await list.toArrow({ columns: ["customerId"] }));
  assert.deepEqual([first?.customerId, table.numRows, table.batches.length], ["100", 22, 3]);
  assert.equal(table.getChild("customerId")?.get(0), "101");
  assert.equal(list.complete, true);
  assert.equal(tableFromIPC(await list.toArrow()).numRows, 0);
});

test("after an error no row counts as returned", async () => {
  await simulator.reset();
  await simulator.fail("ncentral.customers.list", { status: 403, nth: [2] });
  const list = (clients.ncentral as NCentral).customers.list({ pageSize: 10 });
  const begin = list.resumeToken;
  await assert.rejects(
    list.toArrow(),
    (error: unknown) => error instanceof MspError && error.resumeToken === begin,
  );
  await simulator.reset();
  assert.equal(tableFromIPC(await list.toArrow()).numRows, 23);
});

test("an abort ends it", async () => {
  const controller = new AbortController();
  const client = clients.ncentral as NCentral;
  const list = client.customers.list({ pageSize: 5 }, { signal: controller.signal });
  const table = list.toArrow();
  controller.abort(new Error("enough"));
  await assert.rejects(table, /enough/);
});
