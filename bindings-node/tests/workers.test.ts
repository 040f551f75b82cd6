/**
 * Threads: loading, using and ending workers, in any order and with calls in flight.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";
import { NCentral } from "mspkit";
import { HERE } from "./support/child.js";
import { type Fake, JWT, startFake } from "./support/fake.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

let simulator: Simulator;
let silent: Fake;
let options: object;

before(async () => {
  simulator = await startSimulator({ caps: null });
  options = { baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt };
  silent = await startFake(() => {});
});

after(async () => {
  await silent[Symbol.asyncDispose]();
  await simulator.stop();
});

function start(text: string, workerData: object = options): Worker {
  const whole = `
    const { parentPort, workerData } = require("node:worker_threads");
    const mspkit = require(${JSON.stringify(HERE)});
    const main = async () => { ${text} };
    main();
  `;
  return new Worker(whole, { eval: true, workerData });
}

const USE = `
  const client = new mspkit.NCentral(workerData);
  const [one, all] = await Promise.all([client.serviceOrgs.get("50"), client.customers.list().collect()]);
  parentPort.postMessage([one.soId, all.length]);
`;

test("a client is not passed on to a worker as a shell of itself", async () => {
  await using client = new NCentral(options);
  for (const data of [{ client }, { customers: client.customers }]) {
    assert.throws(() => start("", data), /a client cannot be cloned; create one in each thread/);
    assert.throws(() => structuredClone(data), { name: "DataCloneError" });
  }
});

test("twenty workers one after another load, use and end by themselves", async () => {
  for (let round = 0; round < 20; round += 1) {
    const worker = start(USE);
    // A worker's last message and its end may arrive together.
    const [[message], [code]] = await Promise.all([once(worker, "message"), once(worker, "exit")]);
    assert.deepEqual([message, code], [["50", 10], 0]);
  }
});

test("twenty workers are terminated after use", async () => {
  for (let round = 0; round < 20; round += 1) {
    const worker = start(`${USE}; setInterval(() => {}, 1000);`);
    await once(worker, "message");
    assert.equal(await worker.terminate(), 1);
  }
});

test("eight workers at once, while the main thread calls too", async () => {
  await using client = new NCentral(options);
  const workers = Array.from({ length: 8 }, () => start(USE));
  const messages = workers.map((worker) => once(worker, "message"));
  const ends = workers.map((worker) => once(worker, "exit"));
  for (let at = 0; at < 100; at += 1) {
    await client.customers.get("100");
  }
  assert.deepEqual(await Promise.all(messages), Array(8).fill([["50", 10]]));
  assert.deepEqual(await Promise.all(ends), Array(8).fill([0]));
  assert.equal((await client.customers.get("100")).customerId, "100");
});

test("workers are terminated with two hundred calls in flight, and the calls end with them", async () => {
  const before = silent.sockets.size;
  for (let round = 0; round < 10; round += 1) {
    const worker = start(
      `const client = new mspkit.NCentral(workerData);
       for (let at = 0; at < 200; at += 1) client.request("GET", "/never/" + at).catch(() => {});
       setTimeout(() => parentPort.postMessage("begun"), ${round});`,
      { baseURL: silent.url, jwt: JWT },
    );
    await once(worker, "message");
    await worker.terminate();
  }
  const limit = performance.now() + 10_000;
  while (silent.sockets.size > before && performance.now() < limit) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(silent.sockets.size, before);
});

test("a worker waits for pending calls, and an idle client does not keep it alive", async () => {
  const worker = start(
    `const client = new mspkit.NCentral(workerData);
     globalThis.client = client;
     client.customers.get("100").then((customer) => parentPort.postMessage(customer.customerId));`,
  );
  const messages: unknown[] = [];
  worker.on("message", (message) => messages.push(message));
  const [code] = await once(worker, "exit");
  assert.deepEqual([code, messages], [0, ["100"]]);
});

test("blocking calls work in a worker while the main thread runs on", async () => {
  const worker = start(
    `const client = new mspkit.NCentralSync(workerData);
     parentPort.postMessage([client.serviceOrgs.get("50").soId, [...client.customers.list()].length]);`,
  );
  const [message] = await once(worker, "message");
  assert.deepEqual(message, ["50", 10]);
});
