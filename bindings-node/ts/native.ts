/**
 * The native half: what it exports, and how it is found.
 *
 * It is beside this package in a checkout, and in a package per platform (`packages.ts`) when installed. Both builds of this package,
 * for `import` and for `require`, load it here, so it is loaded once.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { installed, PLATFORMS } from "./packages.js";
import { here } from "./platform.js";

/** The kind of an entry of a port, or of the outcome of a blocking call; `src/payload.rs` has the same numbers. */
export const FAILED = 0;
export const DONE = 1;
export const EVENTS = 2;

/** The indices of an entry in a flat array, which costs less than an object: kind, text, meta, marker, and the
 * events after it. */
export type Answer = [kind: number, text: string, meta: string, marker?: string, events?: string];

/** Where the async calls of this thread complete. */
export interface NativePort {
  /** What has completed since the last call, five elements each: id, kind, text, meta, marker. */
  drain(): unknown[];
  cancel(id: number): void;
  /** Stops a call that was started with `ABANDONED`; it completes with what is known about it. */
  stop(id: number): void;
}

/** A list that is read in parts. */
export interface NativePager {
  resumeToken(consumed: number): string;
  complete(): boolean | null;
  missing(): number | null;
  /** The warning at the end of the list, once: the fields of an error. */
  warning(): string | null;
  /** The fields of the error for an item of the current part that cannot be read. */
  unreadable(at: number, why: string): string;
  /** Returns the next part if it is available; otherwise it completes in the port. */
  submitNext(
    port: NativePort,
    id: number,
    watch: number,
    page: boolean,
    wanted: number | undefined,
  ): Answer | null;
  nextSync(watch: number, page: boolean, wanted: number | undefined): Answer;
  /** Starts to write what is left to a file; completes in the port with the number of rows. */
  submitWrite(
    port: NativePort,
    id: number,
    watch: number,
    consumed: number,
    form: string,
    path: string,
    options: string,
  ): undefined;
  writeSync(watch: number, consumed: number, form: string, path: string, options: string): Answer;
  /** Starts to read what is left as a table; completes in the port with bytes in place of a text. */
  submitTable(port: NativePort, id: number, watch: number, consumed: number, options: string): undefined;
  tableSync(watch: number, consumed: number, options: string): Answer;
  /** The fields to read of each row as plain data; null for all. Refuses unknown ones. */
  columns(options: string): string[] | null;
  /** Starts to divide the list; completes in the port with a JSON array of partitions. */
  submitPartitions(port: NativePort, id: number, watch: number, n: string): undefined;
  partitionsSync(watch: number, n: string): Answer;
  mark(): void;
  back(): void;
  /** The rest of the current part after `consumed` items, again. */
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
  paginate(
    method: string,
    path: string,
    body: string | null,
    itemId: string | null,
    paging: string | null,
    options: string,
  ): NativePager;
  readPartition(partition: string, resumeToken: string | null): NativePager;
  withOptions(options: string): NativeCore;
  limits(): string;
  close(): void;
}

/** What came of matching two lists. */
export interface NativeReconciliation {
  found(): string;
  csv(excel: boolean): string;
  mapping(excel: boolean): string;
  html(title: string | null): string;
}

/** What changed between two lists. */
export interface NativeChanges {
  found(): string;
  csv(excel: boolean): string;
}

/** A document of an onboarding. */
export interface NativeSpec extends NativePlannable {
  readonly size: number;
  submitPlan(
    port: NativePort,
    id: number,
    watch: number,
    ncentral: NativeCore | undefined,
    cloudmore: NativeCore | undefined,
    plan: NativePlan,
  ): undefined;
  planSync(
    watch: number,
    ncentral: NativeCore | undefined,
    cloudmore: NativeCore | undefined,
    plan: NativePlan,
  ): Answer;
}

/** A plan of an onboarding. */
export interface NativePlan extends NativePlannable {
  json(): string;
}

/** What can be applied. */
export interface NativePlannable {
  submitApply(
    port: NativePort,
    id: number,
    watch: number,
    ncentral: NativeCore | undefined,
    cloudmore: NativeCore | undefined,
    journal: string,
    options: string,
  ): undefined;
  applySync(
    watch: number,
    ncentral: NativeCore | undefined,
    cloudmore: NativeCore | undefined,
    journal: string,
    options: string,
  ): Answer;
}

interface Native {
  /** Initializes it, once per process, and returns its version. */
  start(): string;
  operations(): string;
  /** The fields of the error for a model field that is missing from the response. */
  missing(operation: string, status: number, requestId: string, field: string): string;
  /** The fields of the error for a write that was cancelled before it started. */
  givenUp(operation: string): string;
  /** The names of the paging options, which are passed among a list's arguments. */
  pagingNames(): string[];
  /** The names of the call options. */
  callNames(): string[];
  readonly OnboardingSpec: { open(pathOrText: string, format: string | undefined): NativeSpec };
  readonly OnboardingPlan: { new (): NativePlan; fromJson(json: string): NativePlan };
  /** A report as `csv` or `html`. */
  onboardingWritten(report: string, format: "csv" | "html"): string;
  /** The fields of errors for arguments that are refused here; the core words them. */
  refused(argument: string, allowed: string, given: string | null): string;
  unsendable(argument: string, given: string): string;
  /** Matches two lists on another thread, or on this one. */
  reconcile(left: string, right: string, options: string): Promise<NativeReconciliation>;
  reconcileSync(left: string, right: string, options: string): NativeReconciliation;
  /** Compares two lists on another thread, or on this one. */
  diff(old: string, now: string, options: string): Promise<NativeChanges>;
  diffSync(old: string, now: string, options: string): NativeChanges;
  readonly Core: new (service: string, options: string, asynchronous: boolean) => NativeCore;
  readonly Port: new (wake: () => void) => NativePort;
}

/** The version of this package. */
export const version: string = require("../../package.json").version;

function unloadable(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(`mspkit: ${message}`, { cause }), { code });
}

function load(): Native {
  const name = here();
  const built = join(__dirname, "..", "..", `mspkit.${name}.node`);
  if (existsSync(built)) {
    return require(built);
  }
  if (!PLATFORMS.includes(name)) {
    throw unloadable(
      "MSPKIT_UNSUPPORTED_PLATFORM",
      `there is no native module for ${name}, only for: ${PLATFORMS.join(", ")}.`,
    );
  }
  const { loaded, cause } = installed(name);
  if (loaded === undefined) {
    throw unloadable(
      "MSPKIT_NATIVE_MODULE_MISSING",
      `the native module could not be loaded; it comes in the package mspkit-${name}, an optional dependency. ` +
        "npm leaves it out with --omit=optional or --no-optional, and when the lock file was written on another " +
        "system. Remove node_modules and package-lock.json and run `npm install` again, " +
        `or run \`npm install mspkit-${name}@${version}\`.`,
      cause,
    );
  }
  return loaded as Native;
}

function loadOfSameVersion(): Native {
  const native = load();
  const found = native.start();
  if (found !== version) {
    throw unloadable(
      "MSPKIT_NATIVE_MODULE_VERSION",
      `this is version ${version}, but the native module is ${found}; install the same version of both.`,
    );
  }
  return native;
}

export const native: Native = loadOfSameVersion();

/** A parameter of an operation, as in the core's table. */
export interface ParameterRow {
  readonly name: string;
  readonly wire: string;
  readonly location: string;
  readonly kind: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly from_option: string | null;
}

/** An operation, as in the core's table. */
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
