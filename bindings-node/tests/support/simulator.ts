/**
 * The simulator of `mspkit/testing`, by default the program that was built last.
 */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Simulator, type SimulatorOptions } from "mspkit/testing";

export { Simulator };

const ROOT = join(__dirname, "..", "..", "..");

if (process.env.MSPKIT_SIM === undefined) {
  const built = ["release", "debug"]
    .map((profile) => join(ROOT, "target", profile, "mspkit-sim"))
    .filter(existsSync);
  const newest = built.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)[0];
  if (newest !== undefined) {
    process.env.MSPKIT_SIM = newest;
  }
}

/** Starts a simulator on its own port. */
export function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  return Simulator.start(options);
}
