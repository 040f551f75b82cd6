// Builds a crate of the workspace and returns the built file. MSPKIT_PROFILE=release builds an optimised one,
// MSPKIT_CARGO_BUILD names another command than `cargo build`.

import { execFileSync } from "node:child_process";
import { HERE } from "./places.mjs";

/** The file built from a crate: its program, or the library with this extension. Builds with features are for tests,
 * and are debug builds. */
export function built(crate, ending = "", features = []) {
  const [cargo, ...command] = (process.env.MSPKIT_CARGO_BUILD ?? "cargo build").split(" ");
  const args = [
    ...command,
    "--quiet",
    "--locked",
    "-p",
    crate,
    // A program alone, as maturin builds it, so that it is built once.
    ...(ending === "" ? ["--bin", crate] : []),
    "--message-format",
    "json-render-diagnostics",
  ];
  if (features.length > 0) {
    args.push("--features", features.join(","));
  } else if (process.env.MSPKIT_PROFILE === "release") {
    args.push("--release");
  }
  const output = execFileSync(cargo, args, {
    cwd: HERE,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const artifacts = output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .filter((message) => message.reason === "compiler-artifact");
  const file =
    ending === ""
      ? artifacts.find((artifact) => artifact.target.name === crate && artifact.executable)?.executable
      : artifacts
          .filter((artifact) => artifact.target.name === crate.replaceAll("-", "_"))
          .flatMap((artifact) => artifact.filenames)
          .find((name) => name.endsWith(ending));
  if (file === undefined) {
    throw new Error(`cargo did not say what it has built of ${crate}`);
  }
  return file;
}
