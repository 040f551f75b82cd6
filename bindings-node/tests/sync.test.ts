/**
 * Blocking clients: results, errors, lists; and that they stall the event loop, as documented.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ClosedError, InvalidRequestError, NCentralSync, NotFoundError, responseOf } from "mspkit";
import { type Simulator, startSimulator } from "./support/simulator.js";

let simulator: Simulator;
let client: NCentralSync;

before(async () => {
  simulator = await startSimulator({ customers: 250 });
  client = new NCentralSync({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
});

after(async () => {
  client.close();
  await simulator.stop();
});

test("calls return results, and their responses", () => {
  const made = client.serviceOrgs.create({ soName: "New", contactFirstName: "A", contactLastName: "B" });
  const read = client.serviceOrgs.get(made.soId);
  assert.equal(read.soName, "New");
  const meta = responseOf(read);
  assert.equal(meta?.status, 200);
  assert.equal(responseOf({ ...read }), undefined);
  const raw = client.request("GET", "/api/customers", { query: { pageSize: 3 } });
  assert.equal((raw.json() as { data: unknown[] }).data.length, 3);
});

test("lists are read by items, by pages and at once", () => {
  const list = client.customers.list({ pageSize: 100 });
  assert.equal(list.total, undefined);
  const [first, second] = list;
  assert.notEqual(first?.customerId, second?.customerId);
  assert.equal(list.total, 250);
  const rest = client.customers.list({ pageSize: 100, resumeToken: list.resumeToken }).collect();
  assert.equal(rest.length, 248);
  const pages = [...client.customers.list({ pageSize: 100 }).pages()];
  assert.deepEqual(
    pages.map((page) => [page.number, page.items.length, page.total]),
    [
      [1, 100, 250],
      [2, 100, 250],
      [3, 50, 250],
    ],
  );
  assert.equal(client.customers.list({ pageSize: 100, limit: 120 }).collect().length, 120);
  assert.equal(client.customers.list().collect({ limit: 7 }).length, 7);
  assert.throws(() => [...list], /can only be read once/);
});

test("errors are thrown", () => {
  assert.throws(() => client.serviceOrgs.get("9999"), NotFoundError);
  assert.throws(() => client.customers.get(""), InvalidRequestError);
  assert.throws(
    () => client.customers.get("1", { signal: AbortSignal.abort() } as object),
    /signal: is not an option of blocking calls/,
  );
  const closed = client.withOptions({ timeout: 1000 });
  assert.equal(closed.customers.get("100").customerId, "100");
  using own = new NCentralSync({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
  own.close();
  assert.throws(() => own.customers.get("100"), ClosedError);
  assert.throws(() => own.customers.list().collect(), ClosedError);
});

test("nothing else runs during a call", async () => {
  await simulator.control("options", { latency_ms: 300 });
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, 5);
  client.customers.get("100");
  assert.equal(ticks, 0);
  clearInterval(timer);
  await simulator.control("options", { latency_ms: 0 });
});
