/**
 * Partitions: workers read one list, each its part, together everything once.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";
import { InvalidRequestError, type MspError, NCentral, NCentralSync, type Partition } from "mspkit";
import type { Customer } from "mspkit/ncentral";
import { HERE } from "./support/child.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

let simulator: Simulator;
let options: { baseURL: string; jwt: string };

before(async () => {
  simulator = await startSimulator({ customers: 2_000 });
  options = { baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt };
});

after(() => simulator.stop());

const WORK = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { NCentral } = require(${JSON.stringify(HERE)});
  const client = new NCentral(workerData.options);
  (async () => {
    const customers = client.readPartition(workerData.partition);
    const ids = (await customers.collect()).map((customer) => customer.customerId);
    parentPort.postMessage({ ids, complete: customers.complete });
  })();
`;

function work(partition: Partition<Customer>): Promise<{ ids: string[]; complete: boolean }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORK, { eval: true, workerData: { options, partition } });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

test("workers read a list together, every row once", async () => {
  const client = new NCentral(options);
  const partitions = await client.customers.list({ pageSize: 100 }).partitions(4);
  assert.deepEqual(
    partitions.map(({ firstPage, lastPage }) => [firstPage, lastPage]),
    [
      [1, 5],
      [6, 10],
      [11, 15],
      [16, null],
    ],
  );
  assert.ok(!JSON.stringify(partitions).includes(options.jwt));
  const done = await Promise.all(partitions.map(work));
  const ids = done.flatMap((part) => part.ids);
  assert.deepEqual([ids.length, new Set(ids).size], [2_000, 2_000]);
  assert.ok(done.every((part) => part.complete));
  client.close();
});

test("a blocking client divides and reads as well", () => {
  const client = new NCentralSync(options);
  const partitions = client.customers.list({ pageSize: 500 }).partitions(3);
  const copies = JSON.parse(JSON.stringify(partitions)) as Partition<Customer>[];
  const counts = copies.map((part) => client.readPartition(part).collect().length);
  assert.deepEqual(counts, [500, 500, 1_000]);
  const rows = client.paginate("GET", "/api/customers", { query: { pageSize: 1_000 }, itemId: "customerId" });
  assert.deepEqual(
    rows.partitions(2).map((part) => client.readPartition(part).collect().length),
    [1_000, 1_000],
  );
  client.close();
});

test("a partition is read on with the token of its error", async () => {
  const client = new NCentral({ ...options, maxRetries: 0 });
  const [, second] = await client.customers.list({ pageSize: 100 }).partitions(2);
  const rules = [{ match: "GET /api/customers", nth: [3], fault: { kind: "status", status: 403 } }];
  await simulator.control("faults", { seed: 1, rules });
  const ids: string[] = [];
  let token: string | undefined;
  try {
    for await (const customer of client.readPartition(second as Partition<Customer>)) {
      ids.push(customer.customerId);
    }
  } catch (error) {
    token = (error as MspError).resumeToken;
  }
  await simulator.control("faults", { seed: 1, rules: [] });
  const rest = client.readPartition(second as Partition<Customer>, { resumeToken: token });
  for await (const customer of rest) {
    ids.push(customer.customerId);
  }
  assert.deepEqual([ids.length, new Set(ids).size, rest.complete], [1_000, 1_000, true]);
  client.close();
});

test("what cannot be divided or read is refused", async () => {
  const client = new NCentral(options);
  for (const n of [0, -1, 1.5, Number.NaN, "2" as unknown as number]) {
    await assert.rejects(
      client.customers.list().partitions(n),
      (error) => error instanceof InvalidRequestError && /^n: /.test(error.message),
      String(n),
    );
  }
  const partition = JSON.parse('{"json": "{}", "model": "Customer"}') as Partition;
  await assert.rejects(client.readPartition(partition).collect(), InvalidRequestError);
  assert.throws(() => client.readPartition("text" as unknown as Partition), InvalidRequestError);
  client.close();
});
