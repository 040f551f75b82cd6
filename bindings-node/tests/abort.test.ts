/**
 * Signals: before, during and after a call; leaving a loop; and that no listener remains.
 */

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { MspError, NCentral, OperationCancelledError, OutcomeUnknownError } from "mspkit";
import { type Fake, JWT, json, page, startFake, until } from "./support/fake.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

let simulator: Simulator;
let client: NCentral;

before(async () => {
  simulator = await startSimulator({ customers: 120, caps: null });
  client = new NCentral({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
});

after(async () => {
  client.close();
  await simulator.stop();
});

/** A server that never responds. */
function silent(): Promise<Fake> {
  return startFake(() => {});
}

function of(fake: Fake): NCentral {
  return new NCentral({ baseURL: fake.url, jwt: JWT });
}

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

test("a signal that is aborted already keeps the request from being sent", async () => {
  await using server = await silent();
  await using client = of(server);
  const reason = new Error("changed my mind");
  const signal = AbortSignal.abort(reason);
  await assert.rejects(client.customers.get("1", { signal }), (error) => error === reason);
  await assert.rejects(client.request("GET", "/api/x", { signal }), (error) => error === reason);
  await assert.rejects(client.customers.list({}, { signal }).collect(), (error) => error === reason);
  await assert.rejects(client.customers.list({}, { signal }).next(), (error) => error === reason);
  assert.equal(server.requests, 0);
  assert.equal(listeners(signal), 0);
});

test("a call is dropped when its signal is aborted, and its reason is the rejection", async () => {
  let closed = false;
  await using server = await startFake((request) => {
    request.socket.once("close", () => {
      closed = true;
    });
  });
  await using client = of(server);
  const aborting = new AbortController();
  const call = client.customers.get("1", { signal: aborting.signal });
  const settled = assert.rejects(call, (error) => error === aborting.signal.reason);
  await until("the request has arrived", () => server.requests === 1);
  assert.equal(listeners(aborting.signal), 1);
  aborting.abort();
  await settled;
  assert.ok(aborting.signal.reason instanceof DOMException);
  assert.equal(listeners(aborting.signal), 0);
  await until("the connection is closed", () => closed);
  const [limit] = client.limits().filter((one) => one.endpoint === "GET /api/customers/{customerId}");
  assert.equal(limit?.inFlight, 0);
});

test("aborting after the response changes nothing", async () => {
  const aborting = new AbortController();
  const customer = await client.customers.get("100", { signal: aborting.signal });
  aborting.abort();
  assert.equal(customer.customerId, "100");
  assert.equal(listeners(aborting.signal), 0);
});

test("signals that time out and signals of several work", async () => {
  await using server = await silent();
  await using client = of(server);
  const signal = AbortSignal.timeout(20);
  await assert.rejects(client.customers.get("1", { signal }), { name: "TimeoutError" });
  const aborting = new AbortController();
  const any = AbortSignal.any([aborting.signal, AbortSignal.timeout(60_000)]);
  const settled = assert.rejects(client.customers.get("1", { signal: any }), /mine/);
  aborting.abort(new Error("mine"));
  await settled;
});

test("the user's own handler is called as well", async () => {
  await using server = await silent();
  await using client = of(server);
  const aborting = new AbortController();
  let seen = 0;
  aborting.signal.onabort = () => {
    seen += 1;
  };
  const settled = assert.rejects(client.customers.get("1", { signal: aborting.signal }));
  aborting.abort();
  await settled;
  assert.equal(seen, 1);
});

test("one signal ends many calls, with one listener and no warning", async () => {
  await using server = await silent();
  await using client = of(server);
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on("warning", warned);
  const aborting = new AbortController();
  const { signal } = aborting;
  const calls = Array.from({ length: 200 }, () => client.customers.get("1", { signal }));
  assert.equal(listeners(signal), 1);
  const settled = Promise.allSettled(calls);
  aborting.abort("enough");
  for (const outcome of await settled) {
    assert.equal(outcome.status === "rejected" && outcome.reason, "enough");
  }
  await new Promise(setImmediate);
  process.off("warning", warned);
  assert.deepEqual(warnings, []);
});

test("a thousand calls on one signal leave no listener", async () => {
  const { signal } = new AbortController();
  for (let round = 0; round < 50; round += 1) {
    await Promise.all(Array.from({ length: 20 }, (_, at) => client.customers.get(100 + at, { signal })));
    assert.equal(listeners(signal), 0);
  }
});

const contoso = { customerName: "Contoso", contactFirstName: "Ada", contactLastName: "Lovelace" };

/** The rejection of a promise. */
function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => assert.fail("it was not rejected"),
    (error: Error) => error,
  );
}

test("an aborted create that was sent may have been carried out", async () => {
  await using server = await silent();
  await using client = of(server);
  for (const call of [
    (signal: AbortSignal) => client.serviceOrgs.createCustomer(50, contoso, { signal }),
    (signal: AbortSignal) => client.request("POST", "/api/anything", { body: {}, signal }),
  ]) {
    const before = server.requests;
    const aborting = new AbortController();
    const caught = rejection(call(aborting.signal));
    await until("the request has arrived", () => server.requests > before);
    aborting.abort();
    const error = await caught;
    assert.ok(error instanceof DOMException);
    assert.deepEqual([error.name, error.message], ["AbortError", aborting.signal.reason.message]);
    assert.ok(error.cause instanceof OutcomeUnknownError, inspect(error));
    assert.equal(error.cause.retryable, false);
    assert.match(error.cause.message, /abandoned after it was sent.*The outcome is unknown/);
    assert.match(error.stack ?? "", /abort\.test/);
    assert.equal(listeners(aborting.signal), 0);
    assert.ok(client.limits().every((limit) => limit.waiting === 0));
  }
});

test("an aborted create that was not sent is reported as such", async () => {
  await using server = await silent();
  await using client = of(server);
  const aborting = new AbortController();
  // Five are in flight, as many as the vendor allows; the sixth waits for its slot.
  const sent = Array.from({ length: 5 }, () =>
    rejection(client.serviceOrgs.createCustomer(50, contoso, { signal: aborting.signal })),
  );
  await until("five have arrived", () => server.requests === 5);
  const waiting = rejection(client.serviceOrgs.createCustomer(50, contoso, { signal: aborting.signal }));
  await until("the sixth waits", () => client.limits().some((limit) => limit.waiting === 1));
  aborting.abort();
  const errors = await Promise.all([...sent, waiting]);
  assert.deepEqual(
    errors.map((error) => (error.cause as MspError).kind),
    [...Array(5).fill("OutcomeUnknown"), "Cancelled"],
  );
  const unsent = errors[5]?.cause;
  assert.ok(unsent instanceof OperationCancelledError);
  assert.match(unsent.message, /abandoned before it was sent; nothing was carried out/);
  // A call whose signal was already aborted is not sent either.
  const late = await rejection(client.serviceOrgs.createCustomer(50, contoso, { signal: aborting.signal }));
  assert.ok(late.name === "AbortError" && late.cause instanceof OperationCancelledError, inspect(late));
  assert.equal(server.requests, 5);
});

test("a reason of the caller is the rejection itself, with the outcome of the write", async () => {
  await using server = await silent();
  await using client = of(server);
  const create = (signal: AbortSignal) =>
    rejection(client.serviceOrgs.createCustomer(50, contoso, { signal }));
  const own = new Error("changed my mind");
  const aborting = new AbortController();
  const calls = [create(aborting.signal)];
  await until("one has arrived", () => server.requests === 1);
  aborting.abort(own);
  calls.push(create(aborting.signal));
  assert.deepEqual(await Promise.all(calls), [own, own]);
  // The second was never sent; both are listed.
  assert.ok(own.cause instanceof AggregateError);
  assert.deepEqual(own.cause.errors.map((error: MspError) => error.kind).sort(), [
    "Cancelled",
    "OutcomeUnknown",
  ]);
  const explained = new Error("why", { cause: "because" });
  assert.equal(await create(AbortSignal.abort(explained)), explained);
  assert.equal(explained.cause, "because");
  for (const reason of ["a text", Object.freeze(new Error("frozen")), null]) {
    assert.equal(await create(AbortSignal.abort(reason)), reason);
  }
});

test("a timeout of a signal has the outcome too, and a read has none", async () => {
  await using server = await silent();
  await using client = of(server);
  const error = await rejection(
    client.serviceOrgs.createCustomer(50, contoso, { signal: AbortSignal.timeout(200) }),
  );
  assert.equal(error.name, "TimeoutError");
  assert.ok(error.cause instanceof MspError);
  const read = await rejection(client.customers.get("1", { signal: AbortSignal.timeout(20) }));
  assert.equal(read.cause, undefined);
});

test("a value that is not a signal is refused", async () => {
  for (const signal of [{}, 1, "x", () => {}]) {
    const options = { signal: signal as AbortSignal };
    await assert.rejects(client.customers.get("100", options), /signal: must be an AbortSignal/);
  }
});

/** A server with three pages, of which the third never arrives. */
function twoPages(): Promise<Fake> {
  return startFake((request, response) => {
    const number = Number(new URL(request.url ?? "", "http://x").searchParams.get("pageNumber") ?? 1);
    if (number < 3) {
      const items = [1, 2].map((at) => ({ customerId: String(number * 10 + at), customerName: "x" }));
      json(response, page(items, 6, number, 2));
    }
  });
}

test("leaving a loop drops what is read ahead", async () => {
  await using server = await twoPages();
  await using client = of(server);
  const list = client.customers.list({ pageSize: 2, concurrency: 3 });
  for await (const _ of list) {
    await until("the third page was requested", () => server.requests === 3);
    break;
  }
  await until("its slot is free", () => client.limits().every((limit) => limit.inFlight === 0));
  // Referenced until here, or the garbage collector would end it.
  assert.equal(list.total, 6);
});

test("return() ends a next() that waits", async () => {
  await using server = await twoPages();
  await using client = of(server);
  const list = client.customers.list({ pageSize: 2, concurrency: 1 });
  const token = list.resumeToken;
  for (let at = 0; at < 4; at += 1) {
    assert.equal((await list.next()).done, false);
  }
  const waiting = list.next();
  await until("the third page was requested", () => server.requests === 3);
  await list.return();
  assert.deepEqual(await waiting, { value: undefined, done: true });
  assert.notEqual(list.resumeToken, token);
  await until("its slot is free", () => client.limits().every((limit) => limit.inFlight === 0));
});

test("a signal ends a loop, in the middle of a page as well", async () => {
  const aborting = new AbortController();
  const list = client.customers.list({ pageSize: 50 }, { signal: aborting.signal });
  let seen = 0;
  await assert.rejects(
    async () => {
      for await (const _ of list) {
        seen += 1;
        if (seen === 10) {
          aborting.abort();
        }
      }
    },
    { name: "AbortError" },
  );
  assert.equal(seen, 10);
  const rest = await client.customers.list({ pageSize: 50, resumeToken: list.resumeToken }).collect();
  assert.equal(rest.length, 110);
  assert.equal(listeners(aborting.signal), 0);
});
