// Prints the public surface of the built module: the declarations that index.d.ts reaches, without their comments. It
// is committed as api/node.txt, so that changes are reviewed.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { HERE } from "./places.mjs";

const DIST = join(HERE, "dist/cjs");
const seen = new Map();

function visit(path) {
  if (seen.has(path)) {
    return;
  }
  const text = readFileSync(path, "utf8");
  seen.set(path, text);
  for (const [, from] of text.matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
    const target = join(dirname(path), from.replace(/\.js$/, ""));
    visit(existsSync(`${target}.d.ts`) ? `${target}.d.ts` : join(target, "index.d.ts"));
  }
}

visit(join(DIST, "index.d.ts"));
for (const [path, text] of [...seen].sort(([one], [other]) => (one < other ? -1 : 1))) {
  const bare = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*(\/\/.*)?\n/gm, "");
  console.log(`// ${relative(DIST, path)}\n${bare}`);
}
