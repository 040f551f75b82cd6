/**
 * The native module with the exports that only tests need, instead of the shipped one: import it before `mspkit`.
 */

import { existsSync } from "node:fs";
import { Module } from "node:module";
import { join } from "node:path";
import { here } from "../../dist/cjs/platform.js";

const HERE = join(__dirname, "..", "..");

// Others' modules may be beside it.
function nativeModule(folder: string): string {
  const file = join(folder, `mspkit.${here()}.node`);
  if (!existsSync(file)) {
    throw new Error(`there is no ${file}; run npm run build and npm run build:hooks`);
  }
  return file;
}

/** The file of the shipped module. */
export const SHIPPED = nativeModule(HERE);

/** The file of the module with test hooks. */
export const HOOKED = nativeModule(join(HERE, "hooks"));

const loaded = new Module(SHIPPED);
loaded.exports = require(HOOKED);
loaded.loaded = true;
require.cache[SHIPPED] = loaded;
