/**
 * The package on other runtimes: newer Node.js, Bun and Deno. Each runs the example and all conformance cases.
 *
 * They are installed into `.tools/runtimes`, in the versions of `tests/runtimes/package.json`.
 */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { before, test } from "node:test";
import { PACKAGE } from "../compile.js";
import { OPTIONS, prepared } from "../demo.js";
import { judged } from "../support/judge.js";
import { startSimulator } from "../support/simulator.js";

const WANTED = join(PACKAGE, "tests", "runtimes");
const INSTALLED = join(PACKAGE, "..", ".tools", "runtimes");
const LIST = "package.json";
const BIN = join(INSTALLED, "node_modules");
const COMPILED = join("build", "examples", "onboard.js");
const SOURCE = join("examples", "onboard.ts");

/** The command of each runtime, and which form of the example it runs. */
const RUNTIMES: readonly [name: string, command: readonly string[], example: readonly string[]][] = [
  ["Node.js 22", [join(BIN, "node22", "bin", "node")], [COMPILED]],
  ["Node.js 24", [join(BIN, "node24", "bin", "node")], [COMPILED]],
  ["Node.js 26", [join(BIN, "node26", "bin", "node")], [COMPILED]],
  ["Bun", [join(BIN, ".bin", "bun"), "run"], [SOURCE]],
  // The example imports its second file with the extension of the compiled file.
  ["Deno", [join(BIN, ".bin", "deno"), "run", "--allow-all", "--unstable-sloppy-imports"], [SOURCE]],
];

function install(): void {
  const list = readFileSync(join(WANTED, LIST), "utf8");
  const done = join(INSTALLED, "installed.json");
  if (existsSync(done) && readFileSync(done, "utf8") === list) {
    return;
  }
  rmSync(INSTALLED, { recursive: true, force: true });
  mkdirSync(INSTALLED, { recursive: true });
  copyFileSync(join(WANTED, LIST), join(INSTALLED, LIST));
  const options = ["--no-package-lock", "--no-fund", "--no-audit", "--loglevel=error"];
  const { status } = spawnSync("npm", ["install", ...options], { cwd: INSTALLED, stdio: "inherit" });
  assert.equal(status, 0, "the runtimes could not be installed");
  copyFileSync(join(WANTED, LIST), done);
}

async function ran(
  command: readonly string[],
  env = process.env,
): Promise<{ code: number | null; output: string }> {
  const [program, ...args] = command;
  const child = spawn(program as string, args, { cwd: PACKAGE, env, stdio: ["ignore", "pipe", "pipe"] });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  const [output, shown] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, output: `${output}\n${shown}` };
}

before(install);

for (const [name, command, example] of RUNTIMES) {
  test(`${name} runs the example`, async (context) => {
    const version = (await ran([command[0] as string, "--version"])).output.trim().split("\n", 1)[0];
    context.diagnostic(`${name}: ${version}`);
    const simulator = await startSimulator(OPTIONS);
    try {
      const { code, output } = await ran([...command, ...example, "--write"], await prepared(simulator));
      assert.equal(code, 0, output);
      assert.match(output, /^13 steps, \d+ requests, 2 retries, /m);
    } finally {
      await simulator.stop();
    }
  });

  test(`${name} passes the conformance cases`, async (context) => {
    const { code, output } = await judged(command);
    assert.equal(code, 0, output);
    const lines = output.match(/^conformance, (async|blocking): (\d+) cases, \2 passed, 0 failed$/gm);
    assert.equal(lines?.length, 2, output);
    context.diagnostic(`${name}: ${lines?.join("; ")}`);
  });
}
