/**
 * The runner as a program, for runtimes other than the one that runs the tests.
 *
 *     node build/conformance/main.js async
 */

import { expected, line, run } from "./runner.js";

async function main(): Promise<void> {
  const front = process.argv[2];
  if (front !== "async" && front !== "sync") {
    throw new Error("usage: main.js async|sync");
  }
  const verdict = await run(front);
  for (const failure of verdict.failures) {
    console.log(failure);
  }
  console.log(line(verdict));
  process.exitCode = verdict.failures.length > 0 || verdict.ran !== expected ? 1 : 0;
}

void main();
