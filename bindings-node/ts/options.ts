/**
 * Options of clients, calls and lists: what they are called here, and what they may be. The core reads them by these
 * names, with times in milliseconds.
 */

import { checkSignal } from "./abort.js";
import { encode } from "./encode.js";
import { invalid } from "./failure.js";
import { camel } from "./names.js";
import { entries, record, unknownName } from "./plain.js";

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
}

/** How a list with a cursor on the server is read. */
export interface ScrollPaging extends Paging {
  /** What to do when a page is lost: search again and skip what was given out, or raise an error; `restart`. */
  readonly onLostPage?: "restart" | "raise" | undefined;
}

type Check = (name: string, value: unknown) => unknown;

const text: Check = (name, value) =>
  typeof value === "string" ? value : refuse(name, "must be text", value);

const kinds = {
  text,
  address: (name, value) => text(name, value instanceof URL ? value.href : value),
  id: (name, value) => text(name, /^(?:number|bigint)$/.test(typeof value) ? String(value) : value),
  flag: (name, value) => (typeof value === "boolean" ? value : refuse(name, "must be true or false", value)),
  time: (name, value) => milliseconds(name, value, 0),
  positiveTime: (name, value) => milliseconds(name, value, Number.MIN_VALUE),
  count: (name, value) => whole(name, value, 0),
  positiveCount: (name, value) => whole(name, value, 1),
  any: (_, value) => value,
} satisfies Record<string, Check>;

/** What the clients of single services have besides, by its name in the core, and what it may be. */
const OWN: Readonly<Record<string, Check>> = {
  jwt: kinds.text,
  username: kinds.text,
  password: kinds.text,
  client_secret: kinds.text,
  client_id: kinds.text,
  client_auth: kinds.text,
  reseller_id: kinds.id,
  api_key: kinds.text,
};

/** What all clients have. */
const CLIENT: Readonly<Record<string, Check>> = {
  base_url: kinds.address,
  timeout: kinds.positiveTime,
  attempt_timeout: kinds.positiveTime,
  connect_timeout: kinds.positiveTime,
  max_retries: kinds.count,
  max_retry_after: kinds.time,
  max_backoff: kinds.time,
  proxy: kinds.address,
  ca_bundle: kinds.text,
  client_cert: kinds.text,
  verify: kinds.flag,
  trust_env: kinds.flag,
  allow_http: kinds.flag,
  app_info: kinds.text,
  max_body_bytes: kinds.positiveCount,
  pool_idle_timeout: kinds.time,
  pool_max_idle: kinds.count,
};

const CALL: Readonly<Record<string, Check>> = {
  timeout: kinds.positiveTime,
  max_retries: kinds.count,
  extra_headers: headers,
  extra_query: (name, value) => Object.fromEntries(entries(name, value, "URLSearchParams")),
  extra_body: record,
};

const PAGING: Readonly<Record<string, Check>> = {
  limit: kinds.positiveCount,
  concurrency: kinds.positiveCount,
  resume_token: kinds.text,
  on_lost_page: kinds.text,
};

const SIGNAL: Readonly<Record<string, Check>> = { signal: kinds.any };

/** Options by their names here, and what they may be. */
type Table = ReadonlyMap<string, Check>;

function table(rows: Readonly<Record<string, Check>>): Table {
  return new Map(Object.entries(rows).map(([core, check]) => [camel(core), check]));
}

const sharedTable = table(CLIENT);
const ownTable = table(OWN);
const callTable = table({ ...CALL, ...SIGNAL });
const syncCallTable = table(CALL);
const requestTable = table({ ...CALL, ...SIGNAL, extra_body: kinds.any });
const syncRequestTable = table({ ...CALL, extra_body: kinds.any });
const pagingTable = table(PAGING);

/** What a list can be told about how it is read. */
export const PAGING_NAMES: readonly string[] = [...pagingTable.keys()];

/** What belongs to the options of a call, and may be given among its parameters by mistake. */
export const CALL_NAMES: ReadonlySet<string> = new Set(callTable.keys());

/** The options, each checked; those that are not given are left out. */
function checked(what: string, options: unknown, table: Table): Record<string, unknown> {
  const said: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record(what, options))) {
    const row = table.get(name);
    if (row === undefined) {
      throw unknownName(name, `is none of the ${what}`, [...table.keys()], value);
    }
    if (value !== undefined && value !== null) {
      said[name] = row(name, value);
    }
  }
  return said;
}

const NOTHING = "{}";

function json(what: string, said: Record<string, unknown>): string {
  return encode(what, said);
}

/**
 * The options of a client, as the native half takes them.
 *
 * @param own - The names of those that only the client's service has.
 * @param options - What was given.
 */
export function clientOptions(own: readonly string[], options: object): string {
  const rows = [...ownTable].filter(([name]) => own.includes(name));
  return json("options", checked("client options", options, new Map([...rows, ...sharedTable])));
}

/** The options of one call, as the native half takes them, and its signal. */
export function callOptions(
  options: CallOptions | undefined,
  sync = false,
): { json: string; signal: AbortSignal | undefined } {
  if (options === undefined || options === null) {
    return { json: NOTHING, signal: undefined };
  }
  const { signal, ...said } = checked("call options", options, sync ? syncCallTable : callTable);
  checkSignal(signal);
  return { json: json("call options", said), signal };
}

/** The options of a request: its body, the rest as the native half takes it, and its signal. */
export function requestOptions(
  options: RequestOptions | undefined,
  sync = false,
): { body: string | null; json: string; signal: AbortSignal | undefined } {
  const given = checked("request options", options ?? {}, sync ? syncRequestTable : requestTable);
  const { signal, body: extra, ...said } = given;
  checkSignal(signal);
  const body = extra === undefined ? null : encode("body", extra);
  return { body, json: json("request options", said), signal };
}

/** How a list is read, as the native half takes it. */
export function pagingOptions(paging: object): string {
  return json("paging options", checked("paging options", paging, pagingTable));
}

function refuse(name: string, allowed: string, value: unknown): never {
  throw invalid(name, allowed, value);
}

function milliseconds(name: string, value: unknown, least: number): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < least) {
    refuse(
      name,
      `must be a finite number of milliseconds, ${least === 0 ? "0 or more" : "more than 0"}`,
      value,
    );
  }
  return value;
}

function whole(name: string, value: unknown, least: number): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) {
    refuse(name, `must be a whole number, at least ${least}`, value);
  }
  return value;
}

function headers(name: string, value: unknown): Record<string, unknown> {
  const given = entries(name, value, "Headers");
  for (const [header, value] of given) {
    text(`${name}[${JSON.stringify(header)}]`, value);
  }
  return Object.fromEntries(given);
}
