/**
 * Panics of the native half: every export catches them, and only the call itself fails.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import "./support/hooks.js";
import { InternalError, version } from "mspkit";
import { callNative, site } from "../dist/cjs/failure.js";
import { native } from "../dist/cjs/native.js";
import { begin } from "../dist/cjs/port.js";
import { HERE, program } from "./support/child.js";
import { HOOKED, SHIPPED } from "./support/hooks.js";

/** Exports of the native half with the feature `test-hooks` only. */
interface Hooks {
  panics(message: string): void;
}
interface PortHooks {
  submitPanic(id: number, message: string): undefined;
}

const hooked = native as unknown as Hooks;

/** The exports of a source that do not catch panics. */
function unguarded(source: string): string[] {
  const exports = [
    ...source.matchAll(/#\[napi(\([^)]*\))?\]\s*(?:#\[[^\]]*\]\s*)*pub(?:\(crate\))? fn (\w+)/g),
  ];
  return exports.filter(([, how]) => !how?.includes("catch_unwind")).map(([, , name]) => name as string);
}

test("every export catches panics", () => {
  const sources = readdirSync(join(HERE, "src")).map((name) => readFileSync(join(HERE, "src", name), "utf8"));
  const all = sources.join("\n");
  assert.deepEqual(unguarded(all), []);
  const guarded = all.match(/catch_unwind\)\]/g)?.length ?? 0;
  assert.ok(guarded >= 20, `only ${guarded} exports found`);
  assert.deepEqual(unguarded("#[napi]\npub fn bare() {}\n#[napi(getter)]\n#[allow(x)]\npub fn seen() {}"), [
    "bare",
    "seen",
  ]);
});

test("the shipped module has no test hooks", () => {
  const has = (file: string) => /submitPanic|submit_panic/.test(readFileSync(file, "latin1"));
  assert.ok(!has(SHIPPED));
  assert.ok(has(HOOKED));
});

test("a panic in an export is an error", () => {
  assert.throws(
    () => callNative(() => hooked.panics("oh")),
    (error) => {
      assert.ok(error instanceof InternalError);
      assert.match(error.message, /internal error in mspkit: .*oh/);
      return true;
    },
  );
  assert.equal(native.start(), version);
});

test("a panic in a call fails that call alone", async () => {
  const call = () =>
    new Promise((resolve, reject) => {
      begin(
        { site: site(call), signal: undefined, watch: 0 },
        (port, id) => (port as unknown as PortHooks).submitPanic(id, "ouch"),
        resolve,
        reject,
      );
    });
  await assert.rejects(call(), (error) => error instanceof InternalError && /ouch/.test(error.message));
  await assert.rejects(call(), /ouch/);
});

test("a panic does not end the process, which prints nothing", async () => {
  const ended = await program(
    `const { native } = require("./dist/cjs/native.js");
     try { native.panics("oh"); } catch {}
     process.stdout.write("lives on");`,
    {},
    20_000,
    () => {},
    ["--require", join(__dirname, "support", "hooks.js")],
  );
  assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "lives on", ""]);
});
