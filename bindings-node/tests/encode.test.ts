/**
 * Arguments become JSON without silent changes, and names are converted in both directions.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidRequestError, Secret } from "mspkit";
import { encode, encodeArguments } from "../dist/cjs/encode.js";
import { camel, snake } from "../dist/cjs/names.js";
import { operations } from "../dist/cjs/native.js";

test("plain data is written as JSON writes it", () => {
  const data = {
    text: 'a "quoted" ä 🦀 \u2028 \ud800',
    numbers: [0, -0, 1.5, 1e21, -3],
    nothing: null,
    left: undefined,
    holes: [undefined, 1],
    day: new Date(0),
    deep: { "strange key": [{}], __proto__key: true },
  };
  assert.equal(encode("data", data), JSON.stringify(data));
  class Point {
    x = 1;
    #hidden = 2;
    get sum() {
      return this.x + this.#hidden;
    }
  }
  assert.equal(encode("data", new Point()), '{"x":1}');
});

test("large integers keep their digits", () => {
  assert.equal(encode("body", { n: 9007199254740993n }), '{"n":9007199254740993}');
  assert.equal(encodeArguments({ customerId: 9007199254740993n }), '{"customerId":"9007199254740993"}');
  assert.throws(
    () => encodeArguments({ customerId: 2 ** 53 }),
    /customerId: must be text or a bigint .*given: 9007199254740992/,
  );
  assert.equal(encodeArguments({ customerId: 2 ** 53 - 1 }), '{"customerId":9007199254740991}');
});

test("a secret from a response is sent in clear", () => {
  assert.equal(encodeArguments({ password: new Secret('p"w') }), '{"password":"p\\"w"}');
});

test("values that JSON would change silently are refused by their path", () => {
  const cyclic: { self?: object } = {};
  cyclic.self = cyclic;
  const cases: [value: unknown, expected: RegExp][] = [
    [Number.NaN, /^payload: must be a finite number, or left out; given: NaN$/],
    [
      { a: [1, { b: Number.POSITIVE_INFINITY }] },
      /^payload\.a\[1\]\.b: must be a finite number, .*given: Infinity$/,
    ],
    [() => 1, /^payload: must be plain data: .*; given: a value of type function$/],
    [{ a: Symbol("s") }, /^payload\.a: must be plain data: .*; given: a value of type symbol$/],
    [new Map([["a", 1]]), /^payload: must be plain data: .*; given: a value of type Map$/],
    [{ later: Promise.resolve(1) }, /^payload\.later: .*a value of type Promise$/],
    [new Uint8Array(2), /^payload: .*a value of type Uint8Array$/],
    [Buffer.from("a"), /^payload: .*a value of type Buffer$/],
    [cyclic, /is nested too deeply, or contains itself/],
  ];
  for (const [payload, expected] of cases) {
    assert.throws(
      () => encodeArguments({ payload }),
      (error) => error instanceof InvalidRequestError && expected.test(error.message),
      String(expected),
    );
  }
  assert.throws(() => encode("body", undefined), /^InvalidRequestError: body: is required$/);
});

test("undefined arguments are omitted, and null is kept", () => {
  assert.equal(
    encodeArguments({ pageSize: undefined, externalId: null, soName: "a" }),
    '{"externalId":null,"soName":"a"}',
  );
  assert.equal(encodeArguments({}), "{}");
});

test("every name of the table converts to camelCase and back", () => {
  const names = operations().flatMap((operation) => operation.params.map((param) => param.name));
  assert.ok(names.length > 60);
  for (const name of names) {
    assert.equal(snake(camel(name)), name);
  }
  assert.equal(camel("base_url"), "baseURL");
});
