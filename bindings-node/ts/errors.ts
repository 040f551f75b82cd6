/**
 * What all mspkit errors have in common. The kinds are in `generated/kinds.ts`.
 */

/** What the server reported about one field of a request. */
export interface FieldError {
  /** The field, in the vendor's spelling; empty if the server named none. */
  readonly field: string;
  /** The vendor's code, such as `InvalidValue`. */
  readonly code: string | undefined;
  /** What is wrong with it. */
  readonly message: string;
}

/** A field that an object has with another value than the one that was given. */
export interface Difference {
  /** The vendor's name of the field in the object that was found. */
  readonly field: string;
  /** The value that was given. */
  readonly wanted: unknown;
  /** The value that the object has. */
  readonly found: unknown;
}

/** One attempt of a call. Times are milliseconds. */
export interface Attempt {
  /** The status of the response, when there was one. */
  readonly status: number | undefined;
  /** Why there was no response, if there was none. */
  readonly cause: string | undefined;
  /** Time spent before sending: queue, token and back-off. */
  readonly waited: number;
  /** Time from sending to the end of the response. */
  readonly took: number;
}

/** What is known about a failure; its error is made from it. */
export interface ErrorFields {
  readonly summary?: string | undefined;
  readonly operation?: string | undefined;
  readonly argument?: string | undefined;
  readonly given?: string | undefined;
  readonly allowed?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly server?: string | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly fieldErrors?: readonly FieldError[] | undefined;
  readonly body?: string | undefined;
  readonly headers?: Headers | undefined;
  readonly requestId?: string | undefined;
  readonly serverErrorId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfter?: number | undefined;
  readonly attempts?: readonly Attempt[] | undefined;
  readonly resumeToken?: string | undefined;
  readonly total?: number | undefined;
  readonly missing?: number | undefined;
  readonly matches?: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly differences?: readonly Difference[] | undefined;
  readonly cause?: unknown;
}

/** What `toJSON` writes besides name and message. Headers and body of a response are not for logs. */
const WRITTEN = [
  "kind",
  "summary",
  "operation",
  "argument",
  "given",
  "allowed",
  "method",
  "path",
  "server",
  "status",
  "code",
  "fieldErrors",
  "requestId",
  "serverErrorId",
  "retryable",
  "retryAfter",
  "attempts",
  "resumeToken",
  "total",
  "missing",
  "matches",
  "differences",
] as const;

/**
 * A failed call, with everything that is needed to act on it.
 *
 * The message is written for people, the properties for programs. No property holds a secret.
 */
export class MspError extends Error {
  /** The name of the kind, the same in every language. */
  static readonly kind: string = "Internal";

  /** The name of the kind, the same in every language, such as `NotFound`. */
  declare readonly kind: string;
  /** What happened, without operation, status and ids; `message` is the whole text. */
  declare readonly summary: string;
  /** The operation that failed. Its id is the same in every language and in the simulator. */
  declare readonly operation: string | undefined;
  /** The invalid argument, if one is; set if the call was refused before it was sent. */
  declare readonly argument: string | undefined;
  /** The value that was passed, unless it may be a secret. */
  declare readonly given: string | undefined;
  /** The values that are allowed. */
  declare readonly allowed: string | undefined;
  /** The HTTP method of the request, if there was one. */
  declare readonly method: string | undefined;
  /** The path of the request, without the query. */
  declare readonly path: string | undefined;
  /** The server of the request: scheme, host and port. */
  declare readonly server: string | undefined;
  /** The HTTP status of the last response. */
  declare readonly status: number | undefined;
  /** The vendor's error code, such as `InvalidValue`. */
  declare readonly code: string | undefined;
  /** What the server reported about single fields. */
  declare readonly fieldErrors: readonly FieldError[];
  /** The body of the last response, up to 16 KiB, without secrets. Not shown by `console.log`. */
  declare readonly body: string;
  /** The headers of the last response. Not shown by `console.log`. */
  declare readonly headers: Headers;
  /** The id that the client gave the call; it was sent as `X-Request-Id`. */
  declare readonly requestId: string | undefined;
  /** The vendor's id of the failure; its support asks for it. */
  declare readonly serverErrorId: string | undefined;
  /** Whether the same call can be made again safely and may then succeed. */
  declare readonly retryable: boolean;
  /** Milliseconds until the endpoint accepts calls again, or until the server wants the next request. */
  declare readonly retryAfter: number | undefined;
  /** Every attempt of the call. */
  declare readonly attempts: readonly Attempt[];
  /** The token to resume a list with. */
  declare readonly resumeToken: string | undefined;
  /** How many rows the server reports, for a list that is incomplete. */
  declare readonly total: number | undefined;
  /** How many of them are missing. */
  declare readonly missing: number | undefined;
  /** The objects that match, of an `AmbiguousError`, under the vendor's names. */
  declare readonly matches: readonly Readonly<Record<string, unknown>>[];
  /** The fields with other values, of a `DifferenceError`. */
  declare readonly differences: readonly Difference[];

  /**
   * @param message - The whole text.
   * @param fields - Everything else that is known.
   */
  constructor(message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    define(this, "name", new.target.name, false);
    define(this, "kind", new.target.kind, false);
    define(this, "summary", fields.summary ?? message, false);
    define(this, "operation", fields.operation);
    define(this, "argument", fields.argument);
    define(this, "given", fields.given);
    define(this, "allowed", fields.allowed);
    define(this, "method", fields.method);
    define(this, "path", fields.path);
    define(this, "server", fields.server);
    define(this, "status", fields.status);
    define(this, "code", fields.code);
    define(this, "fieldErrors", fields.fieldErrors ?? []);
    define(this, "body", fields.body ?? "", false);
    define(this, "headers", fields.headers ?? new Headers(), false);
    define(this, "requestId", fields.requestId);
    define(this, "serverErrorId", fields.serverErrorId);
    define(this, "retryable", fields.retryable ?? false);
    define(this, "retryAfter", fields.retryAfter);
    define(this, "attempts", fields.attempts ?? []);
    define(this, "resumeToken", fields.resumeToken);
    define(this, "total", fields.total);
    define(this, "missing", fields.missing);
    define(this, "matches", fields.matches ?? []);
    define(this, "differences", fields.differences ?? []);
  }

  /** Everything but headers and body, as plain data. */
  toJSON(): Record<string, unknown> {
    const data: Record<string, unknown> = { name: this.name, message: this.message };
    for (const name of WRITTEN) {
      data[name] = this[name];
    }
    return data;
  }
}

/** Properties that are unknown, or too long for a log, exist but are not enumerable. */
function define(error: MspError, name: string, value: unknown, shown?: boolean): void {
  const enumerable = shown ?? (value !== undefined && !(Array.isArray(value) && value.length === 0));
  Object.defineProperty(error, name, { value, enumerable, writable: true, configurable: true });
}

/** The server responded with an error status. */
export class APIStatusError extends MspError {
  /** The HTTP status of the last response. */
  declare readonly status: number;
}
