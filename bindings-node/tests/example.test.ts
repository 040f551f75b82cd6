/**
 * The example completes against the simulator, with every row of the demo.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { PACKAGE } from "./compile.js";
import { EXAMPLE, OPTIONS, prepared } from "./demo.js";
import { startSimulator } from "./support/simulator.js";

interface Ran {
  readonly output: string;
  readonly shown: string;
  readonly counts: Readonly<Record<string, { committed: number } | undefined>>;
}

/** What the example prints, its progress, and the server's counts. */
async function ran(...args: string[]): Promise<Ran> {
  const simulator = await startSimulator(OPTIONS);
  try {
    const env = await prepared(simulator);
    const child = spawn(process.execPath, [EXAMPLE, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    const code = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const [output, shown] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.equal(await code, 0, output + shown);
    const log = (await simulator.control("requests?since=0")) as Pick<Ran, "counts">;
    return { output, shown, counts: log.counts };
  } finally {
    await simulator.stop();
  }
}

/** Each step with its result; spaces and numbers are between and after them. */
const ROWS = [
  /^list service organizations +120 of 120 +\d+ +1 +[\d.]+ ms$/m,
  /^list devices +[1-9]\d* devices at [1-9]\d* customers +\d+ +0 /m,
  /^list active issues +[1-9]\d* issues at [1-9]\d* customers, such as \w.* +\d+ +0 /m,
  /^create a service organization +soId \d+ +1 +0 /m,
  /^create customers under it +3 customers +\d+ +0 /m,
  /^create one where it cannot be +(NotFound|BadRequest|PermissionDenied): .*\w.* +1 +0 /m,
  /^check a PSA credential +valid +1 +0 /m,
  /^read a PSA ticket +\w.* +1 +0 /m,
  /^list the E-Store +[1-9]\d* services /m,
  /^list the organization's services +[1-9]\d* services /m,
  /^enable a service +\w.* as [0-9a-f-]{36} /m,
  /^list Wiv customers +12 customers +1 +0 /m,
  /^walk all case pages +730 cases +\d+ +1 +[\d.]+ ms$/m,
  /^13 steps, \d+ requests, 2 retries, [\d.]+ s$/m,
];

test("the example does the job", async () => {
  const { output, shown, counts } = await ran("--write");
  for (const row of ROWS) {
    assert.match(output, row);
  }
  assert.match(shown, /\r50 of 120: /, "progress while it lists");
  assert.match(shown, /\r120 of 120: /);
  assert.equal(counts["ncentral.service_orgs.create_customer"]?.committed, 3);
  assert.equal(counts["cloudmore.services.create"]?.committed, 1);
});

test("the example only reads by default", async () => {
  const { output, counts } = await ran();
  assert.match(output, /^walk all case pages /m);
  for (const operation of [
    "ncentral.service_orgs.create",
    "ncentral.service_orgs.create_customer",
    "cloudmore.services.create",
  ]) {
    assert.equal(counts[operation], undefined, operation);
  }
});

test("the example is short", () => {
  const lines = readFileSync(join(PACKAGE, "examples", "onboard.ts"), "utf8").split("\n");
  assert.ok(lines.length - 1 < 70, `${lines.length - 1} lines`);
});
