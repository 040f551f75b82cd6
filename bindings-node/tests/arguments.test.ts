/**
 * Arguments: which are accepted, and the errors for a wrong place, spelling or type.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { InvalidRequestError, NCentral, type NCentralSync, OutcomeUnknownError, Wiv } from "mspkit";
import { JWT, startFake } from "./support/fake.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

let simulator: Simulator;
let client: NCentral;
let sync: NCentralSync;

before(async () => {
  simulator = await startSimulator({ customers: 5 });
  client = simulator.ncentral();
  sync = simulator.ncentralSync();
});

after(async () => {
  client.close();
  sync.close();
  await simulator.stop();
});

/** Arguments that TypeScript would refuse. */
type Wrong = never;

async function refusalOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof InvalidRequestError, String(error));
    return error.message;
  }
  throw new Error("nothing was refused");
}

test("options among the parameters are reported with their place", async () => {
  const { signal } = new AbortController();
  const second = /: belongs to the options, the second argument; given: /;
  for (const options of [{ signal }, { timeout: 5 }, { maxRetries: 0 }, { headers: {} }, { query: {} }]) {
    const message = await refusalOf(() => client.customers.list(options as Wrong).collect());
    assert.match(message, second);
    assert.ok(message.startsWith(`${Object.keys(options)[0]}: `), message);
    assert.match(await refusalOf(() => sync.customers.list(options as Wrong).collect()), second);
  }
  const contoso = { customerName: "Contoso", contactFirstName: "Ada", contactLastName: "Lovelace", signal };
  const third = /^signal: belongs to the options, the third argument; given: an object$/;
  assert.match(await refusalOf(() => client.serviceOrgs.createCustomer(50, contoso as Wrong)), third);
});

test("names of other languages are refused, and the TypeScript name is suggested", async () => {
  const cases: [given: object, meant: string][] = [
    [{ page_size: 5 }, "pageSize"],
    [{ resume_token: "x" }, "resumeToken"],
    [{ sort_by: "customerName" }, "sortBy"],
    [{ Page_Size: 5 }, "pageSize"],
  ];
  for (const [given, meant] of cases) {
    for (const run of [
      () => client.customers.list(given).collect(),
      () => sync.customers.list(given).collect(),
    ]) {
      const message = await refusalOf(run);
      const name = Object.keys(given)[0];
      assert.equal(message, `ncentral.customers.list: ${name}: is not a parameter; did you mean ${meant}?`);
    }
  }
  const list = { colour: "red" } as object;
  assert.match(
    await refusalOf(() => client.customers.list(list).collect()),
    /: colour: is not a parameter; there are .*pageSize, .*limit, concurrency, resumeToken/,
  );
  const customer = { customer_name: "Contoso", contactFirstName: "Ada", contactLastName: "Lovelace" };
  const message = await refusalOf(() => client.serviceOrgs.createCustomer(50, customer as Wrong));
  assert.match(message, /: customer_name: is not a parameter; did you mean customerName\?$/);
});

test("a value that is not a plain object is refused where one is required", async () => {
  const cases: [run: () => unknown, message: string][] = [
    [
      () => client.serviceOrgs.createCustomer(50, "Contoso" as Wrong),
      "params: must be an object; given: a text",
    ],
    [() => client.customers.list(5 as Wrong).collect(), "params: must be an object; given: 5"],
    [() => client.customers.list([1] as Wrong).collect(), "params: must be an object; given: a list"],
    [
      () => client.customers.list(new Map() as Wrong).collect(),
      "params: must be a plain object and not Map; given: an object",
    ],
    [() => sync.customers.list("x" as Wrong).collect(), "params: must be an object; given: a text"],
    [
      () => client.customers.get(100, AbortSignal.abort() as Wrong),
      "call options: must be a plain object and not AbortSignal; given: an object",
    ],
    [() => client.customers.get(100, 5 as Wrong), "call options: must be an object; given: 5"],
    [() => new NCentral("https://x" as Wrong), "client options: must be an object; given: a text"],
    [
      () => client.request("GET", "/x", { query: new Map() as Wrong }),
      "query: must be a plain object or URLSearchParams, and not Map; given: an object",
    ],
    [
      () => client.request("GET", "/x", { headers: [["a", "b"]] as Wrong }),
      "headers: must be an object; given: a list",
    ],
    [
      () => client.request("GET", "/x", { headers: new URLSearchParams() as Wrong }),
      "headers: must be a plain object or Headers, and not URLSearchParams; given: an object",
    ],
    [
      () => client.request(undefined as Wrong, "/x"),
      "method: must be an HTTP method such as GET; given: nothing",
    ],
    [
      () => sync.request("GET", {} as Wrong),
      "path: must be a path such as /api/sites, or a URL of the client's own server; given: an object",
    ],
  ];
  for (const [run, message] of cases) {
    assert.equal(await refusalOf(run), message);
  }
  // `undefined` is not invalid.
  assert.equal((await client.customers.list(null as Wrong, null as Wrong).collect()).length, 5);
});

test("options of clients are those of their service, and a similar one is suggested", async () => {
  for (const given of ["baseUrl", "base_url", "BASEURL", "basURL"]) {
    const message = await refusalOf(() => new NCentral({ [given]: "https://x.example" }));
    assert.equal(message, `${given}: is not an option; did you mean baseURL?`);
  }
  assert.match(
    await refusalOf(() => new NCentral({ colour: 1 } as Wrong)),
    /^colour: is not an option; there are baseURL, jwt, timeout, (?!.*(?:apiKey|resellerId))/,
  );
  assert.match(
    await refusalOf(() => new NCentral({ apiKey: "x" } as Wrong)),
    /^apiKey: is an option of Wiv clients/,
  );
  assert.match(
    await refusalOf(() => new Wiv({ jwt: "x" } as Wrong)),
    /^jwt: is an option of N-central clients/,
  );
  assert.match(
    await refusalOf(() => client.withOptions({ time_out: 1 } as Wrong)),
    /; did you mean timeout\?$/,
  );
});

test("URL, URLSearchParams and Headers are accepted", async () => {
  const made = new NCentral({
    baseURL: new URL(`${simulator.url}/`),
    jwt: simulator.credentials.ncentralJwt,
  });
  const query = new URLSearchParams([
    ["pageSize", "2"],
    ["x", "1"],
    ["x", "2"],
  ]);
  const headers = new Headers({ "X-A": "b" });
  await made.request("GET", new URL("/api/customers", simulator.url), { query, headers });
  await made.customers.list({}, { query: new URLSearchParams("x=3") }).collect();
  made.close();
  const requests = await simulator.requests("ncentral.customers.list");
  const [first, second] = requests.slice(-2);
  assert.deepEqual(first?.query, { pageSize: "2", x: ["1", "2"] });
  assert.equal(second?.query.x, "3");
  const log = (await simulator.control("requests?since=0")) as {
    requests: { headers: Record<string, string> }[];
  };
  assert.equal(log.requests.at(-2)?.headers["x-a"], "b");
});

test("a text is not sent in quotes under a type that is no JSON", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const before = (await simulator.requests()).length;
  for (const run of [
    () => client.request("POST", "/api/x", { body: "a=b", headers }),
    () => client.request("POST", "/api/x", { body: "a=b", headers: new Headers(headers) }),
    () => sync.request("POST", "/api/x", { body: "a=b", headers }),
  ]) {
    assert.match(
      await refusalOf(run),
      /headers\[content-type\]: must be a JSON type .*: bodies are sent as JSON/,
    );
  }
  assert.equal((await simulator.requests()).length, before);
});

test("undefined headers and query parameters are omitted", async () => {
  const options = { headers: { "X-A": undefined, "X-B": "c" }, query: { a: undefined, b: "c" } };
  await client.request("GET", "/api/customers", options);
  const log = (await simulator.control("requests?since=0")) as {
    requests: { headers: Record<string, string>; query: object }[];
  };
  const last = log.requests.at(-1);
  assert.deepEqual([last?.headers["x-a"], last?.headers["x-b"], last?.query], [undefined, "c", { b: "c" }]);
});

test("errors of arguments have fields for what is wrong", async () => {
  const error = await client.customers
    .list({ pageSize: 0 })
    .collect()
    .catch((error) => error);
  assert.ok(error instanceof InvalidRequestError);
  assert.deepEqual(
    [error.argument, error.given, error.allowed, error.operation],
    ["pageSize", "0", "must be a whole number from 1 to 1000", "ncentral.customers.list"],
  );
  const own = await client.customers.get(1, { signal: 5 as Wrong }).catch((error) => error);
  assert.deepEqual([own.argument, own.given, own.allowed], ["signal", "5", "must be an AbortSignal"]);
  assert.equal(JSON.parse(JSON.stringify(own)).argument, "signal");
});

test("times are in milliseconds, and operations have TypeScript names", async () => {
  await using silent = await startFake(() => {});
  await using own = new NCentral({ baseURL: silent.url, jwt: JWT, maxRetries: 0 });
  const late = await own.serviceOrgs.get(1, { timeout: 250 }).catch((error) => error);
  assert.match(late.message, /^ncentral\.serviceOrgs\.get: .*\b250 ms/);
  const contoso = { customerName: "Contoso", contactFirstName: "Ada", contactLastName: "Lovelace" };
  const unknown = await own.serviceOrgs.createCustomer(1, contoso, { timeout: 250 }).catch((error) => error);
  assert.ok(unknown instanceof OutcomeUnknownError);
  assert.match(unknown.message, /^ncentral\.serviceOrgs\.createCustomer: .*`serviceOrgs\.listCustomers`/);
  for (const error of [late, unknown]) {
    assert.doesNotMatch(error.message, /\d s\b|[a-z]_[a-z]|\.\. /);
  }
  assert.match(
    await refusalOf(() => new NCentral({ timeout: -1 })),
    /^timeout: must be a number of milliseconds more than 0; given: -1$/,
  );
});

test("bytes and forms are not sent as something else", async () => {
  const bodies: [body: unknown, kind: string][] = [
    [Buffer.from("hi"), "Buffer"],
    [{ file: Buffer.from("hi") }, "Buffer"],
    [new Uint8Array(2), "Uint8Array"],
    [new ArrayBuffer(2), "ArrayBuffer"],
    [new DataView(new ArrayBuffer(2)), "DataView"],
    [new FormData(), "FormData"],
    [new URLSearchParams("a=b"), "URLSearchParams"],
    [new Blob(["a"]), "Blob"],
    [new Headers(), "Headers"],
  ];
  const before = (await simulator.requests()).length;
  for (const [body, kind] of bodies) {
    const message = await refusalOf(() => client.request("POST", "/api/x", { body }));
    assert.match(
      message,
      new RegExp(`^body(\\.file)?: must be plain data: .*; given: a value of type ${kind}$`),
    );
    assert.match(await refusalOf(() => sync.request("POST", "/api/x", { body })), new RegExp(kind));
  }
  assert.equal((await simulator.requests()).length, before);
});
