/**
 * The conformance cases through both kinds of clients, and the proof that a sabotaged simulator fails a run.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { only } from "./conformance/cases.js";
import { expected, line, run } from "./conformance/runner.js";

for (const front of ["async", "sync"] as const) {
  test(`${front} clients conform`, async (context) => {
    const verdict = await run(front);
    context.diagnostic(`${front}: ${line(verdict)}`);
    assert.deepEqual(verdict.failures, []);
    assert.equal(verdict.ran, expected, "the manifest's number of cases, and those that ran");
  });

  for (const sabotage of ["wrong_field", "lost_item", "extra_request"] as const) {
    test(`${front} clients: ${sabotage} is noticed`, async () => {
      const verdict = await run(front, sabotage, 1);
      assert.ok(verdict.failures.length > 0, `${verdict.ran} cases ran and none noticed`);
    });
  }
}

test("a field that the format does not have is refused", () => {
  assert.throws(() => only("a case", { colour: 1 }, ["name"]), /a case: the format has no colour/);
});
