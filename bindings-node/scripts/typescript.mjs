// Builds dist: the CommonJS package, and the ESM entries that re-export the same classes, so that `instanceof` works
// across both. They are written from the package's actual exports.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { HERE } from "./places.mjs";

const require = createRequire(import.meta.url);
rmSync(join(HERE, "dist"), { recursive: true, force: true });
execFileSync(join(HERE, "node_modules/.bin/tsc"), ["-p", HERE], { stdio: "inherit" });

mkdirSync(join(HERE, "dist/esm"));
const entries = { index: "index", testing: "testing" };
for (const service of ["ncentral", "cloudmore", "wiv"]) {
  entries[service] = `generated/${service}/index`;
}
for (const [entry, file] of Object.entries(entries)) {
  const names = Object.keys(require(`../dist/cjs/${file}.js`)).filter((name) => name !== "__esModule");
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
