/**
 * The package `mspkit-sim`: where the simulator's program is. It comes in a package for each platform, of which npm installs
 * the one that fits.
 */

"use strict";

const { existsSync } = require("node:fs");

/** The platform, as in the names of packages. On Linux the installed package shows which C library there is. */
function platforms() {
  const here = `${process.platform}-${process.arch}`;
  return process.platform === "linux" ? [`${here}-gnu`, `${here}-musl`] : [here];
}

/** The program that `MSPKIT_SIM` names, else the one that came with this package. */
function program() {
  const named = process.env.MSPKIT_SIM;
  if (named) {
    if (!existsSync(named)) {
      throw new Error(`MSPKIT_SIM names ${named}, and there is no such file`);
    }
    return named;
  }
  const file = process.platform === "win32" ? "mspkit-sim.exe" : "mspkit-sim";
  const names = platforms().map((platform) => `mspkit-sim-${platform}`);
  for (const name of names) {
    try {
      return require.resolve(`${name}/${file}`);
    } catch {
      // The next one, or the error below.
    }
  }
  throw new Error(
    `the simulator's program comes in the package ${names[0]}, an optional dependency that is not installed: npm leaves ` +
      "it out with --omit=optional, when the lock file was written on another system, and where there is none for this " +
      "platform. MSPKIT_SIM can name the program instead",
  );
}

module.exports = { program };
