/**
 * `mspkit/testing` and the program `mspkit-sim`: what users test their scripts with.
 */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Cloudmore, NCentral, OutcomeUnknownError, version, Wiv } from "mspkit";
import { type Fault, type SimulatorOptions, VARIABLES } from "mspkit/testing";
import { HERE, program } from "./support/child.js";
import { until } from "./support/fake.js";
import { Simulator } from "./support/simulator.js";

const BIN = join(HERE, "simulator", "bin.js");

function gone(pid: number): boolean {
  try {
    if (process.platform === "win32") {
      process.kill(pid, 0);
      return false;
    }
    // A zombie counts as ended, too.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(")").at(-1)?.trim().startsWith("Z") === true;
  } catch {
    return true;
  }
}

test("loaded data is visible to clients and in the state", async () => {
  await using sim = await Simulator.start({ customers: 3 });
  const client = sim.ncentral();
  assert.equal((await client.customers.list().collect()).length, 3);
  await sim.load({
    serviceOrgs: [{ soName: "Contoso IT", soId: 60 }],
    customers: [{ customerName: "Woodgrove" }, { customerName: "Fabrikam", city: null }],
    wivCustomers: [{ customer_name: "Woodgrove" }],
  });
  const found = await client.serviceOrgs.listCustomers(60).collect();
  assert.deepEqual(
    found.map((customer) => customer.customerName),
    ["Woodgrove", "Fabrikam"],
  );
  assert.match(found[0]?.contactEmail ?? "", /@woodgrove\.example$/);
  assert.equal(sim.wivSync().customers.list().collect()[0]?.customerName, "Woodgrove");
  const state = await sim.state();
  assert.equal(state.serviceOrgs[0]?.soId, "60");
  await using other = await Simulator.start();
  await other.load(state);
  assert.deepEqual((await other.state()).customers, state.customers);
  await assert.rejects(
    sim.load({ customers: [{ cty: "Bergen" }] }),
    /^Error: customers\[0\]\.cty: unknown field/,
  );
});

test("requests fail as requested, and are logged", async () => {
  await using sim = await Simulator.start();
  const client = sim.ncentral();
  const listing = "ncentral.customers.list";
  await sim.fail(listing, { status: 429, retryAfter: 0 });
  await sim.fail(listing, { kind: "close" });
  assert.equal((await client.customers.list({ pageSize: 20 }).collect()).length, 10);
  const requests = await sim.requests(listing);
  assert.deepEqual(
    requests.map((request) => request.status),
    [429, null, 200],
  );
  const query = { pageNumber: "1", pageSize: "20" };
  const listed = {
    method: "GET",
    path: "/api/customers",
    query,
    body: undefined,
    operation: listing,
    status: 200,
  };
  assert.deepEqual(requests[2], listed);
  await sim.fail("GET /api/customers/{x}", { kind: "html", status: 502, nth: [2] });
  const get = () =>
    client.customers.get(100, { maxRetries: 0 }).then(
      () => 200,
      (error) => error.status,
    );
  assert.deepEqual([await get(), await get(), await get()], [200, 502, 200]);
  await sim.fail("ncentral.service_orgs.create_customer", { kind: "commit_close" });
  const contoso = { customerName: "Contoso", contactFirstName: "Ada", contactLastName: "Lovelace" };
  await assert.rejects(client.serviceOrgs.createCustomer(50, contoso), OutcomeUnknownError);
  assert.equal((await sim.state()).customers.at(-1)?.customerName, "Contoso");
  const [created] = await sim.requests("ncentral.service_orgs.create_customer");
  assert.deepEqual(created?.body, contoso);
  await sim.fail("*", { status: 500, times: 0 });
  await sim.reset();
  assert.equal(await get(), 200);
  await assert.rejects(sim.fail("customers", { status: 500 }), /is not an operation/);
  await assert.rejects(sim.fail("*", { kind: "delay" }), /missing field `ms`/);
});

test("responses of unknown endpoints can be set", async () => {
  await using sim = await Simulator.start();
  const client = sim.ncentral();
  const request = async (path: string) => {
    const answer = await client.request("GET", path);
    return [answer.status, answer.text];
  };
  await sim.answer("/api/devices/{x}", { json: { deviceId: 7 } });
  assert.deepEqual([await request("/api/devices/7"), await request("/api/devices/8")].flat(), [
    ...[200, '{"deviceId":7}'],
    ...[200, '{"deviceId":7}'],
  ]);
  await sim.answer("GET /api/devices/{x}", { text: "later", status: 202, headers: { "X-A": "b" }, times: 1 });
  await sim.answer("/api/devices/{x}", { json: [] });
  assert.deepEqual(await request("/api/devices/7"), [202, "later"]);
  assert.deepEqual(await request("/api/devices/7"), [200, "[]"]);
  await sim.answer("ncentral.service_orgs.list", { json: { data: [{ soId: 9 }], totalItems: 1 } });
  assert.equal((await client.serviceOrgs.list().collect())[0]?.soId, "9");
  await sim.reset();
  await assert.rejects(request("/api/devices/7"), { status: 404 });
  await assert.rejects(sim.answer("devices"), /'devices' is not an operation/);
  await assert.rejects(sim.answer("/x", { satus: 200 } as object), /unknown field `satus`/);
});

test("a mistake is reported in TypeScript names, with the line of the test", async () => {
  await using sim = await Simulator.start();
  const cases: [run: () => Promise<unknown>, expected: RegExp][] = [
    [
      () => sim.fail("*", { statusCode: 503 } as Fault),
      /^unknown field `statusCode`, expected one of `status`, `retryAfter`/,
    ],
    [() => sim.fail("*", { kind: "slow", stepMs: 1 }), /^missing field `bytesPerStep`$/],
    [
      () => sim.fail("*", { status: 503, retryAfter: {} as never }),
      /^retryAfter: must be seconds, a text, or .* dateInSeconds$/,
    ],
    [() => sim.fail("nothing", {}), /'nothing' is not an operation/],
    [() => sim.load({ customer: [] } as object), /^customer: unknown member; known are .*serviceOrgs, /],
    [() => sim.load({ serviceOrgs: [{ soNam: 1 }] }), /^serviceOrgs\[0\]\.soNam: unknown field/],
    [() => sim.reset({ seed: "x" } as object), /^seed: invalid type: string "x", expected a whole number$/],
    [() => sim.answer("/x", { json: 1, text: "" }), /give json or text, not both/],
    [() => sim.control("nothing"), /there is no \/_sim\/nothing/],
    [
      () => Simulator.start({ service_orgs: 1, serviceOrg: 2 } as object),
      /^unknown field `serviceOrg`, .*`serviceOrgs`/,
    ],
  ];
  for (const [run, expected] of cases) {
    const error = await run().then(
      () => assert.fail(String(expected)),
      (error: Error) => error,
    );
    assert.match(error.message, expected);
    assert.doesNotMatch(error.message, /line \d|u64|untagged/);
    const first = error.stack?.split("\n")[1];
    assert.match(first ?? "", /simulator\.test\.(ts|js):/, error.stack);
  }
  const saved = process.env.MSPKIT_SIM as string;
  process.env.MSPKIT_SIM = "/bin/false";
  const error = await Simulator.start().catch((error: Error) => error);
  process.env.MSPKIT_SIM = saved;
  assert.match((error as Error).stack?.split("\n")[1] ?? "", /simulator\.test\.(ts|js):/);
});

test("a date of Retry-After counts from now", async () => {
  await using sim = await Simulator.start();
  await sim.fail("ncentral.customers.get", { status: 429, retryAfter: { dateInSeconds: 600 } });
  const error = await sim
    .ncentral()
    .customers.get(100, { maxRetries: 0 })
    .catch((error) => error);
  assert.ok(error.retryAfter > 590_000 && error.retryAfter < 602_000, String(error.retryAfter));
});

test("time can be moved", async () => {
  await using sim = await Simulator.start({ accessSeconds: 100 });
  const client = sim.ncentral();
  await client.customers.get(100);
  await sim.advance(101);
  await client.customers.get(100);
  const statuses = (await sim.requests("ncentral.customers.get")).map((request) => request.status);
  assert.deepEqual(statuses, [200, 401, 200]);
});

test("clients are found by the environment, and made", async () => {
  await using sim = await Simulator.start({ customers: 2, credentials: { wivApiKey: "planted" } });
  assert.deepEqual(Object.keys(sim.env), [...VARIABLES, "no_proxy", "NO_PROXY"]);
  assert.equal(sim.env.WIV_API_KEY, "planted");
  const saved = { ...process.env };
  try {
    Object.assign(process.env, sim.env);
    const organizationId = sim.credentials.cloudmoreOrganizationId;
    assert.equal((await new NCentral().customers.list().collect()).length, 2);
    assert.equal((await new Wiv().customers.list().collect()).length, 5);
    assert.equal((await new Cloudmore().services.list({ organizationId }).collect()).length, 3);
    assert.equal((await sim.cloudmore().estore.list({ organizationId }).collect()).length, 8);
    assert.equal(sim.cloudmoreSync().services.list({ organizationId }).collect().length, 3);
    assert.equal(sim.ncentralSync().customers.list().collect().length, 2);
    assert.equal((await sim.wiv().customers.list().collect()).length, 5);
  } finally {
    process.env = saved;
  }
});

test("a proxy of the machine is passed by", () => {
  const code = `
    const { Simulator } = require("mspkit/testing");
    Simulator.start({ customers: 4 }).then(async (sim) => {
      console.log((await sim.ncentral().customers.list().collect()).length);
      Object.assign(process.env, sim.env);
      console.log((await new (require("mspkit").NCentral)().customers.get(100)).customerId);
    });
  `;
  const env = { ...process.env, HTTP_PROXY: "http://127.0.0.1:9", http_proxy: "http://127.0.0.1:9" };
  const ran = spawnSync(process.execPath, ["-e", code], { cwd: HERE, env, encoding: "utf8" });
  assert.deepEqual([ran.stdout, ran.stderr, ran.status], ["4\n100\n", "", 0]);
});

test("its types are those of the simulator", async () => {
  await using sim = await Simulator.start();
  const { options } = (await sim.control("ready")) as { options: object };
  const files = ["scenario.d.ts", join("generated", "simulated.d.ts")];
  const declared = files.map((file) => readFileSync(join(HERE, "dist", "cjs", file), "utf8")).join("\n");
  const members = (name: string): string[] => {
    const found = new RegExp(`interface ${name} (?:extends (\\w+) )?\\{(.*?)\\n\\}`, "s").exec(declared);
    const own = [...(found?.[2] ?? "").matchAll(/^ {4}readonly (\w+)/gm)].map(([, member]) => member ?? "");
    return [...own, ...(found?.[1] ? members(found[1]) : [])].sort();
  };
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  assert.deepEqual(members("SimulatorOptions"), Object.keys(options).map(camel).sort());
  assert.deepEqual(members("State"), Object.keys(await sim.state()).sort());
  assert.deepEqual(members("Credentials"), Object.keys(sim.credentials).sort());
  const kinds = [...(/kind\?:(.*?);/s.exec(declared)?.[1] ?? "").matchAll(/"(\w+)"/g)].map(
    ([, kind]) => kind,
  );
  const message: string = await sim.fail("*", { kind: "x" } as unknown as Fault).then(String, String);
  const known = [...message.matchAll(/`(\w+)`/g)].map(([, kind]) => kind).slice(1);
  assert.deepEqual(kinds.sort(), known.sort());
});

test("ctrl-C is not for the simulator", async () => {
  await using sim = await Simulator.start();
  const [, , group] = readFileSync(`/proc/${sim.pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  assert.equal(Number(group), sim.pid, "it has a group of its own");
});

test("an unknown option is reported and no process is left", async () => {
  const mistake = { customer: 3 } as SimulatorOptions;
  await assert.rejects(Simulator.start(mistake), /unknown field `customer`/);
  const sim = await Simulator.start();
  await sim.stop();
  await sim.stop();
  assert.ok(gone(sim.pid));
});

test("it ends with its process, however that ends, and does not keep it", async () => {
  for (const ending of ["", "process.exit(3)", "process.kill(process.pid, 'SIGKILL')"]) {
    const code = `
      const sim = await require("mspkit/testing").Simulator.start();
      console.log(sim.pid);
      await sleep(1);
      ${ending}
    `;
    const ended = await program(code);
    assert.equal(ended.stderr, "");
    await until("the simulator is gone", () => gone(Number(ended.stdout)));
  }
});

test("the program passes on arguments, streams, signals and exit codes", async () => {
  const ran = (...args: string[]) =>
    spawnSync(process.execPath, [BIN, ...args], { cwd: HERE, encoding: "utf8" });
  assert.match(ran("--help").stdout, /--customers <CUSTOMERS>/);
  assert.deepEqual([ran("--customer").status, ran("--", "sh", "-c", "exit 7").status], [2, 7]);
  const list = `new (require("mspkit").NCentral)().customers.list().collect().then((all) => console.log(all.length))`;
  assert.equal(ran("--customers", "4", "--", process.execPath, "-e", list).stdout, "4\n");
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const child = spawn(process.execPath, [BIN], { cwd: HERE, stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill(signal);
    assert.deepEqual(await new Promise((resolve) => child.once("exit", (...how) => resolve(how))), [0, null]);
  }
});

test("a missing or broken program is reported", async () => {
  const ran = (env: object) =>
    spawnSync(process.execPath, [BIN], { cwd: HERE, encoding: "utf8", env: { ...process.env, ...env } });
  const missing = ran({ MSPKIT_SIM: "/no/such/program" });
  assert.deepEqual(
    [missing.status, missing.stderr],
    [1, "mspkit-sim: MSPKIT_SIM names /no/such/program, and there is no such file\n"],
  );
  const saved = process.env.MSPKIT_SIM as string;
  assert.ok(existsSync(saved));
  process.env.MSPKIT_SIM = "/bin/false";
  try {
    await assert.rejects(Simulator.start(), /the simulator exited with 1 on start/);
  } finally {
    process.env.MSPKIT_SIM = saved;
  }
});

test("a simulator of another version is refused", async () => {
  const saved = process.env.MSPKIT_SIM as string;
  const folder = mkdtempSync(join(tmpdir(), "mspkit-other-"));
  const other = join(folder, "mspkit-sim");
  const ready = JSON.stringify({ url: "http://127.0.0.1:9", credentials: {}, version: "99.0.0" });
  writeFileSync(other, `#!/bin/sh\necho '${ready}'\nexec cat\n`, { mode: 0o755 });
  process.env.MSPKIT_SIM = other;
  try {
    const expected = `this is mspkit ${version}, but ${other} has version 99.0.0; install the same one: `;
    await assert.rejects(Simulator.start(), (error: Error) => error.message.startsWith(expected));
  } finally {
    process.env.MSPKIT_SIM = saved;
    rmSync(folder, { recursive: true });
  }
});
