/**
 * Arguments: what is taken, and what is told of those that are in the wrong place, spelling or kind.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { InvalidRequestError, NCentral, type NCentralSync, Wiv } from "mspkit";
import { closest } from "../dist/cjs/names.js";
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

/** What TypeScript would refuse. */
type Wrong = never;

async function told(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof InvalidRequestError, String(error));
    return error.message;
  }
  throw new Error("nothing was refused");
}

test("options among the parameters are told where they belong", async () => {
  const { signal } = new AbortController();
  const second = /: belongs to the options, the second argument; given: /;
  for (const options of [{ signal }, { timeout: 5 }, { maxRetries: 0 }, { headers: {} }, { query: {} }]) {
    const message = await told(() => client.customers.list(options as Wrong).collect());
    assert.match(message, second);
    assert.ok(message.startsWith(`${Object.keys(options)[0]}: `), message);
    assert.match(await told(() => sync.customers.list(options as Wrong).collect()), second);
  }
  const contoso = { customerName: "Contoso", contactFirstName: "Ada", contactLastName: "Lovelace", signal };
  const third = /^signal: belongs to the options, the third argument; given: an object$/;
  assert.match(await told(() => client.serviceOrgs.createCustomer(50, contoso as Wrong)), third);
});

test("names of other languages are refused, and the name of here is told", async () => {
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
      const message = await told(run);
      const name = Object.keys(given)[0];
      assert.ok(message.startsWith(`${name}: is none of the parameters, which are pageSize, `), message);
      assert.match(message, new RegExp(`limit, concurrency, resumeToken.*; did you mean ${meant}; given: `));
      assert.doesNotMatch(message, /onLostPage/);
    }
  }
  const customer = { customer_name: "Contoso", contactFirstName: "Ada", contactLastName: "Lovelace" };
  const message = await told(() => client.serviceOrgs.createCustomer(50, customer as Wrong));
  assert.match(message, /^customer_name: .*; did you mean customerName; given: a text$/);
  assert.doesNotMatch(message, /soId/);
});

test("what is no object with names is refused where one belongs", async () => {
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
    assert.equal(await told(run), message);
  }
  // Nothing is not something wrong.
  assert.equal((await client.customers.list(null as Wrong, null as Wrong).collect()).length, 5);
});

test("options of clients are those of their service, and the one that was meant is told", async () => {
  for (const given of ["baseUrl", "base_url", "BASEURL", "basURL"]) {
    const message = await told(() => new NCentral({ [given]: "https://x.example" }));
    assert.match(message, new RegExp(`^${given}: is none of the client options, .*; did you mean baseURL;`));
    assert.doesNotMatch(message, /apiKey|resellerId/);
  }
  assert.match(
    await told(() => new NCentral({ apiKey: "x" } as Wrong)),
    /^apiKey: is none of the client options/,
  );
  assert.match(await told(() => new Wiv({ jwt: "x" } as Wrong)), /^jwt: is none of the client options/);
  assert.match(await told(() => client.withOptions({ time_out: 1 } as Wrong)), /; did you mean timeout;/);
});

test("what the web has for addresses, queries and headers is taken", async () => {
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

test("headers and query parameters that are not given are left out", async () => {
  const options = { headers: { "X-A": undefined, "X-B": "c" }, query: { a: undefined, b: "c" } };
  await client.request("GET", "/api/customers", options);
  const log = (await simulator.control("requests?since=0")) as {
    requests: { headers: Record<string, string>; query: object }[];
  };
  const last = log.requests.at(-1);
  assert.deepEqual([last?.headers["x-a"], last?.headers["x-b"], last?.query], [undefined, "c", { b: "c" }]);
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
    const message = await told(() => client.request("POST", "/api/x", { body }));
    assert.match(
      message,
      new RegExp(`^body(\\.file)?: must be plain data and not ${kind}; given: an object$`),
    );
    assert.match(await told(() => sync.request("POST", "/api/x", { body })), new RegExp(kind));
  }
  assert.equal((await simulator.requests()).length, before);
});

test("the nearest name is found, and no far one", () => {
  const names = ["baseURL", "timeout", "maxRetries", "limit"];
  const cases: [given: string, meant: string | undefined][] = [
    ["baseUrl", "baseURL"],
    ["base-url", "baseURL"],
    ["timeot", "timeout"],
    ["max_retrys", "maxRetries"],
    ["lim", undefined],
    ["x", undefined],
    ["verbose", undefined],
    ["", undefined],
  ];
  for (const [given, meant] of cases) {
    assert.equal(closest(given, names), meant, given);
  }
});
