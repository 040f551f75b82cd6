/**
 * Options of clients, calls and lists: what they are called here, and what they may be. The core reads them by these
 * names, with times in milliseconds.
 */

import { checkSignal } from "./abort.js";
import { encode, encodeOptions } from "./encode.js";
import { invalid } from "./failure.js";
import { native } from "./native.js";
import { entries, record } from "./plain.js";

/** An id, as an argument. Answers hold ids as text. */
export type Id = string | number | bigint;

/** What every client can be told. */
export interface ClientOptions {
  /** Where the service is; else the service's environment variable, else its default. */
  readonly baseURL?: string | URL | undefined;
  /** Milliseconds for a whole call, with queueing and retries; 120,000. */
  readonly timeout?: number | undefined;
  /** Milliseconds for one attempt; 30,000. */
  readonly attemptTimeout?: number | undefined;
  /** Milliseconds for name lookup, TCP, proxy and TLS together; 5,000. */
  readonly connectTimeout?: number | undefined;
  /** Further attempts after a fault, 0 for none; 2. */
  readonly maxRetries?: number | undefined;
  /** The longest `Retry-After`, in milliseconds, that is waited for; 120,000. */
  readonly maxRetryAfter?: number | undefined;
  /**
   * The longest pause, in milliseconds, that mspkit decides on by itself; 30,000. A wait that the server asks for is not
   * shortened.
   */
  readonly maxBackoff?: number | undefined;
  /** A proxy, as `http://[user:password@]host[:port]`. */
  readonly proxy?: string | undefined;
  /** Certificate authorities besides the platform's: a path, or PEM text. */
  readonly caBundle?: string | undefined;
  /** A client certificate with its key: a path, or PEM text. */
  readonly clientCert?: string | undefined;
  /** Whether the server's certificate is checked; true. */
  readonly verify?: boolean | undefined;
  /** Whether the environment's proxies apply; true. */
  readonly trustEnv?: boolean | undefined;
  /** Whether `http` is allowed to hosts other than this one; false. */
  readonly allowHttp?: boolean | undefined;
  /** The name of the caller's program, added to `User-Agent`. */
  readonly appInfo?: string | undefined;
  /** The largest answer in bytes, decompressed; 64 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Milliseconds that an idle connection is kept; 4,000. */
  readonly poolIdleTimeout?: number | undefined;
  /** How many idle connections are kept; 32. */
  readonly poolMaxIdle?: number | undefined;
}

/** What `withOptions` can change: how calls are made, not by whom and where. */
export type CallDefaults = Pick<
  ClientOptions,
  "timeout" | "attemptTimeout" | "maxRetries" | "maxRetryAfter" | "maxBackoff"
>;

/** Query parameters: text, numbers, true or false, or lists of these, which repeat the parameter. */
export type Query = Readonly<Record<string, unknown>> | URLSearchParams;

/** Options of one blocking call. */
export interface SyncCallOptions {
  /** Milliseconds for the whole call, with queueing and retries; the client's when it is not given. */
  readonly timeout?: number | undefined;
  /** Further attempts after a fault, 0 for none; the client's when it is not given. */
  readonly maxRetries?: number | undefined;
  /** Headers to send as well; they replace those of the same name. */
  readonly headers?: Readonly<Record<string, string | undefined>> | Headers | undefined;
  /** Query parameters to send as well; they replace those of the same name. */
  readonly query?: Query | undefined;
  /** Fields of the JSON body to send as well; they replace those of the same name. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

/** Options of one call. */
export interface CallOptions extends SyncCallOptions {
  /**
   * Cancels the call; its `reason` is the rejection. The rejection of a write says by its `cause` whether it may have been carried
   * out: an `OutcomeUnknownError` where it was sent, an `OperationCancelledError` where it was not.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a blocking request to an endpoint that mspkit does not know. */
export interface SyncRequestOptions extends Omit<SyncCallOptions, "body"> {
  /** What is sent as JSON; nothing when it is not given. */
  readonly body?: unknown;
}

/** Options of a request to an endpoint that mspkit does not know. */
export interface RequestOptions extends SyncRequestOptions {
  /**
   * Cancels the call; its `reason` is the rejection. The rejection of a write says by its `cause` whether it may have been carried
   * out: an `OutcomeUnknownError` where it was sent, an `OperationCancelledError` where it was not.
   */
  readonly signal?: AbortSignal | undefined;
}

/** How a list is read. */
export interface Paging {
  /** Items in total; all of them when it is not given. */
  readonly limit?: number | undefined;
  /** Pages in flight at the same time, where pages are numbered; chosen by mspkit when it is not given. */
  readonly concurrency?: number | undefined;
  /** Where to go on, from an earlier reading of the same list. */
  readonly resumeToken?: string | undefined;
  /**
   * What to do when the list ends before as many rows came as the server said there are: warn by `process.emitWarning`, raise a
   * `ListIncompleteError`, or nothing. When not given, it is an error where other rows came twice in their place, and a
   * warning else. `complete` and `missing` of the list tell in any case.
   */
  readonly onIncomplete?: "warn" | "raise" | "ignore" | undefined;
}

/** How a list with a cursor on the server is read. */
export interface ScrollPaging extends Paging {
  /** What to do when a page is lost: search again and skip what was given out, or raise an error; `restart`. */
  readonly onLostPage?: "restart" | "raise" | undefined;
}

const NOTHING = "{}";

/** What says how a list is read, among its arguments. */
export const pagingNames = once(() => new Set(native.pagingNames()));

/** What belongs to the options of a call, and may be given among its parameters by mistake. */
export const callNames = once(() => new Set([...native.callNames(), "signal"]));

/** Asked for when it is needed: importing would else wait for it. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The options of a client, as the native half takes them. */
export function clientOptions(options: object): string {
  return encodeOptions(record("client options", options));
}

/** The options of one call, as the native half takes them, and its signal. */
export function callOptions(
  options: CallOptions | undefined,
  sync = false,
): { json: string; signal: AbortSignal | undefined } {
  if (options === undefined || options === null) {
    return { json: NOTHING, signal: undefined };
  }
  const { signal, ...rest } = record("call options", options);
  checkSignalOf(signal, sync);
  return { json: encodeOptions(plain(rest)), signal };
}

/** The options of a request: its body, the rest as the native half takes it, and its signal. */
export function requestOptions(
  options: RequestOptions | undefined,
  sync = false,
): { body: string | null; json: string; signal: AbortSignal | undefined } {
  const { signal, body, ...rest } = record("request options", options ?? {});
  checkSignalOf(signal, sync);
  const text = body === undefined || body === null ? null : encode("body", body);
  return { body: text, json: encodeOptions(plain(rest)), signal };
}

function checkSignalOf(signal: unknown, sync: boolean): asserts signal is AbortSignal | undefined {
  if (sync && signal !== undefined) {
    throw invalid("signal", "is not an option of blocking calls: while they wait, nothing can abort them");
  }
  checkSignal(signal);
}

/** The options with what the web has for headers and queries as plain objects. */
function plain({ headers, query, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const given = (value: unknown) => value !== undefined && value !== null;
  return {
    ...rest,
    ...(given(headers) ? { headers: Object.fromEntries(entries("headers", headers, "Headers")) } : {}),
    ...(given(query) ? { query: Object.fromEntries(entries("query", query, "URLSearchParams")) } : {}),
  };
}
