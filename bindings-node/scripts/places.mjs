// Paths, and their names on this platform.

import { fileURLToPath } from "node:url";

/** The folder of the package. */
export const HERE = fileURLToPath(new URL("..", import.meta.url));

/** The platform as packages are named by it. */
export function platform() {
  const musl = process.report.getReport().header.glibcVersionRuntime === undefined;
  const library = process.platform === "linux" ? `-${musl ? "musl" : "gnu"}` : "";
  return `${process.platform}-${process.arch}${library}`;
}

/** The file of the native half. */
export function native() {
  return `mspkit.${platform()}.node`;
}

/** The extension of libraries that cargo builds. */
export function library() {
  return { darwin: ".dylib", win32: ".dll" }[process.platform] ?? ".so";
}
