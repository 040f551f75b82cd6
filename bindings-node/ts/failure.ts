/**
 * How errors are made: from the native half's JSON, and for arguments that are refused here.
 */

import { type ErrorFields, MspError } from "./errors.js";
import * as kinds from "./generated/kinds.js";
import type { Missing } from "./model.js";
import { native } from "./native.js";
import type { ResponseMeta } from "./response.js";
import { systemError } from "./system.js";

/** The prefix of the native half's errors when they are thrown. */
const THROWN = "mspkit:";

const { ResponseDecodeError } = kinds;

/** The class of each kind, by its name in the core. */
const KINDS: ReadonlyMap<string, typeof MspError> = new Map(
  Object.values(kinds)
    .filter((kind) => typeof kind === "function")
    .map((kind) => [kind.kind, kind]),
);

/** A position in the caller's code, for the stack of an error that is made later. */
export interface Site {
  readonly stack?: string;
  /** How many of its frames belong to this package and are hidden. */
  readonly own: number;
}

/** Calls are made by a method of a resource, and that is called by the user. */
export const METHOD = 1;

/** A function, or a class, which TypeScript types by what it constructs. */
type Callable = ((...args: never[]) => unknown) | { readonly prototype: object };

/**
 * Captures the caller's position. The text of the stack is only made when it is read.
 *
 * @param below - The function whose caller is captured.
 * @param own - How many frames below it belong to this package.
 */
export function site(below: Callable, own = 0): Site {
  const place: Site = { own };
  Error.captureStackTrace(place, below as () => unknown);
  return place;
}

/** An error of a kind, by its name in the core. */
function failure(kind: string, message: string, fields?: ErrorFields): MspError {
  return new (KINDS.get(kind) ?? MspError)(message, fields);
}

/**
 * The error for an argument that cannot be sent: its name, the allowed values and, if there was one, the given value.
 * The core words it.
 */
export function invalid(argument: string, allowed: string, ...given: [value?: unknown]): MspError {
  return fromNative(native.refused(argument, allowed, given.length > 0 ? described(given[0]) : null));
}

/** The error for an argument that cannot be represented in JSON. */
export function unsendable(argument: string, given: unknown): MspError {
  const shown = typeof given === "number" ? String(given) : `a value of type ${typeName(given)}`;
  return fromNative(native.unsendable(argument, shown));
}

function typeName(given: unknown): string {
  if (typeof given !== "object" || given === null) {
    return typeof given;
  }
  // Its class is Uint8Array, but users know it as Buffer.
  return ArrayBuffer.isView(given)
    ? given.constructor.name
    : Object.prototype.toString.call(given).slice(8, -1);
}

/** A text may be a secret and is not shown. */
function described(given: unknown): string {
  switch (typeof given) {
    case "string":
      return "a text";
    case "undefined":
      return "nothing";
    case "object":
      return given === null ? "null" : Array.isArray(given) ? "a list" : "an object";
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    default:
      return String(given);
  }
}

interface WireError {
  readonly kind: string;
  readonly text: string;
  readonly message?: string;
  readonly headers?: [string, string][];
  readonly attempts?: { status: number | null; cause: string | null; waited: number; took: number }[];
  readonly fieldErrors?: { field: string; code: string | null; message: string }[];
  readonly causes?: { errno: number | null; text: string }[];
  readonly [name: string]: unknown;
}

/** The error that the native half describes, with the stack of the call. */
export function fromNative(json: string, at?: Site): MspError {
  const { kind, text, message, headers, attempts, fieldErrors, causes, ...rest } = JSON.parse(
    json,
  ) as WireError;
  const error = failure(kind, text, {
    ...(withoutNulls(rest) as ErrorFields),
    summary: message ?? text,
    headers: new Headers(headers ?? []),
    attempts: (attempts ?? []).map((one) => ({
      ...one,
      status: one.status ?? undefined,
      cause: one.cause ?? undefined,
    })),
    fieldErrors: (fieldErrors ?? []).map((one) => ({ ...one, code: one.code ?? undefined })),
    cause: cause(causes ?? []),
  });
  return at === undefined ? error : placed(error, at);
}

const FRAME = "\n    at ";

/** The same error with the frames of another position. */
export function placed<E extends Error>(error: E, at: Site): E {
  const [, ...frames] = at.stack?.split(FRAME) ?? [];
  const value = [`${error.name}: ${error.message}`, ...frames.slice(at.own)].join(FRAME);
  Object.defineProperty(error, "stack", { value, writable: true, configurable: true });
  return error;
}

/** Runs a function; an mspkit error that it throws gets the frames of a position. */
export function placing<T>(at: Site, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof MspError ? placed(error, at) : error;
  }
}

/** Runs a native function; what it throws becomes an mspkit error. */
export function callNative<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw fromThrown(error);
  }
}

/** What a native function has thrown, as an mspkit error. */
export function fromThrown(error: unknown): unknown {
  if (!(error instanceof Error)) {
    return error;
  }
  if (error.message.startsWith(THROWN)) {
    return fromNative(error.message.slice(THROWN.length));
  }
  const message = `internal error in mspkit: ${error.message}`;
  return failure("Internal", message, { cause: error });
}

/** The error for a response that cannot be read, with the metadata of the response. */
export function undecodable(
  operation: string,
  reason: string,
  meta: ResponseMeta,
): kinds.ResponseDecodeError {
  const { status, headers, requestId } = meta;
  const message = `${operation}: HTTP ${status}: ${reason} [request id ${requestId}]`;
  return new ResponseDecodeError(message, { summary: reason, operation, status, headers, requestId });
}

function withoutNulls(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** The causes of a failure as a chain of errors; system errors have their codes, as Node's own do. */
function cause(causes: { errno: number | null; text: string }[]): Error | undefined {
  let outer: Error | undefined;
  for (const { errno, text } of [...causes].reverse()) {
    const options = outer === undefined ? undefined : { cause: outer };
    outer = new Error(text, options);
    if (errno !== null) {
      Object.assign(outer, systemError(errno));
    }
  }
  return outer;
}

/** Makes the error for a promised field that is missing from a response. */
export function missingOf(operation: string, meta: () => ResponseMeta): Missing {
  return (field, accessor) => {
    const { status, requestId } = meta();
    return fromNative(native.missing(operation, status, requestId, field), site(accessor));
  };
}
