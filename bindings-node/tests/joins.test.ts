/**
 * Joins: the rows of a list, each with those of another list, as models in both kinds of clients.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import type { NCentral, NCentralSync } from "mspkit";
import { page } from "./support/fake.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

const DEVICES = [1, 2, 3].map((deviceId) => ({ deviceId, longName: `device ${deviceId}` }));
const PASSWORD = "planted.property.password";

let simulator: Simulator;
let client: NCentral;
let sync: NCentralSync;

before(async () => {
  simulator = await startSimulator();
  client = simulator.ncentral();
  sync = simulator.ncentralSync();
  const properties = (id: number) => [
    { propertyId: 10 * id, propertyName: "site", propertyType: "TEXT", value: `place ${id}` },
    { propertyId: 10 * id + 1, propertyName: "admin", propertyType: "PASSWORD", value: PASSWORD },
  ];
  const always = (match: string, json: object) => ({ match, json, times: 0 });
  await simulator.control("script", {
    answers: [
      always("GET /api/devices/1/custom-properties", page(properties(1), 2, 1, 50)),
      { match: "GET /api/devices/2/custom-properties", status: 404, json: { message: "gone" }, times: 0 },
      always("GET /api/devices/3/custom-properties", page([], 0, 1, 50)),
      always("GET /api/org-units/{orgUnitId}/devices", page(DEVICES, 3, 1, 50)),
      always("GET /api/devices", page(DEVICES, 3, 1, 50)),
    ],
  });
});

after(async () => {
  client.close();
  sync.close();
  await simulator.stop();
});

test("devices come with their properties, in order; a deleted one has null", async () => {
  for (const of of [client, sync]) {
    for (const list of [
      of.devices.listWithCustomProperties({ concurrency: 2 }),
      of.orgUnits.listDevicesWithCustomProperties("50"),
    ]) {
      const devices = await list.collect();
      assert.deepEqual(
        devices.map((device) => [device.deviceId, device.longName]),
        [
          ["1", "device 1"],
          ["2", "device 2"],
          ["3", "device 3"],
        ],
      );
      const [one, gone, none] = devices.map((device) => device.customProperties);
      assert.deepEqual(
        one?.map((property) => [property.propertyId, property.value]),
        [
          ["10", "place 1"],
          ["11", PASSWORD],
        ],
      );
      assert.deepEqual([gone, none], [null, []]);
    }
  }
});

test("a password among the properties of a device is not shown", async () => {
  const device = await client.devices.listWithCustomProperties().first();
  const shown = inspect(device, { depth: 5 });
  assert.ok(shown.includes("place 1") && shown.includes("value: '***'"), shown);
  assert.ok(!shown.includes(PASSWORD), shown);
  assert.ok(JSON.stringify(device).includes(PASSWORD));
});

test("reading resumes behind the devices that were returned", async () => {
  for (const of of [client, sync]) {
    const list = of.devices.listWithCustomProperties();
    assert.equal((await list.first())?.deviceId, "1");
    const { resumeToken } = list;
    const rest = await of.devices.listWithCustomProperties({ resumeToken }).collect();
    assert.deepEqual(
      rest.map((device) => device.deviceId),
      ["2", "3"],
    );
  }
});
