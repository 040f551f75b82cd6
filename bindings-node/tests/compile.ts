/**
 * Compiles TypeScript sources of a test, with the settings of a strict user of the package.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The folder of the package, seen from the compiled file as from this one. */
export const PACKAGE = join(__dirname, "..");

const OPTIONS = {
  target: "ES2022",
  module: "nodenext",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  types: ["node"],
  outDir: "out",
};

/** The result of a compilation: the compiled file, or the compiler's errors. */
export interface Compiled {
  readonly file: string;
  readonly problems: string;
}

/** Compiles one source, which imports "mspkit" as any package would. */
export function compile(name: string, source: string): Compiled {
  const folder = join(PACKAGE, "build", "compiled", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.ts`), source);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: OPTIONS, files: [`${name}.ts`] }),
  );
  const tsc = join(PACKAGE, "node_modules", "typescript", "bin", "tsc");
  const ran = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
  if (ran.error !== undefined) {
    throw ran.error;
  }
  return {
    file: join(folder, "out", `${name}.js`),
    problems: ran.status === 0 ? "" : ran.stdout + ran.stderr,
  };
}
