// Builds the native half and puts it where the loader looks for it. MSPKIT_PROFILE=release gives an optimised one,
// MSPKIT_CARGO_BUILD names another command than `cargo build`.

import { execFileSync } from "node:child_process";
import { copyFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { HERE, library, native } from "./places.mjs";

const profile = process.env.MSPKIT_PROFILE ?? "debug";
const [cargo, ...command] = (process.env.MSPKIT_CARGO_BUILD ?? "cargo build").split(" ");
const args = [
  ...command,
  "--quiet",
  "--locked",
  "-p",
  "mspkit-node",
  "--message-format",
  "json-render-diagnostics",
];
if (profile === "release") {
  args.push("--release");
}
const said = execFileSync(cargo, args, {
  cwd: HERE,
  encoding: "utf8",
  maxBuffer: 2 ** 28,
  stdio: ["ignore", "pipe", "inherit"],
});
const built = said
  .split("\n")
  .filter((line) => line.startsWith("{"))
  .map((line) => JSON.parse(line))
  .filter((message) => message.reason === "compiler-artifact" && message.target.name === "mspkit_node")
  .flatMap((artifact) => artifact.filenames)
  .find((name) => name.endsWith(library()));
if (built === undefined) {
  throw new Error("cargo did not say what it has built");
}
// Renamed into its place: a process that has the old one loaded keeps it.
const place = join(HERE, native());
copyFileSync(built, `${place}.part`);
renameSync(`${place}.part`, place);
