/**
 * Lists: lazy, read once, in order however they are requested, and resumed where they stopped.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  InvalidRequestError,
  ListIncompleteError,
  MspError,
  NCentral,
  NCentralSync,
  type Page,
  type Pager,
  ResponseDecodeError,
  responseOf,
  type SyncPager,
} from "mspkit";
import type { Customer } from "mspkit/ncentral";
import { type Fake, JWT, json, page, startFake } from "./support/fake.js";
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

test("nothing is sent before the first item is requested", async () => {
  const before = await received();
  const list = client.customers.list({ pageSize: 100 });
  assert.match(list.resumeToken, /^mspkit1\./);
  const facts = () => [list.total, list.responseMeta?.status];
  assert.deepEqual(facts(), [undefined, undefined]);
  assert.equal(await received(), before);
  await list.next();
  assert.deepEqual(facts(), [230, 200]);
});

test("items arrive in order, even if many are requested at once", async () => {
  const list = client.customers.list({ pageSize: 7 });
  const results = await Promise.all(Array.from({ length: 240 }, () => list.next()));
  const ids = results.filter((one) => !one.done).map((one) => one.value?.customerId);
  assert.deepEqual(ids, all);
  assert.deepEqual(results.at(-1), { value: undefined, done: true });
});

/** Blocks the event loop until the page that is read ahead has arrived. */
function standStill(): void {
  const blocking = new NCentralSync({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
  for (const id of all.slice(0, 20)) {
    blocking.customers.get(id);
  }
  blocking.close();
}

test("the event loop runs between pages, even if they are available before they are requested", async () => {
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

test("the token covers returned items, not a page that has arrived meanwhile", async () => {
  const list = client.customers.list({ pageSize: 7, concurrency: 1 });
  for (const id of all.slice(0, 7)) {
    assert.equal((await list.next()).value?.customerId, id);
  }
  const token = list.resumeToken;
  const requested = list.next();
  // The page arrives, and nobody takes it.
  standStill();
  assert.equal(list.resumeToken, token);
  assert.equal((await requested).value?.customerId, all[7]);
  await list.return();
});

test("pages know their responses, and serialize as JSON", async () => {
  using sync = new NCentralSync({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
  const page = (await client.customers.list({ pageSize: 50 }).pages().next()).value as Page<Customer>;
  const other = sync.customers.list({ pageSize: 50 }).pages().next().value as Page<Customer>;
  for (const each of [page, other]) {
    assert.equal(responseOf(each)?.status, 200);
    assert.equal(responseOf(each)?.requestId, each.responseMeta.requestId);
    assert.equal(JSON.parse(JSON.stringify(each)).items.length, 50);
  }
});

test("pages arrive in order, even if several are requested at once", async () => {
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
  await assert.rejects(list.collect(), /can only be read once/);
  assert.throws(() => list.pages(), /can only be read once/);
  assert.deepEqual(await list.next(), { value: undefined, done: true });
  const whole = client.customers.list();
  assert.equal((await whole.collect()).length, 230);
  await assert.rejects(whole.collect(), {
    message: "list: can only be read once; call the list method again, with resumeToken to continue",
  });
});

/** Ways to read a few items of a list, and to read the rest of it. */
const SOME = ["next", "first", "both", "limit", "nothing"] as const;
const REST = ["loop", "collect", "pages", "next"] as const;

async function some(
  list: Pager<Customer> | SyncPager<Customer>,
  how: (typeof SOME)[number],
): Promise<string[]> {
  const next = async () => ((await list.next()).value as Customer).customerId;
  const first = async () => ((await list.first()) as Customer).customerId;
  switch (how) {
    case "next":
      return [await next()];
    case "first":
      return [await first()];
    case "both":
      return [await next(), await first(), await next()];
    case "limit":
      return (await list.collect({ limit: 7 })).map((customer) => customer.customerId);
    case "nothing":
      return [];
  }
}

async function rest(
  list: Pager<Customer> | SyncPager<Customer>,
  how: (typeof REST)[number],
): Promise<string[]> {
  const ids: string[] = [];
  const take = (customer: Customer) => ids.push(customer.customerId);
  switch (how) {
    case "loop":
      for await (const customer of list) {
        take(customer);
      }
      break;
    case "collect":
      (await list.collect()).forEach(take);
      break;
    case "pages":
      for await (const page of list.pages()) {
        page.items.forEach(take);
      }
      break;
    case "next":
      for (let next = await list.next(); !next.done; next = await list.next()) {
        take(next.value);
      }
  }
  return ids;
}

test("whatever was read before, the rest follows", async () => {
  using sync = new NCentralSync({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
  for (const of of [client, sync]) {
    for (const before of SOME) {
      for (const behind of REST) {
        for (const pageSize of [5, 50, 1000]) {
          const list = of.customers.list({ pageSize });
          const ids = await some(list, before);
          assert.equal(list.complete, undefined);
          ids.push(...(await rest(list, behind)));
          assert.deepEqual(ids, all, `${before}, ${behind}, ${pageSize}`);
          assert.deepEqual([list.complete, list.missing], [true, 0]);
        }
      }
    }
  }
});

test("of an empty list there is nothing, however it is read", async () => {
  await using sim = await startSimulator({ customers: 0 });
  const own = sim.ncentral();
  using sync = sim.ncentralSync();
  for (const of of [own, sync]) {
    const list = of.customers.list();
    assert.equal(await list.first(), undefined);
    assert.deepEqual(await list.collect(), []);
    assert.deepEqual([list.total, list.responseMeta?.status, list.complete], [0, 200, true]);
    assert.deepEqual(await rest(of.customers.list(), "pages"), []);
  }
});

test("the first item asks for no more than its page, and a page can be begun with", async () => {
  const before = await received();
  const list = client.customers.list({ pageSize: 50 });
  assert.equal((await list.first())?.customerId, all[0]);
  assert.equal((await received()) - before, 1);
  assert.equal((await list.collect({ limit: 20 })).length, 20);
  assert.equal((await received()) - before, 1);
  const page = (await client.customers.list({ pageSize: 50, pageNumber: 3 }).pages().next()).value;
  assert.deepEqual([page?.number, page?.items[0]?.customerId], [3, all[100]]);
});

/** A list whose server reports more rows than it returns. */
function lacking(): Promise<Fake> {
  return startFake((request, response) => {
    const number = Number(new URL(request.url ?? "", "http://x").searchParams.get("pageNumber") ?? 1);
    const items = number === 1 ? [{ customerId: "1" }, { customerId: "2" }] : [];
    json(response, page(items, 5, number, 50));
  });
}

test("an incomplete list is reported", async () => {
  await using server = await lacking();
  await using own = new NCentral({ baseURL: server.url, jwt: JWT });
  const warnings: (Error & { code?: string })[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on("warning", warned);
  const list = own.customers.list();
  assert.equal((await list.collect()).length, 2);
  assert.deepEqual([list.complete, list.missing, list.total], [false, 3, 5]);
  await own.customers.list({ onIncomplete: "ignore" }).collect();
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("warning", warned);
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0]?.code, "MSPKIT_LIST_INCOMPLETE");
  assert.match(
    warnings[0]?.message ?? "",
    /ncentral\.customers\.list: .*incomplete: 3 of 5 rows are missing/,
  );
  const raising = own.customers.list({ onIncomplete: "raise" });
  const ids: string[] = [];
  await assert.rejects(async () => {
    for await (const customer of raising) {
      ids.push(customer.customerId);
    }
  }, ListIncompleteError);
  assert.deepEqual(ids, ["1", "2"]);
  assert.deepEqual(await raising.next(), { value: undefined, done: true });
  await assert.rejects(own.customers.list({ onIncomplete: "raise" }).collect(), ListIncompleteError);
  const wrong = own.customers.list({ onIncomplete: "shout" as "warn" });
  await assert.rejects(wrong.collect(), /onIncomplete: must be one of warn, raise, ignore/);
});

test("reading resumes from any item", async () => {
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

test("a limit bounds the items in total, that of collect those of one call", async () => {
  const before = await received();
  assert.equal((await client.customers.list({ pageSize: 50, limit: 60 }).collect()).length, 60);
  assert.equal((await client.customers.list({ pageSize: 50 }).collect({ limit: 10 })).length, 10);
  assert.equal((await client.customers.list({ pageSize: 50, limit: 5 }).collect({ limit: 10 })).length, 5);
  assert.equal((await received()) - before, 2 + 1 + 1);
  await assert.rejects(client.customers.list().collect({ limit: 0 }), /limit: must be a whole number/);
});

test("an item that cannot be read is reported with its position, and reading continues after it", async () => {
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
    assert.match(
      error.message,
      /^ncentral\.customers\.list: HTTP 200: row 3 of page 1: the response cannot be read at `isSystem`: a text that/,
    );
    assert.deepEqual([error.operation, error.status], ["ncentral.customers.list", 200]);
    assert.match(error.requestId ?? "", /^[0-9a-f]{32}$/);
    assert.match(error.stack?.split("\n")[1] ?? "", /lists\.test/);
    return true;
  });
  assert.deepEqual(ids, ["1", "2"]);
  // Reading continues after it, on the list itself and from its token.
  const from = client.customers.list({ resumeToken: list.resumeToken });
  await read();
  assert.deepEqual(ids, ["1", "2", "4"]);
  assert.deepEqual(
    (await from.collect()).map((customer) => customer.customerId),
    ["4"],
  );
  const blocking = sync.customers.list();
  assert.throws(() => [...blocking], ResponseDecodeError);
  assert.deepEqual(
    blocking.collect().map((customer) => customer.customerId),
    ["4"],
  );
  for (const of of [client, sync]) {
    const pages = of.customers.list().pages();
    const sizes: unknown[] = [];
    for (let left = 3; left > 0; left -= 1) {
      const size = async () => (await pages.next()).value?.items.length;
      sizes.push(await size().catch((error: MspError) => error.kind));
    }
    assert.deepEqual(sizes, [2, "Decode", 1]);
  }
  // All or nothing: items collected before the failure are read again, including those of the current page.
  const start = client.customers.list().resumeToken;
  await assert.rejects(client.customers.list().collect(), { resumeToken: start });
  for (const of of [client, sync]) {
    const begun = of.customers.list();
    assert.equal((await begun.next()).value?.customerId, "1");
    const token = begun.resumeToken;
    await assert.rejects(async () => await begun.collect(), { kind: "Decode", resumeToken: token });
    assert.equal(begun.resumeToken, token);
    assert.equal((await begun.next()).value?.customerId, "2");
    await assert.rejects(async () => await begun.next(), { kind: "Decode" });
    assert.deepEqual(
      (await begun.collect()).map((customer) => customer.customerId),
      ["4"],
    );
  }
  await simulator.control("script", { answers: [] });
});

test("a list that fails has a resume token", async () => {
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

test("results know their responses", async () => {
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

test("texts are unchanged, whatever characters they contain", async () => {
  const names = ["plain", "Müller & Söhne", "Łódź", "株式会社テスト", "🙂 𝒳", '\u0000"\\', "é".repeat(5000)];
  // Too many to escape, and the text after them.
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
