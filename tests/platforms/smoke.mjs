// What the Node module has to do on every platform, as its users have it installed: prints a line for each step.
//
// Run by `mspkit-doc-examples around`, whose TLS server and proxy are in the environment.

import assert from "node:assert/strict";
import { createServer } from "node:net";
import * as mspkit from "mspkit";
import { Simulator } from "mspkit/testing";

let steps = 0;
function step(name, passed) {
  assert.ok(passed, name);
  steps += 1;
  console.log(`node: ${name}`);
}

async function unusedPort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function refused() {
  const baseURL = `http://127.0.0.1:${await unusedPort()}`;
  const client = new mspkit.NCentral({ baseURL, jwt: "x", trustEnv: false, maxRetries: 0 });
  const error = await client.customers.get("100").then(undefined, (error) => error);
  step("a refused connection", error instanceof mspkit.APIConnectionError);
  client.close();
}

async function encrypted() {
  const { MSPKIT_TLS_URL, MSPKIT_TLS_JWT, MSPKIT_TLS_PROXY, MSPKIT_TLS_AUTHORITY } = process.env;
  const options = { baseURL: MSPKIT_TLS_URL, jwt: MSPKIT_TLS_JWT, proxy: MSPKIT_TLS_PROXY };
  const client = new mspkit.NCentral({ ...options, caBundle: MSPKIT_TLS_AUTHORITY });
  step("TLS behind a proxy, with an authority of its own", (await client.server.info()).version);
  client.close();
  const suspicious = new mspkit.NCentral({ ...options, maxRetries: 0 });
  const error = await suspicious.server.info().then(undefined, (error) => error);
  const known = error instanceof mspkit.APIConnectionError && /certificate/i.test(error.message);
  step("an authority that nobody knows is refused", known);
  suspicious.close();
}

const { version, platform, arch } = process;
console.log(`node: mspkit ${mspkit.version}, Node.js ${version}, ${platform}, ${arch}`);
const sim = await Simulator.start({ customers: 30 });
step("the simulator of the package mspkit-sim", true);
const client = sim.ncentral();
const ids = Array.from({ length: 20 }, (_, number) => String(100 + number));
const found = await Promise.all(ids.map((id) => client.customers.get(id)));
step("20 awaited calls at once", found.map(({ customerId }) => customerId).join() === ids.join());
let listed = 0;
for await (const _ of client.customers.list({ pageSize: 7 })) {
  listed += 1;
}
step("an awaited list", listed === 30);
const missing = await client.customers.get("999999").then(undefined, (error) => error);
step("a 404", missing instanceof mspkit.NotFoundError && missing.status === 404);
client.close();
const blocking = sim.ncentralSync();
step("a blocking call", blocking.customers.get("100").customerId === "100");
step("a list", blocking.customers.list({ pageSize: 7 }).collect().length === 30);
blocking.close();
await sim.stop();
await refused();
await encrypted();
assert.equal(steps, 9);
console.log(`node: ${steps} steps passed`);
