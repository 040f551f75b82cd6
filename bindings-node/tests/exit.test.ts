/**
 * When a process ends: by itself when nothing is pending, whatever is open, and not before.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { program } from "./support/child.js";
import { type Fake, JWT, json, startFake } from "./support/fake.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

let simulator: Simulator;
let slow: Fake;
let options: object;
let toSlow: object;

before(async () => {
  simulator = await startSimulator();
  options = { baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt };
  // Responds late, or never.
  slow = await startFake((request, response) => {
    if (request.url?.includes("/late")) {
      setTimeout(() => json(response, "{}"), 700);
    }
  });
  toSlow = { baseURL: slow.url, jwt: JWT };
});

after(async () => {
  await slow[Symbol.asyncDispose]();
  await simulator.stop();
});

/** Well below any timer of a client, and enough for a busy machine. */
const AT_ONCE = 1500;

test("a process ends by itself though a client is open and idle", async () => {
  const ended = await program(
    `const client = new mspkit.NCentral(options);
     globalThis.client = client;
     await client.serviceOrgs.get("50");
     for await (const customer of client.customers.list()) break;
     process.stdout.write("idle");`,
    options,
  );
  assert.deepEqual([ended.code, ended.stderr], [0, ""]);
  assert.ok(ended.took < AT_ONCE, `${ended.took} ms`);
});

test("a process that only loads the package ends", async () => {
  const ended = await program(`process.stdout.write("idle");`);
  assert.deepEqual([ended.code, ended.stderr], [0, ""]);
  assert.ok(ended.took < AT_ONCE, `${ended.took} ms`);
});

test("a process waits for pending calls", async () => {
  const ended = await program(
    `const client = new mspkit.NCentral(options);
     client.request("GET", "/late").then((answer) => process.stdout.write("answered " + answer.status));`,
    toSlow,
  );
  assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "answered 200", ""]);
});

test("a process whose only call was aborted ends", async () => {
  const ended = await program(
    `const client = new mspkit.NCentral(options);
     const aborting = new AbortController();
     const call = client.request("GET", "/never", { signal: aborting.signal });
     await flying(client);
     process.stdout.write("idle");
     aborting.abort();
     await call.catch(() => {});`,
    toSlow,
  );
  assert.deepEqual([ended.code, ended.stderr], [0, ""]);
  assert.ok(ended.took < AT_ONCE, `${ended.took} ms`);
});

test("process.exit with a hundred calls in flight, ten times", async () => {
  for (let round = 0; round < 10; round += 1) {
    const ended = await program(
      `const client = new mspkit.NCentral(options);
       for (let at = 0; at < 100; at += 1) client.request("GET", "/" + (at % 2 ? "late" : "never")).catch(() => {});
       await sleep(${round * 10});
       process.stdout.write("idle");
       process.exit(7);`,
      toSlow,
    );
    assert.deepEqual([ended.code, ended.signal, ended.stderr], [7, null, ""]);
    assert.ok(ended.took < AT_ONCE, `${ended.took} ms`);
  }
});

test("an uncaught exception ends the process as always", async () => {
  const ended = await program(
    `const client = new mspkit.NCentral(options);
     client.request("GET", "/never").catch(() => {});
     process.on("exit", () => process.stdout.write("exit handler"));
     await flying(client);
     setTimeout(() => { throw new Error("mine"); });`,
    toSlow,
  );
  assert.equal(ended.code, 1);
  assert.equal(ended.stdout, "exit handler");
  assert.match(ended.stderr, /Error: mine/);
});

test("Ctrl-C ends a process that waits for a call, and its own handler runs", async () => {
  const waiting = `
    const client = new mspkit.NCentral(options);
    client.request("GET", "/never").catch(() => {});
    await flying(client);
    process.stdout.write("idle");`;
  const interrupt = (line: string, kill: (signal: NodeJS.Signals) => void) => {
    if (line === "idle") {
      kill("SIGINT");
    }
  };
  const ended = await program(waiting, toSlow, 20_000, interrupt);
  assert.equal(ended.signal, "SIGINT");
  assert.ok(ended.took < AT_ONCE, `${ended.took} ms`);
  const handled = `process.on("SIGINT", () => process.exit(3));${waiting}`;
  assert.equal((await program(handled, toSlow, 20_000, interrupt)).code, 3);
});

test("nothing is printed, whatever happens to calls", async () => {
  const ended = await program(
    `const client = new mspkit.NCentral({ ...options, maxRetries: 1 });
     await client.serviceOrgs.get("9999").catch(() => {});
     await client.customers.get("").catch(() => {});
     client.close();
     await client.customers.get("1").catch(() => {});
     const sync = new mspkit.NCentralSync(options);
     try { sync.serviceOrgs.get("9999"); } catch {}`,
    options,
  );
  assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "", ""]);
});

test("a rejection that nobody handles is reported like any other", async () => {
  const ended = await program(`new mspkit.NCentral(options).serviceOrgs.get("9999");`, options);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /NotFoundError: ncentral\.serviceOrgs\.get: HTTP 404/);
  assert.equal(ended.stderr.match(/NotFoundError:/g)?.length, 1);
});
