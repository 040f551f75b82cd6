/**
 * Where the simulator's program is.
 */

import { existsSync } from "node:fs";

/** The program that `MSPKIT_SIM` names, else the one that came with the native module. */
export function program(): string {
  const named = process.env.MSPKIT_SIM;
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) {
      throw new Error(`MSPKIT_SIM names ${named}, and there is no such file`);
    }
    return named;
  }
  const { platform, arch } = process;
  const home = `mspkit-${platform}-${arch}${platform === "linux" ? "-gnu" : ""}`;
  try {
    return require.resolve(`${home}/mspkit-sim`);
  } catch (cause) {
    throw new Error(
      `this installation of mspkit has no simulator; it comes in the package ${home}. MSPKIT_SIM may name one: ` +
        "`cargo build --release -p mspkit-sim` makes target/release/mspkit-sim in a checkout",
      { cause },
    );
  }
}
