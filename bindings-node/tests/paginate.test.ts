/**
 * Lists at endpoints that mspkit does not know: rows as the server sends them, read like any other list.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  InvalidRequestError,
  MspError,
  NCentral,
  type NCentralSync,
  type PlainRow,
  responseOf,
} from "mspkit";
import { JWT, json, page, startFake, until } from "./support/fake.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

const PATH = "/api/customers";

let simulator: Simulator;
let client: NCentral;
let sync: NCentralSync;
let all: readonly unknown[];

before(async () => {
  simulator = await startSimulator({ customers: 120 });
  client = simulator.ncentral();
  sync = simulator.ncentralSync();
  all = (await client.customers.list().collect()).map((customer) => customer.customerId);
});

after(async () => {
  client.close();
  sync.close();
  await simulator.stop();
});

const ids = (rows: readonly PlainRow[]) => rows.map((row) => String(row.customerId));

test("rows are plain objects under the server's names", async () => {
  const list = { data: [{ thing_id: 7, "odd-name": { a: [1, null] }, huge: "@" }], totalItems: 1 };
  const text = JSON.stringify(list).replace('"@"', "18446744073709551615");
  await using server = await startFake((_, response) => json(response, text));
  await using own = new NCentral({ baseURL: server.url, jwt: JWT });
  const rows = await own.paginate("GET", "/api/things", { itemId: "thing_id" }).collect();
  assert.deepStrictEqual(
    rows.map((row) => ({ ...row })),
    [{ thing_id: 7, "odd-name": { a: [1, null] }, huge: 18446744073709551615n }],
  );
});

test("a list is read to its end in every way, by both kinds of clients", async () => {
  const options = { itemId: "customerId", query: { pageSize: 50 } };
  for (const of of [client, sync]) {
    assert.deepEqual(ids(await of.paginate("GET", PATH, options).collect()), all);
    const looped: PlainRow[] = [];
    for await (const row of of.paginate("GET", new URL(PATH, of.baseURL), options)) {
      looped.push(row);
    }
    assert.deepEqual(ids(looped), all);
    const pages: [number | undefined, number, number | undefined][] = [];
    for await (const one of of.paginate("GET", PATH, options).pages()) {
      pages.push([one.number, one.items.length, responseOf(one)?.status]);
    }
    assert.deepEqual(pages, [
      [1, 50, 200],
      [2, 50, 200],
      [3, 20, 200],
    ]);
  }
});

test("the first row, some rows and the rest follow each other", async () => {
  for (const of of [client, sync]) {
    const list = of.paginate("GET", PATH, { itemId: "customerId", query: { pageSize: 50 } });
    const first = await list.first();
    const some = await list.collect({ limit: 60 });
    const rest = await list.collect();
    assert.deepEqual([String(first?.customerId), ...ids(some), ...ids(rest)], all);
    assert.deepEqual([list.total, list.complete, list.missing], [120, true, 0]);
  }
});

test("reading resumes behind the rows that were returned", async () => {
  const options = { itemId: "customerId", query: { pageSize: 50 } };
  for (const of of [client, sync]) {
    const list = of.paginate("GET", PATH, options);
    const some = await list.collect({ limit: 63 });
    const { resumeToken } = list;
    const rest = await of.paginate("GET", PATH, { ...options, resumeToken }).collect();
    assert.deepEqual([...ids(some), ...ids(rest)], all);
    const elsewhere = of.paginate("GET", "/api/service-orgs", { ...options, resumeToken });
    await assert.rejects(async () => elsewhere.collect(), InvalidRequestError);
  }
});

test("a limit of the list ends it", async () => {
  for (const of of [client, sync]) {
    const rows = await of.paginate("GET", PATH, { itemId: "customerId", limit: 3 }).collect();
    assert.deepEqual(ids(rows), all.slice(0, 3));
  }
});

test("arguments are refused before anything is sent, at the caller's position", async () => {
  await using server = await startFake((_, response) => json(response, page([], 0, 1, 50)));
  await using own = new NCentral({ baseURL: server.url, jwt: JWT });
  const refused: [wrong: () => Promise<unknown>, message: RegExp][] = [
    [() => own.paginate("DELETE", PATH).first(), /method/],
    [() => own.paginate(7 as never, PATH).first(), /method: must be an HTTP method/],
    [() => own.paginate("GET", 7 as never).first(), /path: must be a path/],
    [() => own.paginate("GET", PATH, { itemId: 7 as never }).first(), /itemId: must be the name of a field/],
    [() => own.paginate("GET", PATH, { colour: 7 } as never).first(), /colour/],
    [() => own.paginate("GET", PATH, { signal: {} as never }).first(), /signal: must be an AbortSignal/],
  ];
  for (const [wrong, message] of refused) {
    await assert.rejects(wrong, (error: Error) => {
      assert.ok(error instanceof InvalidRequestError, String(error));
      assert.match(error.message, message);
      assert.match(error.stack ?? "", /paginate\.test/);
      return true;
    });
  }
  const signal = new AbortController().signal;
  assert.throws(() => sync.paginate("GET", PATH, { signal } as never).first(), /signal: is not an option/);
  assert.equal(server.requests, 0);
});

test("an error has the token to continue with", async () => {
  await simulator.fail("ncentral.customers.list", { status: 404, nth: [2] });
  const options = { itemId: "customerId", query: { pageSize: 50 } };
  const list = client.paginate("GET", PATH, options);
  const rows: PlainRow[] = [];
  const reading = async () => {
    for await (const row of list) {
      rows.push(row);
    }
  };
  let resumeToken: string | undefined;
  await assert.rejects(reading, (error: MspError) => {
    assert.ok(error instanceof MspError);
    assert.equal(error.operation, "paginate");
    resumeToken = error.resumeToken;
    return true;
  });
  assert.equal(rows.length, 50);
  const rest = await client.paginate("GET", PATH, { ...options, resumeToken }).collect();
  assert.deepEqual([...ids(rows), ...ids(rest)], all);
});

test("a signal drops the request in flight, and its reason is the rejection", async () => {
  let closed = false;
  await using server = await startFake((request) => {
    request.socket.once("close", () => {
      closed = true;
    });
  });
  await using own = new NCentral({ baseURL: server.url, jwt: JWT });
  const reason = new Error("changed my mind");
  const aborted = own.paginate("GET", PATH, { signal: AbortSignal.abort(reason) });
  await assert.rejects(aborted.first(), (error) => error === reason);
  assert.equal(server.requests, 0);
  const aborting = new AbortController();
  const first = own.paginate("GET", PATH, { signal: aborting.signal }).first();
  const settled = assert.rejects(first, (error) => error === reason);
  await until("the request has arrived", () => server.requests === 1);
  aborting.abort(reason);
  await settled;
  await until("the connection is closed", () => closed);
});
