/**
 * Finding or creating: calls take turns, a call that was aborted is remembered, and errors carry what was found.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { AmbiguousError, DifferenceError, NCentral } from "mspkit";
import { JWT, json, startFake } from "./support/fake.js";

const ada = { contactFirstName: "Ada", contactLastName: "Lovelace" };

/** A server that lists these customers, and those that it has created. */
async function listing(rows: object[], creates: { count: number; hang: boolean }) {
  return startFake((request, response) => {
    if (request.method === "POST") {
      creates.count += 1;
      rows.push({ customerId: 900 + creates.count, customerName: "Turns" });
      if (!creates.hang) {
        json(response, { customerId: 900 + creates.count });
      }
    } else {
      json(response, { data: rows, totalItems: rows.length });
    }
  });
}

test("calls for the same object take turns", async () => {
  const creates = { count: 0, hang: false };
  await using server = await listing([], creates);
  await using client = new NCentral({ baseURL: server.url, jwt: JWT });
  const names = ["Turns", " turns", "TURNS"];
  const ensured = await Promise.all(
    names.map((customerName) => client.serviceOrgs.ensureCustomer(50, { customerName, ...ada })),
  );
  assert.deepEqual([creates.count, ensured.filter((one) => one.created).length], [1, 1]);
  assert.deepEqual(new Set(ensured.map((one) => one.value.customerId)), new Set(["901"]));
});

test("a call that was aborted after its create is remembered", async () => {
  const creates = { count: 0, hang: true };
  await using server = await listing([], creates);
  await using client = new NCentral({ baseURL: server.url, jwt: JWT });
  const aborted = client.serviceOrgs.ensureCustomer(
    50,
    { customerName: "Turns", ...ada },
    { signal: AbortSignal.timeout(500) },
  );
  await assert.rejects(aborted);
  const { value, created } = await client.serviceOrgs.ensureCustomer(50, { customerName: "turns", ...ada });
  assert.deepEqual([value.customerId, created, creates.count], ["901", false, 1]);
});

test("errors have the objects and the differences", async () => {
  const rows = [
    { customerId: 1, customerName: "Twin" },
    { customerId: 2, customerName: "Twin" },
    { customerId: 3, customerName: "Own", city: "Leeds" },
  ];
  await using server = await listing(rows, { count: 0, hang: false });
  await using client = new NCentral({ baseURL: server.url, jwt: JWT });
  await assert.rejects(client.serviceOrgs.ensureCustomer(50, { customerName: "Twin", ...ada }), (error) => {
    assert.ok(error instanceof AmbiguousError);
    assert.deepEqual(
      error.matches.map((match) => match.customerId),
      ["1", "2"],
    );
    return true;
  });
  const own = { customerName: "Own", city: "York", ...ada };
  await assert.rejects(client.serviceOrgs.ensureCustomer(50, own, { onDifference: "raise" }), (error) => {
    assert.ok(error instanceof DifferenceError);
    assert.deepEqual(error.differences, [{ field: "city", wanted: "York", found: "Leeds" }]);
    return true;
  });
});
