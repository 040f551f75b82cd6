/**
 * Rows on their way out: plain objects, and files that are complete or not there.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { InvalidRequestError, MspError, NCentral, NCentralSync } from "mspkit";
import { type Simulator, startSimulator } from "./support/simulator.js";

let simulator: Simulator;
let client: NCentral;
let sync: NCentralSync;
let folder: string;

before(async () => {
  simulator = await startSimulator({ customers: 23 });
  const options = { baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt, maxRetries: 0 };
  client = new NCentral(options);
  sync = new NCentralSync(options);
  folder = mkdtempSync(join(tmpdir(), "mspkit-"));
});

after(async () => {
  client.close();
  sync.close();
  rmSync(folder, { recursive: true });
  await simulator.stop();
});

async function rowsOf<T>(list: AsyncIterable<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of list) {
    rows.push(row);
  }
  return rows;
}

test("objects are copies of the models, with the columns that are wanted", async () => {
  const models = await client.customers.list({ pageSize: 10 }).collect();
  assert.deepEqual(
    await rowsOf(client.customers.list({ pageSize: 10 }).toObjects()),
    models.map((model) => ({ ...model })),
  );
  const columns = ["externalId2", "customerId", "city"];
  const chosen = await rowsOf(client.customers.list().toObjects({ columns, missing: "null" }));
  assert.ok(chosen.every((row) => Object.keys(row).join() === columns.join()));
  assert.deepEqual(
    chosen.map((row) => row.customerId),
    models.map((model) => model.customerId),
  );
  const all = [...sync.customers.list().toObjects({ missing: "null" })];
  assert.ok(all.length === 23 && all.every((row) => "contactDepartment" in row));
  for (const options of [{ columns: ["nothing"] }, { missing: "no" as "null" }]) {
    assert.throws(() => client.customers.list().toObjects(options), InvalidRequestError);
  }
});

test("files have every row once, and those that were begun as well", async () => {
  const path = join(folder, "customers.csv");
  const pages: [number, number | null][] = [];
  const rows = await client.customers.list({ pageSize: 10 }).writeCsv(path, {
    columns: ["customerId", "customerName"],
    excel: true,
    onProgress: ({ rows, total }) => pages.push([rows, total]),
  });
  assert.deepEqual(
    [rows, pages],
    [
      23,
      [
        [10, 23],
        [20, 23],
        [23, 23],
      ],
    ],
  );
  const text = readFileSync(path, "utf8");
  assert.ok(text.startsWith("\ufeffcustomerId,customerName\r\n100,"));
  assert.equal(text.split("\r\n").length, 25);

  const begun = client.customers.list({ pageSize: 10 });
  const first = (await begun.first())?.customerId;
  const lines = join(folder, "customers.jsonl");
  assert.equal(await begun.writeJsonl(pathToFileURL(lines)), 22);
  const read = readFileSync(lines, "utf8").trimEnd().split("\n");
  const ids = read.map((line) => (JSON.parse(line) as { customerId: string }).customerId);
  assert.deepEqual([first, ...ids].length, 23);
  assert.deepEqual([ids[0], begun.complete, await begun.first()], ["101", true, undefined]);
  assert.equal(sync.customers.list({ pageSize: 10 }).writeJsonl(lines), 23);
  assert.deepEqual(
    readFileSync(lines, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
    JSON.parse(JSON.stringify(await client.customers.list().collect())),
  );
});

test("a failure leaves the old file, and nothing else", async () => {
  const path = join(folder, "failed.csv");
  writeFileSync(path, "old");
  const files = readdirSync(folder).length;
  const rules = [{ match: "GET /api/customers", nth: [2], fault: { kind: "status", status: 403 } }];
  await simulator.control("faults", { seed: 1, rules });
  const list = client.customers.list({ pageSize: 10 });
  const begin = list.resumeToken;
  await assert.rejects(
    list.writeCsv(path),
    (error) => error instanceof MspError && error.resumeToken === begin,
  );
  assert.deepEqual([readFileSync(path, "utf8"), readdirSync(folder).length], ["old", files]);
  assert.equal(await list.writeCsv(path), 23);
  assert.throws(() => sync.customers.list().writeCsv(join(folder, "no", "folder.csv")), InvalidRequestError);
  await assert.rejects(client.customers.list().writeCsv(7 as unknown as string), InvalidRequestError);
  await assert.rejects(client.paginate("GET", "/api/customers").writeCsv(path), InvalidRequestError);
});
