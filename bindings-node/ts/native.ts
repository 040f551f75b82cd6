/**
 * The native half: what it exports, and how it is found.
 *
 * It stands beside this package where it was built, and in a package of its own for each platform where it was
 * installed. Both builds of this package, for `import` and for `require`, come here, so it is loaded once.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";

/** How an entry of a port or the response to a blocking call is to be taken; `src/crossing.rs` says the same. */
export const FAILED = 0;
export const DONE = 1;
export const EVENTS = 2;

/** What is numbered by places in flat arrays, which cost less than objects: kind, text, meta, marker, and events behind it. */
export type Answer = [kind: number, text: string, meta: string, marker?: string, events?: string];

/** Where the async calls of this thread complete. */
export interface NativePort {
  /** What has completed since, five places each: id, kind, text, meta, marker. */
  drain(): unknown[];
  cancel(id: number): void;
  /** Ends a call that was begun with `ABANDONED`; it completes with what there is to say of it. */
  stop(id: number): void;
}

/** A list that is read part by part. */
export interface NativePager {
  resumeToken(consumed: number): string;
  complete(): boolean | null;
  missing(): number | null;
  /** What there was to warn of at the end, once: the fields of an error. */
  warning(): string | null;
  /** The fields of the error for an item of the part in hand that cannot be read. */
  unreadable(at: number, why: string): string;
  /** Gives the next part if it is there already; else it completes in the port. */
  submitNext(
    port: NativePort,
    id: number,
    watch: number,
    page: boolean,
    wanted: number | undefined,
  ): Answer | null;
  nextSync(watch: number, page: boolean, wanted: number | undefined): Answer;
  mark(): void;
  back(): void;
  /** What of the part in hand comes after so many items, once more. */
  again(consumed: number): Answer;
  leave(): void;
}

/** A client of one service. */
export interface NativeCore {
  readonly baseUrl: string;
  submitCall(
    port: NativePort,
    id: number,
    watch: number,
    operation: string,
    params: string,
    options: string | null,
  ): undefined;
  callSync(watch: number, operation: string, params: string, options: string | null): Answer;
  submitRequest(
    port: NativePort,
    id: number,
    watch: number,
    method: string,
    path: string,
    body: string | null,
    options: string | null,
  ): undefined;
  requestSync(
    watch: number,
    method: string,
    path: string,
    body: string | null,
    options: string | null,
  ): Answer;
  pager(operation: string, params: string, paging: string | null, options: string | null): NativePager;
  withOptions(options: string): NativeCore;
  limits(): string;
  close(): void;
}

interface Native {
  /** Makes it ready, once per process, and gives its version. */
  start(): string;
  operations(): string;
  /** The fields of the error for a field of a model that did not come. */
  missing(operation: string, status: number, requestId: string, field: string): string;
  /** The fields of the error for a write that was given up before it was begun. */
  givenUp(operation: string): string;
  /** What says how a list is read, among its arguments. */
  pagingNames(): string[];
  /** What the options of a call are called. */
  callNames(): string[];
  /** The fields of errors for arguments that are refused here; the core words them. */
  refused(argument: string, allowed: string, given: string | null): string;
  unsendable(argument: string, given: string): string;
  readonly Core: new (service: string, options: string, asynchronous: boolean) => NativeCore;
  readonly Port: new (wake: () => void) => NativePort;
}

/** The platforms that there is a package for. Written out, so that bundlers see what is loaded. */
const PACKAGES: Readonly<Record<string, () => unknown>> = {
  "linux-x64-gnu": () => require("mspkit-linux-x64-gnu"),
};

/** The version of this package. */
export const version: string = require("../../package.json").version;

/** The platform as packages are named by it. Asking Node for the C library takes long, so gnu is assumed at first. */
function platform(library: "gnu" | "musl" = "gnu"): string {
  const { platform, arch } = process;
  return platform === "linux" ? `${platform}-${arch}-${library}` : `${platform}-${arch}`;
}

function hasMusl(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return process.platform === "linux" && report.header?.glibcVersionRuntime === undefined;
}

function unloadable(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(`mspkit: ${message}`, { cause }), { code });
}

function unsupported(here: string, cause?: unknown): Error {
  const known = Object.keys(PACKAGES).join(", ");
  return unloadable(
    "MSPKIT_UNSUPPORTED_PLATFORM",
    `there is no native module for ${here}, only for: ${known}.`,
    cause,
  );
}

function load(): Native {
  const here = platform();
  const built = join(__dirname, "..", "..", `mspkit.${here}.node`);
  if (existsSync(built)) {
    return require(built);
  }
  const installed = PACKAGES[here];
  if (installed === undefined) {
    throw unsupported(here);
  }
  try {
    return installed() as Native;
  } catch (cause) {
    if (hasMusl()) {
      throw unsupported(platform("musl"), cause);
    }
    throw unloadable(
      "MSPKIT_NATIVE_MODULE_MISSING",
      `the native module could not be loaded; it comes in the package mspkit-${here}, an optional dependency. ` +
        "npm leaves it out with --omit=optional or --no-optional, and when the lock file was written on another " +
        "system. Remove node_modules and package-lock.json and run `npm install` again, " +
        `or run \`npm install mspkit-${here}@${version}\`.`,
      cause,
    );
  }
}

function loadOfSameVersion(): Native {
  const native = load();
  const found = native.start();
  if (found !== version) {
    throw unloadable(
      "MSPKIT_NATIVE_MODULE_VERSION",
      `this is version ${version}, but the native module is ${found}; install both in the same version.`,
    );
  }
  return native;
}

export const native: Native = loadOfSameVersion();

/** A parameter of an operation, as the core's table has it. */
export interface ParameterRow {
  readonly name: string;
  readonly wire: string;
  readonly place: string;
  readonly kind: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly from_option: string | null;
}

/** An operation, as the core's table has it. */
export interface OperationRow {
  readonly id: string;
  readonly resource: string;
  readonly name: string;
  readonly summary: string;
  readonly method: string;
  readonly path: string;
  readonly paging: string;
  readonly answer: string;
  readonly params: readonly ParameterRow[];
}

/** The core's table of operations. */
export function operations(): readonly OperationRow[] {
  return JSON.parse(native.operations());
}
