// Runs the tests, or with --soak the long runs, without the shell's settings for real servers.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { VARIABLES } from "mspkit/testing";
import { HERE } from "./places.mjs";

const PROXIES = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

const args = process.argv.slice(2);
const soak = args.includes("--soak");
const names = args.filter((arg) => !arg.startsWith("--"));
const folder = join(HERE, "build", soak ? "soak" : "");
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".test.js"))
  .filter((name) => names.length === 0 || names.some((part) => name.includes(part)))
  .map((name) => join(folder, name));
if (files.length === 0) {
  throw new Error(`no tests in ${folder}${names.length > 0 ? ` are called ${names.join(" or ")}` : ""}`);
}

const env = { ...process.env, ...(soak ? { MSPKIT_SOAK: "1" } : {}) };
for (const name of [...VARIABLES, ...PROXIES]) {
  delete env[name];
}
const run = ["--expose-gc", "--enable-source-maps", "--test", "--test-reporter=spec", "--test-concurrency=1"];
const { status } = spawnSync(process.execPath, [...run, ...files], { cwd: HERE, env, stdio: "inherit" });
process.exit(status ?? 1);
