/**
 * Long runs: a million items, ten thousand clients, a hundred thousand calls on one signal.
 */

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { after, before, test } from "node:test";
import { NCentral } from "mspkit";
import { growth } from "../support/memory.js";
import { type Simulator, startSimulator } from "../support/simulator.js";

let simulator: Simulator;
let options: { baseURL: string; jwt: string | undefined };

before(async () => {
  simulator = await startSimulator({ customers: 10_000, caps: null, log: false });
  options = { baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt };
});

after(() => simulator.stop());

test("memory is flat over a million listed items", async (context) => {
  await using client = new NCentral(options);
  let items = 0;
  const grown = await growth(100, async () => {
    for await (const _ of client.customers.list({ pageSize: 1000 })) {
      items += 1;
    }
  });
  context.diagnostic(`${items} items, ${grown.toFixed(1)} MiB`);
  assert.equal(items, 1_000_000);
  assert.ok(grown < 24, `${grown} MiB`);
});

test("memory is flat over ten thousand clients", async (context) => {
  const grown = await growth(100, async (round) => {
    for (let at = 0; at < 100; at += 1) {
      const client = new NCentral(options);
      if (at % 10 === 0) {
        await client.customers.get("100");
      }
      // Every other hundred is dropped instead.
      if (round % 2 === 0) {
        client.close();
      }
    }
  });
  context.diagnostic(`${grown.toFixed(1)} MiB`);
  assert.ok(grown < 48, `${grown} MiB`);
});

test("a hundred thousand calls on one signal leave no listener", async (context) => {
  await using client = new NCentral(options);
  const { signal } = new AbortController();
  const grown = await growth(100, async () => {
    for (let round = 0; round < 20; round += 1) {
      const calls = Array.from({ length: 50 }, (_, at) => client.customers.get(100 + at, { signal }));
      assert.equal(getEventListeners(signal, "abort").length, 1);
      await Promise.all(calls);
    }
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
  context.diagnostic(`${grown.toFixed(1)} MiB`);
  assert.ok(grown < 24, `${grown} MiB`);
});
