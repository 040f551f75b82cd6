/**
 * Errors: their classes, their properties, their stacks, and what they hide.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import * as mspkit from "mspkit";
import {
  APIConnectionError,
  APIStatusError,
  APITimeoutError,
  BadRequestError,
  ClosedError,
  InvalidRequestError,
  MspError,
  NCentral,
  NCentralSync,
  NotFoundError,
  RateLimitError,
  ResponseDecodeError,
} from "mspkit";
import { JWT, json, startFake } from "./support/fake.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

let simulator: Simulator;
let client: NCentral;

before(async () => {
  simulator = await startSimulator();
  client = new NCentral({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
});

after(async () => {
  client.close();
  await simulator.stop();
});

async function caught(run: () => unknown): Promise<MspError> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof MspError, String(error));
    return error;
  }
  throw new Error("nothing was thrown");
}

/** The line of this file that calls it, as in stacks. */
function here(): RegExp {
  const line = new Error().stack?.split("\n")[2]?.match(/errors\.test\.(?:ts|js):\d+/)?.[0];
  return new RegExp((line as string).replaceAll(".", "\\."));
}

test("an error knows what happened", async () => {
  const error = await caught(() => client.serviceOrgs.get("9999"));
  assert.ok(error instanceof NotFoundError && error instanceof APIStatusError && error instanceof Error);
  assert.equal(error.name, "NotFoundError");
  assert.equal(error.kind, "NotFound");
  assert.equal(error.operation, "ncentral.service_orgs.get");
  assert.equal(error.status, 404);
  assert.match(error.requestId ?? "", /^[0-9a-f]{32}$/);
  assert.match(error.serverErrorId ?? "", /^[0-9a-f-]+$/);
  assert.equal(error.retryable, false);
  assert.equal(error.retryAfter, undefined);
  assert.equal(error.resumeToken, undefined);
  assert.equal(error.attempts.length, 1);
  assert.equal(error.attempts[0]?.status, 404);
  assert.match(error.body, /Org Unit not found/);
  assert.equal(error.headers.get("content-type"), "application/json");
  assert.ok(error.message.startsWith("ncentral.serviceOrgs.get: HTTP 404: "));
  assert.equal(String(error), `NotFoundError: ${error.message}`);
});

test("field errors of a server are reported", async () => {
  const errors = [{ field: "soName", message: "must not be blank" }];
  await using server = await startFake((_, response) => json(response, { errors }, 400));
  await using own = new NCentral({ baseURL: server.url, jwt: JWT });
  const error = await caught(() => own.customers.get("1"));
  assert.ok(error instanceof BadRequestError, error.message);
  assert.deepEqual(error.fieldErrors, [{ field: "soName", code: undefined, message: "must not be blank" }]);
  assert.match(error.message, /soName: must not be blank/);
});

test("the stack shows the caller's line", async () => {
  const place = here();
  const calls = [() => client.serviceOrgs.get("9999"), () => client.request("GET", "/api/no-such-thing")];
  for (const call of calls) {
    const error = await caught(call);
    assert.match(error.stack ?? "", /errors\.test\.(ts|js):/);
    assert.ok(error.stack?.startsWith(`${error.name}: ${error.message}\n    at `), error.stack);
    assert.doesNotMatch(error.stack ?? "", /port\.(ts|js)/);
  }
  const detached = client.serviceOrgs.get("9999");
  const line = here();
  const error = await caught(() => detached);
  const number = (of: RegExp) => Number(of.source.split(":")[1]);
  const shown = [...(error.stack ?? "").matchAll(/errors\.test\.(?:ts|js):(\d+)/g)].map((one) =>
    Number(one[1]),
  );
  assert.ok(shown.includes(number(line) - 1), error.stack);
  assert.ok(number(place) < number(line));
});

test("errors before sending, of lists and of blocking calls show the caller's line too", async () => {
  using sync = new NCentralSync({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
  const calls = [
    () => client.serviceOrgs.get(""),
    () => client.customers.list({ pageSize: 0 }).collect(),
    () => client.customers.list({ pageSize: 0 }).next(),
    () => client.serviceOrgs.listCustomers("9999").collect(),
    () => client.customers.list({ limit: 0 }).collect(),
    () => client.customers.get("1", { timeout: -1 }),
    () => sync.serviceOrgs.get("9999"),
    () => sync.serviceOrgs.get(""),
    () => sync.customers.list({ pageSize: 0 }).collect(),
    () => new NCentral({ baseURL: "ftp://x", jwt: "x" }),
  ];
  for (const call of calls) {
    const error = await caught(call);
    assert.match(error.stack ?? "", /errors\.test\.(ts|js):/, error.stack);
  }
});

test("the first line of every stack is the caller's", async () => {
  using sync = new NCentralSync({ baseURL: simulator.url, jwt: simulator.credentials.ncentralJwt });
  class Own extends NCentral {}
  const [read, readSync] = [client.customers.list(), sync.customers.list()];
  await read.collect();
  readSync.collect();
  const calls: (() => unknown)[] = [
    () => client.serviceOrgs.get("9999"),
    () => client.serviceOrgs.get(""),
    () => client.request("GET", "/api/no-such-thing"),
    () => client.request("GET", "no slash"),
    () => client.customers.list({ pageSize: 0 }).collect(),
    () => client.customers.list({ pageSize: 0 }).next(),
    () => client.customers.list({ limit: 0 }).pages().next(),
    () => client.customers.list({ page_size: 1 } as object).resumeToken,
    () => client.withOptions({ timeout: -1 }),
    () => new NCentral({ baseURL: "ftp://x", jwt: "x" }),
    () => new Own({ baseUrl: "https://x" } as object),
    () => new NCentralSync({ timeout: "x" } as object),
    () => sync.serviceOrgs.get("9999"),
    () => sync.serviceOrgs.get(""),
    () => sync.request("GET", "/api/no-such-thing"),
    () => sync.request("GET", "no slash"),
    () => sync.withOptions({ timeout: -1 }),
    () => sync.customers.list({ pageSize: 0 }).collect(),
    () => sync.serviceOrgs.listCustomers("9999").next(),
    () => read.collect(),
    () => read.pages(),
    () => read[Symbol.asyncIterator](),
    () => readSync.collect(),
    () => readSync.pages(),
    () => readSync[Symbol.iterator](),
  ];
  for (const call of calls) {
    const error = await caught(call);
    const first = error.stack?.slice(`${error.name}: ${error.message}`.length).split("\n")[1];
    assert.match(first ?? "", /errors\.test\.(ts|js):/, `${call}: ${error.stack}`);
  }
});

test("nothing is thrown where a promise is returned", async () => {
  const calls = [
    () => client.serviceOrgs.get(""),
    () => client.serviceOrgs.get("1", { timeout: Number.NaN }),
    () => client.serviceOrgs.get("1", { maxRetries: 1.5 }),
    () => client.request("GET", "no slash"),
    () => client.customers.list({ pageSize: 0 }).next(),
    () => client.customers.list({ limit: -1 }).collect(),
  ];
  for (const call of calls) {
    const promise = call();
    assert.ok(promise instanceof Promise);
    await assert.rejects(promise, InvalidRequestError);
  }
});

test("numbers are refused, not coerced", async () => {
  const refused: [name: string, options: Record<string, unknown>][] = [
    ["timeout", { timeout: 0 }],
    ["timeout", { timeout: -1 }],
    ["timeout", { timeout: Number.NaN }],
    ["timeout", { timeout: Number.POSITIVE_INFINITY }],
    ["timeout", { timeout: "1000" }],
    ["maxRetries", { maxRetries: -1 }],
    ["maxRetries", { maxRetries: 1.5 }],
    ["maxRetries", { maxRetries: true }],
  ];
  for (const [name, options] of refused) {
    const error = await caught(() => client.customers.get("100", options));
    assert.ok(error instanceof InvalidRequestError);
    assert.ok(error.message.startsWith(`${name}: must be `), error.message);
    assert.match(error.message, /; given: /);
  }
  for (const options of [
    { maxBodyBytes: 0 },
    { connectTimeout: -5 },
    { poolMaxIdle: 0.5 },
    { verify: "no" },
  ]) {
    assert.throws(
      () => new NCentral({ jwt: "x", baseURL: "https://x", ...(options as object) }),
      InvalidRequestError,
    );
  }
});

test("unknown options are refused, and similar ones are named", async () => {
  const wrong = { timeOut: 1 } as object;
  const error = await caught(() => client.customers.get("100", wrong));
  assert.equal(error.message, "timeOut: is not an option; did you mean timeout?");
  const other = await caught(() => client.customers.get("100", { colour: 1 } as object));
  assert.equal(
    other.message,
    "colour: is not an option; there are timeout, maxRetries, headers, query, body, pollInterval, settle, onDifference",
  );
  assert.throws(
    () => new NCentral({ baseUrl: "https://x" } as object),
    /baseUrl: is not an option; .*baseURL/,
  );
  assert.throws(() => client.withOptions({ jwt: "x" } as object), /jwt: .*belongs to the client itself/);
  const list = client.customers.list({ pageSice: 3 } as object);
  await assert.rejects(list.next(), /pageSice/);
});

test("texts that were refused are not repeated", async () => {
  const error = await caught(() => client.customers.get("100", { timeout: JWT as unknown as number }));
  assert.doesNotMatch(inspect(error), new RegExp(JWT));
});

test("a connection that cannot be made has the system's error as its cause", async () => {
  const gone = await startFake(() => {});
  const { url } = gone;
  await gone[Symbol.asyncDispose]();
  await using client = new NCentral({ baseURL: url, jwt: JWT, maxRetries: 0 });
  const error = await caught(() => client.customers.get("1"));
  assert.ok(error instanceof APIConnectionError);
  const codes: unknown[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    codes.push((cause as NodeJS.ErrnoException).code);
  }
  assert.ok(codes.includes("ECONNREFUSED"), inspect(error));
});

test("time runs out, a server throttles, a client is closed", async () => {
  await using silent = await startFake((request, response) => {
    if (request.url?.startsWith("/api/service-orgs")) {
      response.setHeader("retry-after", "600");
      json(response, { message: "slow down" }, 429);
    }
  });
  await using own = new NCentral({ baseURL: silent.url, jwt: JWT });
  const late = await caught(() => own.customers.get("1", { timeout: 30, maxRetries: 0 }));
  assert.ok(late instanceof APITimeoutError);
  const throttled = await caught(() => own.serviceOrgs.get("1", { maxRetries: 0 }));
  assert.ok(throttled instanceof RateLimitError);
  assert.equal(throttled.retryAfter, 600_000);
  assert.equal(throttled.retryable, true);
  own.close();
  own.close();
  for (const call of [
    () => own.customers.get("1"),
    () => own.request("GET", "/x"),
    () => own.customers.list().collect(),
    () => own.withOptions({}),
  ]) {
    assert.ok((await caught(call)) instanceof ClosedError);
  }
  assert.deepEqual(own.limits(), []);
});

test("a response that cannot be read is an error with its position", async () => {
  const bodies: Record<string, string> = {
    "/api/customers/1": '{"customerId": "1", "isSystem": "perhaps"}',
    "/api/customers/2": "<html><title>Login</title></html>",
    "/api/customers/3": "[]",
  };
  await using server = await startFake((request, response) =>
    json(response, bodies[request.url ?? ""] ?? "{}"),
  );
  await using own = new NCentral({ baseURL: server.url, jwt: JWT });
  for (const id of [2, 3]) {
    assert.ok((await caught(() => own.customers.get(id))) instanceof ResponseDecodeError);
  }
  const error = await caught(() => own.customers.get(1));
  assert.ok(error instanceof ResponseDecodeError);
  assert.equal(error.status, 200);
  assert.match(error.requestId ?? "", /^[0-9a-f]{32}$/);
  assert.match(
    error.message,
    /^ncentral\.customers\.get: HTTP 200: the response cannot be read at `isSystem`/,
  );
  assert.doesNotMatch(error.message, /perhaps/);
});

test("no error shows a secret", async () => {
  await using echo = await startFake((request, response) => {
    const { authorization } = request.headers;
    json(response, { message: `no such thing for ${authorization}`, errorId: authorization }, 400);
  });
  await using own = new NCentral({ baseURL: echo.url, jwt: JWT });
  const error = await caught(() => own.customers.get("1"));
  for (const shown of [
    inspect(error, { showHidden: true, depth: 9 }),
    JSON.stringify(error),
    String(error.stack),
  ]) {
    assert.doesNotMatch(shown, /planted/);
  }
  assert.doesNotMatch(inspect(own, { showHidden: true, depth: 9 }), /planted/);
  assert.doesNotMatch(JSON.stringify(own), /planted/);
});

test("an error is written as JSON without headers and body, and cloned with message and stack", async () => {
  const error = await caught(() => client.serviceOrgs.get("9999"));
  const written = JSON.parse(JSON.stringify(error));
  assert.equal(written.kind, "NotFound");
  assert.equal(written.status, 404);
  assert.equal(written.message, error.message);
  assert.equal(written.summary, error.summary);
  assert.ok(!("headers" in written) && !("body" in written) && !("stack" in written));
  const clone = structuredClone(error);
  assert.equal(clone.message, error.message);
  assert.equal(clone.stack, error.stack);
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(error);
  assert.equal(receiveMessageOnPort(port2)?.message.message, error.message);
  port1.close();
});

test("every error class is an MspError with its own name and kind", () => {
  const classes = Object.entries(mspkit).filter(([name]) => name.endsWith("Error"));
  assert.ok(classes.length >= 18, `${classes.length}`);
  const kinds = new Set<string>();
  for (const [name, of] of classes) {
    const error = new (of as typeof MspError)("text");
    assert.ok(error instanceof MspError);
    assert.equal(error.name, name);
    kinds.add(error.kind);
  }
  assert.equal(
    kinds.size,
    classes.length - 2,
    "all but MspError and APIStatusError, which stand for Internal",
  );
});
