// Paths, the list of platforms, and what is named by them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the package. */
export const HERE = fileURLToPath(new URL("..", import.meta.url));

/** The platforms that have packages. */
export const { platforms: PLATFORMS } = JSON.parse(
  readFileSync(join(HERE, "..", "tests", "packages", "platforms.json"), "utf8"),
);

/** The row of a platform; of this machine's if none is named. */
export function platform(name = here()) {
  const found = PLATFORMS.find((each) => each.name === name);
  if (found === undefined) {
    throw new Error(
      `there is no platform ${name}; there are ${PLATFORMS.map((each) => each.name).join(", ")}`,
    );
  }
  return found;
}

function here() {
  const musl = process.report.getReport().header.glibcVersionRuntime === undefined;
  const library = process.platform === "linux" ? `-${musl ? "musl" : "gnu"}` : "";
  return `${process.platform}-${process.arch}${library}`;
}

/** The file of the native half. */
export function native(on = platform()) {
  return `mspkit.${on.name}.node`;
}
