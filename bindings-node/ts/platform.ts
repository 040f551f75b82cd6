/**
 * The platform of this process, as packages are named by it. What differs between systems is here.
 */

import { closeSync, openSync, readFileSync, readSync } from "node:fs";

/** The head of a program names its loader, which comes with the C library. */
const HEAD = 4096;

function head(path: string): string {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(HEAD);
    return buffer.toString("latin1", 0, readSync(file, buffer, 0, HEAD, 0));
  } finally {
    closeSync(file);
  }
}

/** The C library of a Linux process. Node's report knows it too, but making one takes a hundred times as long. */
function library(): "gnu" | "musl" {
  try {
    const loader = /\/ld-(musl|linux)\b/.exec(head("/proc/self/exe"))?.[1];
    // Without a loader's name, it is the loader that was started, or the file was changed: what is mapped counts.
    const musl =
      loader === undefined
        ? /\/(ld-|libc\.)musl-/.test(readFileSync("/proc/self/maps", "latin1"))
        : loader === "musl";
    return musl ? "musl" : "gnu";
  } catch {
    // There is no /proc.
    const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return header?.glibcVersionRuntime === undefined ? "musl" : "gnu";
  }
}

/** The name of this platform, such as `linux-x64-musl`. */
export function here(): string {
  const { platform, arch } = process;
  return platform === "linux" ? `${platform}-${arch}-${library()}` : `${platform}-${arch}`;
}
