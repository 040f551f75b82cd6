/**
 * The metadata of a response.
 */

/** Status, headers, ids and times of a response. */
export class ResponseMeta {
  readonly #native: NativeMeta;
  #headers: Headers | undefined;

  /** @internal */
  constructor(native: NativeMeta) {
    this.#native = native;
  }

  /** The HTTP status. */
  get status(): number {
    return this.#native.status;
  }

  /** The headers of the response. */
  get headers(): Headers {
    this.#headers ??= new Headers(this.#native.headers);
    return this.#headers;
  }

  /** The id that the client gave the call; it was sent as `X-Request-Id`. */
  get requestId(): string {
    return this.#native.requestId;
  }

  /** How many attempts were made. */
  get attempts(): number {
    return this.#native.attempts;
  }

  /** Milliseconds from the call to the end of the response, queueing and retries included. */
  get elapsed(): number {
    return this.#native.elapsed;
  }

  /** Everything but the headers, as plain data. */
  toJSON(): Record<string, unknown> {
    const { status, requestId, attempts, elapsed } = this.#native;
    return { status, requestId, attempts, elapsed };
  }

  [Symbol.for("nodejs.util.inspect.custom")](_depth: number, options: object, inspect: Inspect): string {
    return `${this.constructor.name} ${inspect(this.toJSON(), options)}`;
  }
}

type Inspect = (value: unknown, options: object) => string;

/** A response, unchanged: of `client.request`, or of an operation that returns a file or a text. */
export class RawResponse extends ResponseMeta {
  /** The body as text; invalid UTF-8 is replaced. */
  readonly text: string;
  readonly #bytes: Uint8Array | undefined;

  /** @internal */
  constructor(native: NativeMeta, text: string, bytes?: Uint8Array) {
    super(native);
    this.text = text;
    this.#bytes = bytes;
  }

  /**
   * A response whose body is passed byte by byte.
   *
   * @internal
   */
  static ofBytes(native: NativeMeta, latin1: string): RawResponse {
    const bytes = Buffer.from(latin1, "latin1");
    return new RawResponse(native, bytes.toString("utf8"), bytes);
  }

  /** The body as bytes. */
  bytes(): Uint8Array {
    return this.#bytes ?? Buffer.from(this.text);
  }

  /**
   * The body as JSON.
   *
   * @throws SyntaxError - It is not JSON.
   */
  json(): unknown {
    return JSON.parse(this.text);
  }
}

/** The native half's metadata of a response, and of a page. */
export interface NativeMeta {
  readonly status: number;
  readonly headers: [string, string][];
  readonly requestId: string;
  readonly attempts: number;
  readonly elapsed: number;
  readonly total?: number;
  readonly number?: number;
  readonly resumeToken?: string;
}

const known = new WeakMap<object, ResponseMeta | string>();

/** Notes the response of a result. Its metadata is only parsed on request. */
export function note(result: object, meta: ResponseMeta | string): void {
  known.set(result, meta);
}

/**
 * Status, headers, ids and times of the response of a result.
 *
 * @param result - What a call returned, itself and not a copy. Items of lists have none; their pages do.
 */
export function responseOf(result: object): ResponseMeta | undefined {
  if (result instanceof ResponseMeta) {
    return result;
  }
  const found = known.get(result);
  if (typeof found !== "string") {
    return found;
  }
  const parsed = new ResponseMeta(JSON.parse(found));
  known.set(result, parsed);
  return parsed;
}
