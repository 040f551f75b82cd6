/**
 * The package `mspkit-sim`: where the simulator's program is. It comes in a package for each platform, of which npm installs
 * the one that fits.
 */

"use strict";

const { existsSync } = require("node:fs");

/** The file in the package of each platform; rendered from tests/packages/platforms.json by `make platforms`. */
const PROGRAMS = {
  "linux-x64-gnu": "mspkit-sim",
  "linux-arm64-gnu": "mspkit-sim",
  "linux-x64-musl": "mspkit-sim",
  "linux-arm64-musl": "mspkit-sim",
  "win32-x64": "mspkit-sim.exe",
  "darwin-arm64": "mspkit-sim",
  "darwin-x64": "mspkit-sim",
};

/** The platform, as in the names of packages. On Linux the installed package shows which C library there is; the program for musl
 * needs none, and runs on both. */
function platforms() {
  const here = `${process.platform}-${process.arch}`;
  return process.platform === "linux" ? [`${here}-musl`, `${here}-gnu`] : [here];
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
  const here = platforms().filter((platform) => platform in PROGRAMS);
  for (const platform of here) {
    try {
      return require.resolve(`mspkit-sim-${platform}/${PROGRAMS[platform]}`);
    } catch {
      // The next one, or the error below.
    }
  }
  if (here.length === 0) {
    throw new Error(
      `there is no simulator for ${process.platform}-${process.arch}, only for: ${Object.keys(PROGRAMS).join(", ")}. ` +
        "MSPKIT_SIM can name a program that you have built",
    );
  }
  const names = here.map((platform) => `mspkit-sim-${platform}`).join(" or ");
  throw new Error(
    `the simulator's program comes in the package ${names}, an optional dependency that is not installed: npm leaves ` +
      "it out with --omit=optional, and when the lock file was written on another system. MSPKIT_SIM can name the program instead",
  );
}

module.exports = { program };
