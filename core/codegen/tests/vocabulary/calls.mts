// Calls each thing of the vocabulary from Node. `calls.mjs URL`
import assert from "node:assert/strict";
import { InvalidRequestError, OperationFailedError, Wiv, WivSync } from "mspkit";

const baseURL = process.argv[2] as string;
const at = new Date("2026-01-31T08:00:00Z");
const client = new Wiv({ apiKey: "key", baseURL, allowHttp: true });
const echo = await client.vocabulary.send(2026, 2, "all of it", {
  names: ["a", "b"],
  windows: [{ deviceId: 7, startsAt: at, limit: { kind: "k", more: 1 } }],
  noteIds: [1, 2],
  deviceIds: [7, "8"],
  flags: [true, false],
  main: { deviceId: "9" },
  cost: 12.5,
  startsAt: at,
  level: 4,
  anything: "x",
  trace: "t-1",
  since: "2026-01-31",
});
assert.equal(echo.path, "/vocabulary/2026/2/all%20of%20it");
assert.deepEqual([echo.query, echo.trace], ["since=2026-01-31", "t-1"]);
assert.deepEqual(JSON.parse(echo.body ?? ""), {
  names: ["a", "b"],
  noteIds: [1, 2],
  deviceIds: ["7", "8"],
  flags: [true, false],
  windows: [{ deviceID: "7", startsAt: at.toJSON(), limit: { kind: "k", more: 1 } }],
  main: { deviceID: "9" },
  cost: 12.5,
  startsAt: at.toJSON(),
  level: 4,
  anything: "x",
});
// @ts-expect-error - An object without what is required.
const wrong = client.vocabulary.send(2026, 2, "x", { names: [], windows: [{}] });
await assert.rejects(wrong, (error) => error instanceof InvalidRequestError && /windows\[0\]\.deviceId/.test(error.message));
assert.equal((await client.vocabulary.deleteNotes({ noteIds: [1, 2] })).body, '{"noteIds":[1,2]}');
assert.equal((await client.vocabulary.replaceLimits({ limits: [{ kind: "devices", most: 5 }] })).status, 200);
await assert.rejects(client.vocabulary.replaceRefused({ limits: [] }), OperationFailedError);
assert.equal((await client.vocabulary.only()).kind, "k0");
const most = async (list: AsyncIterable<{ readonly most?: number | bigint | null }>) => {
  const found = [];
  for await (const { most } of list) {
    found.push(most);
  }
  return found;
};
assert.deepEqual(await most(client.vocabulary.one()), [1]);
assert.deepEqual(await most(client.vocabulary.pages({ pageSize: 2 })), [0, 1, 2, 3, 4]);
assert.equal((await client.vocabulary.wide()).field069, 69);
const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
assert.deepEqual(Uint8Array.from((await client.vocabulary.file()).bytes()), bytes);
assert.equal((await client.vocabulary.touch()).status, 200);
const sync = new WivSync({ apiKey: "key", baseURL, allowHttp: true });
assert.deepEqual(Uint8Array.from(sync.vocabulary.file().bytes()), bytes);
console.log("node: every word was sent and read");
