/**
 * The conformance cases through both kinds of clients: the judge in `tests/conformance` runs this package's program.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { judged } from "./support/judge.js";

test("both kinds of clients conform", async (context) => {
  const { code, output } = await judged([process.execPath]);
  assert.equal(code, 0, output);
  for (const line of output.trim().split("\n")) {
    context.diagnostic(line);
  }
});
