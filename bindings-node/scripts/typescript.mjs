// Builds dist: the CommonJS package, and the ESM entries that re-export the same classes, so that `instanceof` works
// across both. The exports are read from what tsc has written, so that no native module has to be there.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "cjs-module-lexer";
import { HERE } from "./places.mjs";

/** The names that a CommonJS file exports. */
function exported(file) {
  const { exports, reexports } = parse(readFileSync(file, "utf8"));
  const others = reexports.flatMap((other) => exported(join(dirname(file), other)));
  return [...new Set([...exports, ...others])].filter((name) => name !== "__esModule");
}

rmSync(join(HERE, "dist"), { recursive: true, force: true });
execFileSync(join(HERE, "node_modules/.bin/tsc"), ["-p", HERE], { stdio: "inherit" });

mkdirSync(join(HERE, "dist/esm"));
const entries = { index: "index", testing: "testing" };
for (const service of ["ncentral", "cloudmore", "wiv"]) {
  entries[service] = `generated/${service}/index`;
}
for (const [entry, file] of Object.entries(entries)) {
  const names = exported(join(HERE, `dist/cjs/${file}.js`));
  writeFileSync(
    join(HERE, `dist/esm/${entry}.mjs`),
    [
      `import mspkit from "../cjs/${file}.js";`,
      "",
      "export const {",
      ...names.sort().map((name) => `  ${name},`),
      "} = mspkit;",
      "",
    ].join("\n"),
  );
  writeFileSync(join(HERE, `dist/esm/${entry}.d.mts`), `export * from "../cjs/${file}.js";\n`);
}
