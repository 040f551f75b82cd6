/**
 * The native module with the exports that only tests need, instead of the shipped one: import it before `mspkit`.
 */

import { readdirSync } from "node:fs";
import { Module } from "node:module";
import { join } from "node:path";

const HERE = join(__dirname, "..", "..");

function nativeModule(folder: string): string {
  const name = readdirSync(folder).find((file) => file.endsWith(".node"));
  if (name === undefined) {
    throw new Error(`there is no native module in ${folder}; run npm run build and npm run build:hooks`);
  }
  return join(folder, name);
}

/** The file of the shipped module. */
export const SHIPPED = nativeModule(HERE);

/** The file of the module with test hooks. */
export const HOOKED = nativeModule(join(HERE, "hooks"));

const loaded = new Module(SHIPPED);
loaded.exports = require(HOOKED);
loaded.loaded = true;
require.cache[SHIPPED] = loaded;
