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
    const loader = /\/ld-(musl|linux)\b/.exec(head(process.execPath))?.[1];
    if (loader !== undefined) {
      return loader === "musl" ? "musl" : "gnu";
    }
    // The loader itself was started, or the program was changed: what is mapped counts. Only glibc's file has a version.
    return /\/libc(\.so\.6|-2\.\d+\.so)$/m.test(readFileSync("/proc/self/maps", "latin1")) ? "gnu" : "musl";
  } catch {
    // The files cannot be read.
    const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return header?.glibcVersionRuntime === undefined ? "musl" : "gnu";
  }
}

/** The name of this platform, such as `linux-x64-musl`. */
export function here(): string {
  const { platform, arch } = process;
  return platform === "linux" ? `${platform}-${arch}-${library()}` : `${platform}-${arch}`;
}
