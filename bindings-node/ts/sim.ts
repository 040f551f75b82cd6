/**
 * Where the simulator's program is: in the package `mspkit-sim`, which a project has for its tests.
 */

import { existsSync } from "node:fs";
import { version } from "./native.js";

/** The program that `MSPKIT_SIM` names, else the one of the package `mspkit-sim`. */
export function program(): string {
  const named = process.env.MSPKIT_SIM;
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) {
      throw new Error(`MSPKIT_SIM names ${named}, and there is no such file`);
    }
    return named;
  }
  let installed: string;
  try {
    // Beside this package, or where the project is when this package is linked into it.
    installed = require.resolve("mspkit-sim", { paths: [__dirname, process.cwd()] });
  } catch (cause) {
    throw new Error(
      "the simulator is not installed; it is a package of its own: npm install --save-dev mspkit-sim. " +
        "MSPKIT_SIM can name the program instead",
      { cause },
    );
  }
  return (require(installed) as { program(): string }).program();
}

/** Refuses a simulator of another version, which may not know the same commands. */
export function ofSameVersion(path: string, found: string | undefined): void {
  if (found !== version) {
    throw new Error(
      `this is mspkit ${version}, but ${path} has version ${found}; ` +
        `install the same one: npm install --save-dev mspkit-sim@${version}`,
    );
  }
}
