/**
 * Waits: requests at the given interval until the state is final, ended by a timeout or a signal.
 */

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { APITimeoutError, InvalidRequestError, NCentral, OperationFailedError } from "mspkit";
import { type Fake, JWT, json, startFake, until } from "./support/fake.js";
import { startSimulator } from "./support/simulator.js";

const report = (reportStatus: string, more: object = {}) => ({ reportId: 7, reportStatus, ...more });

/** A server whose report is in progress for a number of requests; the times of all requests. */
async function preparing(pending: number, then: object): Promise<Fake & { times: number[] }> {
  const times: number[] = [];
  const server = await startFake((_, response) => {
    times.push(performance.now());
    json(response, times.length > pending ? then : report("INPROGRESS"));
  });
  return Object.assign(server, { times });
}

function of(server: Fake): NCentral {
  return new NCentral({ baseURL: server.url, jwt: JWT });
}

test("a wait asks at the interval in milliseconds, and returns the final state with its response", async () => {
  await using server = await preparing(3, report("COMPLETED"));
  await using client = of(server);
  const { data, response } = await client.reports.wait("7", { pollInterval: 40 }).withResponse();
  assert.deepEqual([data.reportId, data.reportStatus, response.status], ["7", "COMPLETED", 200]);
  assert.equal(server.times.length, 4);
  const whole = (server.times[3] as number) - (server.times[0] as number);
  // Seconds would take two minutes, and the default interval several seconds.
  assert.ok(whole >= 3 * 40 - 5 && whole < 2000, `${whole} ms`);
});

test("a failed state is an error with the server's reason", async () => {
  await using server = await preparing(1, report("FAILED", { message: "no patches" }));
  await using client = of(server);
  await assert.rejects(client.reports.wait("7", { pollInterval: 1 }), (error: Error) => {
    assert.ok(error instanceof OperationFailedError);
    assert.match(error.message, /^ncentral\.reports\.wait: .*FAILED.*no patches/);
    assert.match(error.stack ?? "", /waits\.test/);
    return true;
  });
});

test("a timeout is for the whole wait", async () => {
  await using server = await preparing(Number.POSITIVE_INFINITY, {});
  await using client = of(server);
  const begin = performance.now();
  const call = client.reports.wait("7", { timeout: 150, pollInterval: 20 });
  await assert.rejects(call, (error: Error) => {
    assert.ok(error instanceof APITimeoutError);
    assert.match(error.message, /INPROGRESS.*wait again with the same reportId/);
    return true;
  });
  const took = performance.now() - begin;
  assert.ok(took >= 145 && took < 3000, `${took} ms`);
  assert.ok(server.times.length > 1);
});

test("a signal ends a wait at once, between two requests too", async () => {
  await using server = await preparing(Number.POSITIVE_INFINITY, {});
  await using client = of(server);
  const aborting = new AbortController();
  const call = client.reports.wait("7", { pollInterval: 600_000, signal: aborting.signal });
  const settled = assert.rejects(call, (error) => error === aborting.signal.reason);
  await until("the first request has arrived", () => server.times.length === 1);
  // Its response arrives, so that the wait is between two requests.
  const [limit] = client.limits().filter((one) => one.endpoint.includes("/api/report/"));
  assert.ok(limit !== undefined);
  await until("its slot is free", () =>
    client.limits().every((one) => one.endpoint !== limit.endpoint || one.inFlight === 0),
  );
  const begin = performance.now();
  aborting.abort();
  await settled;
  assert.ok(performance.now() - begin < 1000);
  assert.equal(getEventListeners(aborting.signal, "abort").length, 0);
  assert.equal(server.times.length, 1);
});

test("a signal that is aborted already keeps a wait from asking", async () => {
  await using server = await preparing(0, report("COMPLETED"));
  await using client = of(server);
  const reason = new Error("changed my mind");
  const call = client.reports.wait("7", { signal: AbortSignal.abort(reason) });
  await assert.rejects(call, (error) => error === reason);
  assert.equal(server.requests, 0);
});

test("the interval is an option of waits only, and more than nothing", async () => {
  await using server = await preparing(0, report("COMPLETED"));
  await using client = of(server);
  await assert.rejects(client.reports.get("7", { pollInterval: 5 }), InvalidRequestError);
  await assert.rejects(client.reports.wait("7", { pollInterval: 0 }), (error: Error) => {
    assert.ok(error instanceof InvalidRequestError);
    assert.match(error.message, /pollInterval: must be a number of milliseconds more than 0/);
    return true;
  });
  assert.equal(server.requests, 0);
});

test("a blocking client waits on its thread", async () => {
  await using simulator = await startSimulator();
  const match = "GET /api/report/7";
  const answers = [
    { match, json: report("INPROGRESS"), times: 2 },
    { match, json: report("COMPLETED"), times: 0 },
  ];
  await simulator.control("script", { answers });
  using client = simulator.ncentralSync();
  const begin = performance.now();
  assert.equal(client.reports.wait("7", { pollInterval: 30 }).reportStatus, "COMPLETED");
  const took = performance.now() - begin;
  assert.ok(took >= 55 && took < 3000, `${took} ms`);
});
