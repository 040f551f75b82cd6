// Builds dist: the CommonJS package, and the ESM entry that hands on the same classes, so that `instanceof` holds
// between the two. The entry is written from what the package really exports.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { HERE } from "./places.mjs";

const require = createRequire(import.meta.url);
rmSync(join(HERE, "dist"), { recursive: true, force: true });
execFileSync(join(HERE, "node_modules/.bin/tsc"), ["-p", HERE], { stdio: "inherit" });

const names = Object.keys(require("../dist/cjs/index.js")).filter((name) => name !== "__esModule");
mkdirSync(join(HERE, "dist/esm"));
writeFileSync(
  join(HERE, "dist/esm/index.mjs"),
  [
    'import mspkit from "../cjs/index.js";',
    "",
    "export const {",
    ...names.sort().map((name) => `  ${name},`),
    "} = mspkit;",
    "",
  ].join("\n"),
);
writeFileSync(join(HERE, "dist/esm/index.d.mts"), 'export * from "../cjs/index.js";\n');
