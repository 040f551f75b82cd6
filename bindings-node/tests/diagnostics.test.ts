/**
 * What is published on `diagnostics_channel`, and that nothing is collected without a subscriber.
 */

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import { NCentral, NCentralSync, type RequestEvent, type ResponseEvent, type RetryEvent } from "mspkit";
import { program } from "./support/child.js";
import { JWT, json, startFake } from "./support/fake.js";
import { startSimulator } from "./support/simulator.js";

type Seen = ["request", RequestEvent] | ["response", ResponseEvent] | ["retry", RetryEvent];

/** Records all events while a function runs. */
async function listening(
  run: () => unknown,
  store?: AsyncLocalStorage<string>,
): Promise<[Seen[], unknown[]]> {
  const seen: Seen[] = [];
  const contexts: unknown[] = [];
  const listeners = (["request", "response", "retry"] as const).map((kind) => {
    const listener = (event: unknown) => {
      seen.push([kind, event] as Seen);
      contexts.push(store?.getStore());
    };
    subscribe(`mspkit:${kind}`, listener);
    return () => unsubscribe(`mspkit:${kind}`, listener);
  });
  try {
    await run();
  } finally {
    for (const end of listeners) {
      end();
    }
  }
  return [seen, contexts];
}

/** Fails every first attempt. */
function flaky() {
  let count = 0;
  return startFake((_, response) => {
    count += 1;
    if (count % 2 === 1) {
      response.setHeader("retry-after", "0");
      json(response, { message: "busy" }, 503);
    } else {
      json(response, { customerId: "1", customerName: "x" });
    }
  });
}

const shape = ([kind, event]: Seen) => [kind, event.operation, event.attempt];

test("attempts, responses and retries are published in order", async () => {
  await using server = await flaky();
  await using client = new NCentral({ baseURL: server.url, jwt: JWT });
  await client.customers.get("1");
  const [seen] = await listening(() => client.customers.get("1"));
  const operation = "ncentral.customers.get";
  assert.deepEqual(seen.map(shape), [
    ["request", operation, 1],
    ["response", operation, 1],
    ["retry", operation, 1],
    ["request", operation, 2],
    ["response", operation, 2],
  ]);
  const [request, response, retry] = seen.map(([, event]) => event);
  const { requestId } = request as RequestEvent;
  assert.match(requestId, /^[0-9a-f]{32}$/);
  assert.ok(seen.every(([, event]) => event.requestId === requestId));
  const target = { method: "GET", path: "/api/customers/1", server: server.url };
  assert.deepEqual(request, { operation, requestId, attempt: 1, ...target });
  for (const event of [response, retry]) {
    const { method, path, server } = event as ResponseEvent;
    assert.deepEqual({ method, path, server }, target);
  }
  assert.equal((response as ResponseEvent).status, 503);
  assert.ok((response as ResponseEvent).took > 0);
  assert.equal(typeof (retry as RetryEvent).reason, "string");
  assert.ok((retry as RetryEvent).wait >= 0);
});

test("lists, requests, failures and blocking calls are published too", async () => {
  const simulator = await startSimulator();
  const options = { baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt };
  await using client = new NCentral(options);
  using sync = new NCentralSync(options);
  const runs: [operation: string, run: () => unknown, status: number][] = [
    ["ncentral.customers.list", () => client.customers.list().collect(), 200],
    ["request", () => client.request("GET", "/api/customers"), 200],
    ["ncentral.customers.get", () => client.customers.get("9").catch(() => {}), 404],
    ["ncentral.customers.get", () => sync.customers.get("100"), 200],
    ["ncentral.customers.list", () => sync.customers.list().collect(), 200],
    ["ncentral.customers.get", () => assert.throws(() => sync.customers.get("9")), 404],
  ];
  for (const [operation, run, status] of runs) {
    const [seen] = await listening(run);
    const own = seen.filter(([, event]) => event.operation === operation);
    assert.deepEqual(
      own.map(([kind]) => kind),
      ["request", "response"],
      operation,
    );
    assert.equal((own.at(-1) as ["response", ResponseEvent])[1].status, status);
  }
  await simulator.stop();
});

test("listeners run in the caller's async context", async () => {
  const store = new AsyncLocalStorage<string>();
  await using server = await flaky();
  await using client = new NCentral({ baseURL: server.url, jwt: JWT });
  const [, contexts] = await listening(() => store.run("mine", () => client.customers.get("1")), store);
  assert.ok(contexts.length >= 5);
  assert.ok(
    contexts.every((context) => context === "mine"),
    String(contexts),
  );
  const after = store.run("yours", async () => {
    await client.customers.get("1");
    return store.getStore();
  });
  assert.equal(await after, "yours");
});

test("a call without a subscriber collects nothing", async () => {
  let answer = () => {};
  await using server = await startFake((_, response) => {
    answer = () => json(response, { customerId: "1" });
  });
  await using client = new NCentral({ baseURL: server.url, jwt: JWT });
  const call = client.customers.get("1");
  while (server.requests === 0) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  // Too late for this call.
  const [seen] = await listening(async () => {
    answer();
    await call;
  });
  assert.deepEqual(seen, []);
});

test("a subscriber that throws loses no result, and its error is reported as usual", async () => {
  const simulator = await startSimulator();
  const ended = await program(
    `
      let caught = 0;
      process.on("uncaughtException", (error) => { caught += Number(error.message === "mine"); });
      for (const kind of ["request", "response", "retry"]) {
        require("node:diagnostics_channel").subscribe("mspkit:" + kind, () => { throw new Error("mine"); });
      }
      const client = new mspkit.NCentral(options);
      const sync = new mspkit.NCentralSync(options);
      const one = await client.serviceOrgs.createCustomer(50, { customerName: "a", contactFirstName: "b", contactLastName: "c" });
      const all = await client.customers.list().collect();
      const blocking = sync.customers.list().collect();
      await sleep(10);
      console.log(one.customerName, all.length === blocking.length, caught);
    `,
    { baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt },
  );
  await simulator.stop();
  // The token exchange of each client too: two events for each of five requests.
  assert.deepEqual([ended.stdout, ended.stderr, ended.code], ["a true 10\n", "", 0]);
});

test("no event holds a secret", async () => {
  const simulator = await startSimulator();
  const jwt = simulator.credentials.ncentralJwt;
  await using client = new NCentral({ baseURL: simulator.url, jwt });
  const [seen] = await listening(() => client.customers.list().collect());
  assert.ok(seen.length > 0);
  assert.ok(!JSON.stringify(seen).includes(jwt));
  await simulator.stop();
});
