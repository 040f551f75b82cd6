/**
 * Options of clients, calls and lists: their TypeScript names and types. The core reads them by these names, with times
 * in milliseconds.
 */

import { checkSignal } from "./abort.js";
import { encode, encodeOptions } from "./encode.js";
import { invalid } from "./failure.js";
import type { Paging, SyncCallOptions } from "./generated/options.js";
import { native } from "./native.js";
import { entries, record } from "./plain.js";

export type {
  CallDefaults,
  ClientOptions,
  Paging,
  ScrollPaging,
  SyncCallOptions,
} from "./generated/options.js";

/** An id as an argument. Results have ids as text. */
export type Id = string | number | bigint;

/** Query parameters: text, numbers, booleans, or lists of these, which repeat the parameter. */
export type Query = Readonly<Record<string, unknown>> | URLSearchParams;

/** Options of one call. */
export interface CallOptions extends SyncCallOptions {
  /**
   * Cancels the call; the promise rejects with its `reason`. The `cause` of a write's rejection says whether it may
   * have been carried out: `OutcomeUnknownError` if it was sent, `OperationCancelledError` if not.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a blocking request to an endpoint that mspkit does not know. */
export interface SyncRequestOptions extends Omit<SyncCallOptions, "body"> {
  /** The body, sent as JSON; omitted for no body. */
  readonly body?: unknown;
}

/** Options of a request to an endpoint that mspkit does not know. */
export interface RequestOptions extends SyncRequestOptions {
  /**
   * Cancels the call; the promise rejects with its `reason`. The `cause` of a write's rejection says whether it may
   * have been carried out: `OutcomeUnknownError` if it was sent, `OperationCancelledError` if not.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a blocking list that mspkit does not know: those of requests and of paging. */
export interface SyncListRequestOptions extends SyncRequestOptions, Paging {
  /** The field that identifies an item. Without it, whole items are compared. */
  readonly itemId?: string | undefined;
}

/** Options of a list that mspkit does not know: those of requests and of paging. */
export interface ListRequestOptions extends SyncListRequestOptions {
  /** Cancels requests in flight; reading rejects with its `reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** The names of the paging options, which are passed among a list's arguments. */
export const pagingNames = once(() => new Set(native.pagingNames()));

/** Call options, which may be passed among the parameters by mistake. */
export const callNames = once(() => new Set([...native.callNames(), "signal"]));

/** Called lazily: importing would otherwise wait for it. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The options of a client, in the form of the native half. */
export function clientOptions(options: object): string {
  return encodeOptions(record("client options", options));
}

/** The options of one call, in the form of the native half, and its signal. */
export function callOptions(
  options: CallOptions | undefined,
  sync = false,
): { json: string | null; signal: AbortSignal | undefined } {
  if (options === undefined || options === null) {
    return { json: null, signal: undefined };
  }
  const { signal, ...rest } = record("call options", options);
  checkSignalOf(signal, sync);
  return { json: encodeOptions(plain(rest)), signal };
}

/** The options of a request: its body, the rest in the form of the native half, and its signal. */
export function requestOptions(
  options: RequestOptions | undefined,
  sync = false,
): { body: string | null; json: string; signal: AbortSignal | undefined } {
  const { signal, body, ...rest } = record("request options", options ?? {});
  checkSignalOf(signal, sync);
  const text = body === undefined || body === null ? null : encode("body", body);
  return { body: text, json: encodeOptions(plain(rest)), signal };
}

/** The options of a list that mspkit does not know: its body and id, and the rest in the form of the native half. */
export function listRequestOptions(
  options: ListRequestOptions | undefined,
  sync = false,
): {
  body: string | null;
  itemId: string | null;
  paging: string | null;
  json: string;
  signal: AbortSignal | undefined;
} {
  const { itemId, ...given } = record("list options", options ?? {});
  if (itemId !== undefined && itemId !== null && typeof itemId !== "string") {
    throw invalid("itemId", "must be the name of a field", itemId);
  }
  const names = pagingNames();
  const [paging, rest]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const [name, value] of Object.entries(given)) {
    (names.has(name) ? paging : rest)[name] = value;
  }
  const { body, json, signal } = requestOptions(rest, sync);
  const paged = Object.keys(paging).length > 0 ? encodeOptions(paging) : null;
  return { body, itemId: itemId ?? null, paging: paged, json, signal };
}

function checkSignalOf(signal: unknown, sync: boolean): asserts signal is AbortSignal | undefined {
  if (sync && signal !== undefined) {
    throw invalid("signal", "is not an option of blocking calls: while they wait, nothing can abort them");
  }
  checkSignal(signal);
}

/** The options with `Headers` and `URLSearchParams` as plain objects. */
function plain({ headers, query, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const given = (value: unknown) => value !== undefined && value !== null;
  return {
    ...rest,
    ...(given(headers) ? { headers: Object.fromEntries(entries("headers", headers, "Headers")) } : {}),
    ...(given(query) ? { query: Object.fromEntries(entries("query", query, "URLSearchParams")) } : {}),
  };
}
