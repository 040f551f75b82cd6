/**
 * Lists: lazy, read once, in order however they are asked for, and taken up again where they were left.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type Customer,
  InvalidRequestError,
  MspError,
  NCentral,
  NCentralSync,
  type Page,
  ResponseDecodeError,
  responseOf,
} from "mspkit";
import { JWT, json, page, startFake } from "./support/fake.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

let simulator: Simulator;
let client: NCentral;
let all: string[];

before(async () => {
  simulator = await startSimulator({ customers: 230 });
  client = new NCentral({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
  all = (await client.customers.list().collect()).map((customer) => customer.customerId);
});

after(async () => {
  client.close();
  await simulator.stop();
});

async function received(): Promise<number> {
  const log = (await simulator.control("requests?since=0")) as { requests: { path: string }[] };
  return log.requests.length;
}

test("nothing is sent before the first item is asked for", async () => {
  const before = await received();
  const list = client.customers.list({ pageSize: 100 });
  assert.match(list.resumeToken, /^mspkit1\./);
  const told = () => [list.total, list.responseMeta?.status];
  assert.deepEqual(told(), [undefined, undefined]);
  assert.equal(await received(), before);
  await list.next();
  assert.deepEqual(told(), [230, 200]);
});

test("items come in order, also when many are asked for at once", async () => {
  const list = client.customers.list({ pageSize: 7 });
  const results = await Promise.all(Array.from({ length: 240 }, () => list.next()));
  const ids = results.filter((one) => !one.done).map((one) => one.value?.customerId);
  assert.deepEqual(ids, all);
  assert.deepEqual(results.at(-1), { value: undefined, done: true });
});

/** Keeps the event loop from turning, until what was read ahead has come. */
function standStill(): void {
  const blocking = new NCentralSync({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
  for (const id of all.slice(0, 20)) {
    blocking.customers.get(id);
  }
  blocking.close();
}

test("the event loop turns between pages, also when they are there before they are asked for", async () => {
  const pages = client.customers.list({ pageSize: 5 }).pages();
  await pages.next();
  standStill();
  let turns = 0;
  const turn = () => {
    turns += 1;
    immediate = setImmediate(turn);
  };
  let immediate = setImmediate(turn);
  for (let number = 2; number <= 5; number += 1) {
    assert.equal((await pages.next()).value?.number, number);
  }
  clearImmediate(immediate);
  assert.ok(turns >= 3, `${turns} turns`);
  await pages.return?.();
});

test("the token speaks of what was given out, not of a page that has come meanwhile", async () => {
  const list = client.customers.list({ pageSize: 7, concurrency: 1 });
  for (const id of all.slice(0, 7)) {
    assert.equal((await list.next()).value?.customerId, id);
  }
  const token = list.resumeToken;
  const asked = list.next();
  // The page comes, and nobody takes it.
  standStill();
  assert.equal(list.resumeToken, token);
  assert.equal((await asked).value?.customerId, all[7]);
  await list.return();
});

test("pages know the answers that they came with, and are written as JSON", async () => {
  using sync = new NCentralSync({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
  const page = (await client.customers.list({ pageSize: 50 }).pages().next()).value as Page<Customer>;
  const other = sync.customers.list({ pageSize: 50 }).pages().next().value as Page<Customer>;
  for (const each of [page, other]) {
    assert.equal(responseOf(each)?.status, 200);
    assert.equal(responseOf(each)?.requestId, each.responseMeta.requestId);
    assert.equal(JSON.parse(JSON.stringify(each)).items.length, 50);
  }
});

test("pages come in order, also when several are asked for at once", async () => {
  const pages = client.customers.list({ pageSize: 50 }).pages();
  const results = await Promise.all(Array.from({ length: 7 }, () => pages.next()));
  assert.deepEqual(
    results.map((one) => one.value?.items.length),
    [50, 50, 50, 50, 30, undefined, undefined],
  );
  const read = results.flatMap((one) => (one.value === undefined ? [] : [...one.value]));
  assert.deepEqual(
    read.map((customer) => customer.customerId),
    all,
  );
});

test("a list is read once", async () => {
  const list = client.customers.list();
  for await (const _ of list) {
    break;
  }
  const again = async () => {
    for await (const _ of list) {
      break;
    }
  };
  await assert.rejects(again, InvalidRequestError);
  await assert.rejects(list.collect(), /is read once/);
  assert.throws(() => list.pages(), /is read once/);
  assert.deepEqual(await list.next(), { value: undefined, done: true });
  const taken = client.customers.list();
  taken.pages();
  assert.throws(() => taken[Symbol.asyncIterator](), InvalidRequestError);
});

test("reading goes on from any item", async () => {
  for (const count of [1, 49, 50, 51, 100, 229, 230]) {
    const list = client.customers.list({ pageSize: 50 });
    const ids: string[] = [];
    for await (const customer of list) {
      ids.push(customer.customerId);
      if (ids.length === count) {
        break;
      }
    }
    const rest = await client.customers.list({ pageSize: 50, resumeToken: list.resumeToken }).collect();
    assert.deepEqual([...ids, ...rest.map((customer) => customer.customerId)], all, String(count));
  }
});

test("limits bound items in total, those of collect what is asked for", async () => {
  const before = await received();
  assert.equal((await client.customers.list({ pageSize: 50, limit: 60 }).collect()).length, 60);
  assert.equal((await client.customers.list({ pageSize: 50 }).collect({ limit: 10 })).length, 10);
  assert.equal((await client.customers.list({ pageSize: 50, limit: 5 }).collect({ limit: 10 })).length, 5);
  assert.equal((await received()) - before, 2 + 1 + 1);
  await assert.rejects(client.customers.list().collect({ limit: 0 }), /limit: must be a whole number/);
});

test("an item that cannot be read ends the list there, and says where to go on", async () => {
  const items = [
    { customerId: "1", customerName: "a" },
    { customerId: "2", customerName: "b" },
    { customerId: "3", isSystem: "perhaps" },
    { customerId: "4", customerName: "d" },
  ];
  using sync = new NCentralSync({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
  const answers = [{ match: "GET /api/customers", json: page(items, 4, 1, 50), times: 0 }];
  await simulator.control("script", { answers });
  const list = client.customers.list();
  const ids: string[] = [];
  const read = async () => {
    for await (const customer of list) {
      ids.push(customer.customerId);
    }
  };
  await assert.rejects(read, (error: MspError) => {
    assert.ok(error instanceof ResponseDecodeError);
    assert.equal(error.resumeToken, list.resumeToken);
    assert.match(error.stack ?? "", /lists\.test/);
    return true;
  });
  assert.deepEqual(ids, ["1", "2"]);
  const blocking = sync.customers.list();
  assert.throws(() => [...blocking], ResponseDecodeError);
  assert.equal(blocking.resumeToken, list.resumeToken);
  // All or nothing: what was collected until then is read again.
  const start = client.customers.list().resumeToken;
  await assert.rejects(client.customers.list().collect(), { resumeToken: start });
  await simulator.control("script", { answers: [] });
});

test("a list that fails says where to go on", async () => {
  let broken = true;
  await using server = await startFake((request, response) => {
    const number = Number(new URL(request.url ?? "", "http://x").searchParams.get("pageNumber") ?? 1);
    if (number === 2 && broken) {
      json(response, { message: "no" }, 400);
    } else {
      const items = [1, 2].map((at) => ({ customerId: String((number - 1) * 2 + at) }));
      json(response, page(items, 4, number, 2));
    }
  });
  await using own = new NCentral({ baseURL: server.url, jwt: JWT });
  const list = own.customers.list({ pageSize: 2 });
  const ids: string[] = [];
  const failed = await (async () => {
    for await (const customer of list) {
      ids.push(customer.customerId);
    }
  })().catch((error: unknown) => error);
  assert.ok(failed instanceof MspError && failed.resumeToken !== undefined);
  assert.equal(list.resumeToken, failed.resumeToken);
  broken = false;
  for await (const customer of own.customers.list({ pageSize: 2, resumeToken: failed.resumeToken })) {
    ids.push(customer.customerId);
  }
  assert.deepEqual(ids, ["1", "2", "3", "4"]);
});

test("results know the answers that they came with", async () => {
  const { data, response } = await client.customers.get("100").withResponse();
  assert.equal(data.customerId, "100");
  assert.equal(response.status, 200);
  assert.equal(response.attempts, 1);
  assert.ok(response.elapsed > 0);
  assert.match(response.requestId, /^[0-9a-f]{32}$/);
  assert.equal(response.headers.get("content-type"), "application/json");
  const call = client.customers.get("100");
  assert.ok(call instanceof Promise);
  assert.equal(call.then(() => {}).constructor, Promise);
  const answer = await client
    .request("POST", "/api/no-such", { body: { a: 1n } })
    .catch((error) => error.status);
  assert.equal(answer, 404);
});

test("integers beyond 2^53 are exact", async () => {
  const text =
    '{"customerId":"1","serial":9007199254740993,"safe":9007199254740991,"low":-9007199254740992,' +
    '"text":"9007199254740993","deep":[{"n":18446744073709551615}],"float":1234567890123456.5}';
  await using server = await startFake((request, response) =>
    json(response, request.url?.endsWith("/1") ? text : `{"data":[${text}],"totalItems":1}`),
  );
  await using own = new NCentral({ baseURL: server.url, jwt: JWT });
  const customers = [await own.customers.get("1"), ...(await own.customers.list().collect())];
  for (const customer of customers as unknown as Record<string, unknown>[]) {
    assert.equal(customer.serial, 9007199254740993n);
    assert.equal(customer.safe, 9007199254740991);
    assert.equal(customer.low, -9007199254740992n);
    assert.equal(customer.text, "9007199254740993");
    assert.deepEqual(customer.deep, [{ n: 18446744073709551615n }]);
    assert.equal(customer.float, 1234567890123456.5);
  }
});

test("texts come as they were sent, whatever letters they hold", async () => {
  const names = ["plain", "Müller & Söhne", "Łódź", "株式会社テスト", "🙂 𝒳", '\u0000"\\', "é".repeat(5000)];
  // So many that they are not worth escaping, and what comes behind them.
  names.push(`Łódź ${"株式会社🙂".repeat(3000)} Łódź`, "é", "plain again");
  await using server = await startFake((request, response) => {
    const items = names.map((customerName, at) => ({ customerId: String(at), customerName }));
    const at = Number(request.url?.split("/").at(-1));
    json(response, Number.isInteger(at) ? (items[at] as object) : page(items, items.length, 1, 50));
  });
  await using own = new NCentral({ baseURL: server.url, jwt: JWT });
  for (const [at, name] of names.entries()) {
    assert.equal((await own.customers.get(at)).customerName, name);
    const raw = await own.request("GET", `/x/${at}`);
    assert.equal((raw.json() as { customerName: string }).customerName, name);
  }
  const listed = await own.customers.list().collect();
  assert.deepEqual(
    listed.map((customer) => customer.customerName),
    names,
  );
});
