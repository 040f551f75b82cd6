/**
 * The conformance cases through both kinds of clients: the judge in `tests/conformance` runs this package's program.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { judged } from "./support/judge.js";

test("both kinds of clients conform", async (context) => {
  const { code, said } = await judged([process.execPath]);
  assert.equal(code, 0, said);
  for (const line of said.trim().split("\n")) {
    context.diagnostic(line);
  }
});
