/**
 * Models are plain objects: read tolerantly, under TypeScript names, without loss.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, isDeepStrictEqual } from "node:util";
import { MessageChannel } from "node:worker_threads";
import { MissingFieldError, Secret } from "mspkit";
import { type Customer, OrgUnitType } from "mspkit/ncentral";
import { encode } from "../dist/cjs/encode.js";
import * as shapes from "../dist/cjs/generated/ncentral/shapes.js";
import { Field, many, named, Shape, Unreadable } from "../dist/cjs/model.js";
import { parse } from "../dist/cjs/parse.js";
import { startSimulator } from "./support/simulator.js";

const Part = new Shape<Record<string, unknown>>("Part", { part_id: named("partId", "id") });
const Thing = new Shape<Record<string, unknown>>("Thing", {
  id: "id",
  label: "text",
  count: "integer",
  share: "number",
  open: "bool",
  token: "secret",
  _links: named("links", "json"),
  parts: many(Part),
  tags: many("text"),
  part: Part,
});

test("values in another form than documented are converted", () => {
  const cases: [field: string, received: unknown, read: unknown][] = [
    ["id", 7, "7"],
    ["id", 18446744073709551615n, "18446744073709551615"],
    ["label", 5, "5"],
    ["label", true, "true"],
    ["count", "12", 12],
    ["count", "9007199254740993", 9007199254740993n],
    ["count", 3.0, 3],
    ["share", "0.5", 0.5],
    ["open", "TRUE", true],
    ["open", 0, false],
    ["tags", ["a", 1, null], ["a", "1"]],
    ["label", null, null],
  ];
  for (const [field, received, read] of cases) {
    assert.deepEqual(Thing.read({ [field]: received }), { [field]: read }, `${field}: ${received}`);
  }
});

test("a value that does not fit its field is reported, and a text is not shown", () => {
  const cases: [field: string, received: unknown, message: string][] = [
    ["id", true, "the response cannot be read at `id`: true where an id belongs"],
    ["label", {}, "the response cannot be read at `label`: an object where text belongs"],
    ["count", 2.5, "the response cannot be read at `count`: 2.5 where a whole number belongs"],
    ["count", "many", "the response cannot be read at `count`: a text that is not a whole number"],
    ["share", "", "the response cannot be read at `share`: a text that is not a number"],
    ["open", "yes", "the response cannot be read at `open`: a text that is not true or false"],
    ["token", ["s3cret"], "the response cannot be read at `token`: a list where text belongs"],
    ["parts", {}, "the response cannot be read at `parts`: an object where a list belongs"],
    ["parts", [1], "the response cannot be read at `parts`: 1 where an object belongs"],
    ["part", "x", "the response cannot be read at `part`: a text that is not an object"],
  ];
  for (const [field, received, message] of cases) {
    assert.throws(() => Thing.read({ [field]: received }), { constructor: Unreadable, message });
  }
  assert.throws(() => Thing.read([]), {
    message: "the response cannot be read: a list where an object belongs",
  });
});

test("a model is a plain object that can be copied in every way", () => {
  const model = Thing.read(JSON.parse('{"id":1,"_links":{"a":1},"unknown_field":null,"part":{"part_id":2}}'));
  const plain = { id: "1", links: { a: 1 }, unknown_field: null, part: { partId: "2" } };
  assert.deepStrictEqual(model, plain);
  assert.deepStrictEqual({ ...model }, plain);
  assert.deepStrictEqual(structuredClone(model), plain);
  assert.deepStrictEqual(JSON.parse(JSON.stringify(model)), plain);
  assert.equal(Object.getPrototypeOf(model), Object.prototype);
  assert.ok(!("label" in model), "absent is not null");
});

test("models convert back to the vendor's names", () => {
  const received = {
    id: "1",
    _links: {},
    parts: [{ part_id: "2", more: [1] }],
    token: "s3cret",
    tags: null,
    unknown: { id: 5 },
  };
  assert.deepStrictEqual(Thing.toWire(Thing.read(structuredClone(received))), received);
});

test("a field with a strange name harms nothing", () => {
  const model = Thing.read(
    JSON.parse('{"__proto__":{"polluted":true},"links":"theirs","_links":"ours","constructor":1}'),
  );
  assert.equal(Object.getPrototypeOf(model), Object.prototype);
  assert.equal((model as { polluted?: unknown }).polluted, undefined);
  assert.deepStrictEqual(Object.keys(model), ["__proto__", "links", "constructor"]);
  assert.equal(model.links, "ours");
});

test("a secret is shown only on request", () => {
  const { token } = Thing.read({ token: "s3cret" }) as { token: Secret };
  assert.ok(token instanceof Secret);
  const shown = [
    String(token),
    JSON.stringify({ token }),
    inspect({ token }, { showHidden: true }),
    `${token}`,
  ];
  for (const text of [
    ...shown,
    inspect({ ...token }),
    inspect(token, { customInspect: false, showHidden: true }),
  ]) {
    assert.ok(!text.includes("s3cret"), text);
  }
  assert.equal(token.reveal(), "s3cret");
});

test("secrets are equal when their texts are, and nothing of them is cloned", () => {
  const [one, same, other] = ["a", "a", "b"].map((text) => ({ token: new Secret(text) }));
  assert.deepStrictEqual(one, same);
  assert.notDeepStrictEqual(one, other);
  assert.ok(isDeepStrictEqual(one, same) && !isDeepStrictEqual(one, other));
  assert.throws(() => structuredClone(one), /a Secret cannot be cloned; reveal\(\) returns its text/);
  const { port1 } = new MessageChannel();
  assert.throws(() => port1.postMessage(one), /a Secret cannot be cloned/);
  port1.close();
});

test("a missing promised field throws when it is read, and does not exist otherwise", async () => {
  await using sim = await startSimulator();
  await sim.answer("POST /api/service-orgs/50/customers", { json: { customerName: "Contoso" } });
  await sim.answer("GET /api/customers/1", { json: { customerName: "Contoso", customerId: null } });
  await sim.answer("GET /api/customers", { json: { data: [{ customerName: "Contoso" }], totalItems: 1 } });
  await using own = sim.ncentral();
  using sync = sim.ncentralSync();
  const contoso = { customerName: "Contoso", contactFirstName: "Ada", contactLastName: "Lovelace" };
  const models: [model: Customer, message: RegExp][] = [
    [
      await own.serviceOrgs.createCustomer(50, contoso),
      /^ncentral\.serviceOrgs\.createCustomer: created \(HTTP 200\), but the response has no customerId\..*`serviceOrgs\.listCustomers`/,
    ],
    [sync.serviceOrgs.createCustomer(50, contoso), /created .*but the response has no customerId/],
    [await own.customers.get(1), /^ncentral\.customers\.get: the response has no customerId \(HTTP 200\)/],
    [
      (await own.customers.list().first()) as Customer,
      /^ncentral\.customers\.list: the response has no customerId/,
    ],
  ];
  for (const [model, message] of models) {
    assert.equal(model.customerName, "Contoso");
    let error: unknown;
    try {
      assert.fail(model.customerId);
    } catch (caught) {
      error = caught;
    }
    assert.ok(error instanceof MissingFieldError, String(error));
    assert.match(error.message, message);
    assert.match(error.requestId ?? "", /^[0-9a-f]{32}$/);
    assert.match(error.stack?.split("\n")[1] ?? "", /models\.test/);
    for (const copy of [{ ...model }, structuredClone(model), JSON.parse(JSON.stringify(model))]) {
      assert.equal(copy.customerName, "Contoso");
      assert.ok(!("customerId" in copy));
    }
    assert.doesNotMatch(inspect(model), /customerId/);
  }
});

test("integers beyond 2^53 keep their digits and are written as JSON by them", () => {
  const Numbers = new Shape<Record<string, unknown>>("Numbers", {
    count: "integer",
    share: "number",
    part_count: named("partCount", "integer"),
    counts: many("integer"),
  });
  const large = "12345678901234567890";
  const received = (text: string) => Numbers.read(parse(text.replaceAll("@", `"!${large}"`), "!"));
  const cases: [text: string, written: unknown][] = [
    ['{"count":@}', { count: large }],
    ['{"part_count":@,"x":1}', { partCount: large, x: 1 }],
    ['{"counts":[1,@,null]}', { counts: [1, large] }],
    [`{"count":"${large}"}`, { count: large }],
    ['{"unknown":@,"count":1}', { unknown: large, count: 1 }],
    ['{"unknown":{"deep":[@,{"n":@}]}}', { unknown: { deep: [large, { n: large }] } }],
    // A field with that name is a field.
    ['{"toJSON":5,"unknown":@}', { toJSON: 5, unknown: large }],
    ['{"unknown":@,"toJSON":"x","count":@}', { unknown: large, toJSON: "x", count: large }],
    ['{"unknown":{"__proto__":@}}', JSON.parse(`{"unknown":{"__proto__":"${large}"}}`)],
  ];
  for (const [text, written] of cases) {
    assert.deepStrictEqual(JSON.parse(JSON.stringify([received(text)])), [written], text);
  }
  const model = received('{"count":@,"unknown":[@]}');
  assert.deepStrictEqual(model, { count: BigInt(large), unknown: [BigInt(large)] });
  assert.deepStrictEqual(Object.keys(model), ["count", "unknown"]);
  // Sent back, they are the original numbers.
  assert.equal(encode("body", model), `{"count":${large},"unknown":[${large}]}`);
  // A fraction is a fraction.
  assert.deepStrictEqual(received('{"share":@}'), { share: Number(large) });
});

test("the known values of an open enumeration are there to compare with", () => {
  const known: OrgUnitType = OrgUnitType.SO;
  const other: OrgUnitType = "GALAXY";
  assert.deepEqual([known, other], ["SO", "GALAXY"]);
});

const Account = new Shape<Record<string, unknown>>(
  "Account",
  { kind: "text", pass_word: named("password", "text"), pin: "text", owner: "text" },
  [],
  undefined,
  { password: ["kind", ["PASSWORD"]], pin: ["kind", ["PASSWORD", "PIN"]] },
);

test("a field that another one makes a secret is hidden from consoles, and only there", () => {
  const received = { kind: "PASSWORD", pass_word: "s3cret", pin: "1234", owner: "me" };
  const account = Account.read({ ...received });
  assert.equal(inspect(account), "{ kind: 'PASSWORD', password: '***', pin: '***', owner: 'me' }");
  assert.equal(inspect({ a: [account] }, { depth: 1 }), "{ a: [ [Object] ] }");
  assert.ok(!inspect({ a: [account] }, { depth: 5 }).includes("s3cret"));
  const plain = { kind: "PASSWORD", password: "s3cret", pin: "1234", owner: "me" };
  assert.equal(JSON.stringify(account), JSON.stringify(plain));
  assert.deepEqual([{ ...account }, account.password, structuredClone(account)], [plain, "s3cret", plain]);
  assert.deepEqual(Account.toWire(account), received);
});

test("the same field is shown where it is no secret, or has no value", () => {
  const shown = (received: object) => inspect(Account.read(received));
  assert.equal(shown({ kind: "PIN", pin: "1234", pass_word: "open" }).includes("open"), true);
  assert.equal(shown({ kind: "PIN", pin: "1234" }), "{ kind: 'PIN', pin: '***' }");
  assert.equal(shown({ kind: "TEXT", pin: "1234" }), "{ kind: 'TEXT', pin: '1234' }");
  assert.equal(shown({ kind: "PIN", pin: null }), "{ kind: 'PIN', pin: null }");
  assert.equal(shown({ kind: "PASSWORD" }), "{ kind: 'PASSWORD' }");
});

/** Values that need conversion, and the result. */
const ODD: Readonly<Record<string, readonly [received: unknown, read: unknown]>> = {
  id: [1, "1"],
  text: [1, "1"],
  integer: ["1", 1],
  number: ["0.5", 0.5],
  bool: ["true", true],
};

test("no field is passed over by the shortcut for objects that need no reading", () => {
  let tried = 0;
  for (const shape of Object.values(shapes) as unknown as Shape<Record<string, unknown>>[]) {
    for (const [wire, field] of Object.entries(shape.fields)) {
      const kind = field instanceof Field && !field.many ? field.of : field;
      const [received, read] = ODD[String(kind)] ?? [];
      if (received !== undefined) {
        assert.deepEqual(Object.values(shape.read({ [wire]: received })), [read], `${shape.name}.${wire}`);
        tried += 1;
      }
    }
  }
  assert.ok(tried > 80, `only ${tried} fields were tried`);
});
