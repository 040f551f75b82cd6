/**
 * Memory stays flat: over lists, over calls, over clients that are closed and clients that are collected.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { NCentral } from "mspkit";
import { growth } from "./support/memory.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

let simulator: Simulator;
let options: { baseURL: string; jwt: string | undefined };

before(async () => {
  simulator = await startSimulator({ customers: 5000, caps: null, log: false });
  options = { baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt };
});

after(() => simulator.stop());

test("over forty thousand listed items", async (context) => {
  await using client = new NCentral(options);
  const grown = await growth(8, async () => {
    for await (const _ of client.customers.list({ pageSize: 1000 })) {
      // Each is dropped at once.
    }
  });
  context.diagnostic(`${grown.toFixed(1)} MiB`);
  assert.ok(grown < 24, `${grown} MiB`);
});

test("a returned item is not referenced by its list", async () => {
  await using client = new NCentral(options);
  const list = client.customers.list({ pageSize: 100 });
  const given: WeakRef<object>[] = [];
  for (let at = 0; at < 10; at += 1) {
    const { value } = await list.next();
    given.push(new WeakRef(value as object));
  }
  // The target of a WeakRef lives until the end of the current job.
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();
  assert.deepEqual(
    given.slice(0, -1).map((item) => item.deref()),
    Array(9).fill(undefined),
  );
  assert.equal((await list.next()).done, false);
});

test("over lists that are left early", async (context) => {
  await using client = new NCentral(options);
  const grown = await growth(40, async () => {
    for (let at = 0; at < 10; at += 1) {
      for await (const _ of client.customers.list({ pageSize: 100 })) {
        break;
      }
    }
  });
  context.diagnostic(`${grown.toFixed(1)} MiB`);
  assert.ok(grown < 24, `${grown} MiB`);
});

test("over clients, closed and forgotten", async (context) => {
  for (const close of [true, false]) {
    const grown = await growth(20, async () => {
      for (let at = 0; at < 20; at += 1) {
        const client = new NCentral(options);
        await client.customers.get("100");
        if (close) {
          client.close();
        }
      }
    });
    context.diagnostic(`${close ? "closed" : "forgotten"}: ${grown.toFixed(1)} MiB`);
    assert.ok(grown < 32, `${grown} MiB`);
  }
});
