/**
 * What all clients have in common: options, calls, lists, requests to other endpoints, closing.
 *
 * Arguments become JSON here and responses become models here; everything in between is the native core's.
 */

import { inspect } from "node:util";
import { givenUp } from "./abort.js";
import { Call } from "./call.js";
import { ABANDONED, wanted } from "./diagnostics.js";
import { callNative, fromNative, METHOD, placing, type Site, site } from "./failure.js";
import { type PlainRow, ROW, type Shape } from "./model.js";
import { type NativeCore, native } from "./native.js";
import {
  type CallDefaults,
  type CallOptions,
  type ClientOptions,
  callOptions,
  type ListRequestOptions,
  listRequestOptions,
  type RequestOptions,
  requestOptions,
} from "./options.js";
import { Pager } from "./pager.js";
import { argumentsOf, isWrite, listArguments, targetOf } from "./params.js";
import { type Partition, type PartitionOptions, type Shapes, shapeOf } from "./partition.js";
import { begin, type Submit } from "./port.js";
import { RawResponse, ResponseMeta } from "./response.js";
import {
  type Handle,
  keepHere,
  type LimitStatus,
  layered,
  open,
  result,
  type Service,
  shown,
} from "./shared.js";

export { SyncClient, SyncResource } from "./sync.js";

let coreOf: (client: AsyncClient) => NativeCore;

/** What the async clients have in common. */
export abstract class AsyncClient {
  readonly #core: NativeCore;

  static {
    coreOf = (client) => client.#core;
  }

  protected constructor(service: Service, options: ClientOptions) {
    const made = { service, options, asynchronous: true };
    this.#core = placing(site(new.target), () => open(made));
    keepHere(this);
  }

  /** The base URL of the service. */
  get baseURL(): string {
    return this.#core.baseUrl;
  }

  /**
   * The same client with other options for its calls; connections, tokens and limits are shared.
   *
   * @param options - The options to change.
   * @throws {@link InvalidRequestError} An option has an invalid value, or cannot be changed.
   * @throws {@link ClosedError} The client is closed.
   *
   * @example
   * ```ts
   * const patient = client.withOptions({ timeout: 600_000, maxRetries: 5 });
   * ```
   */
  withOptions(options: CallDefaults): this {
    const Own = this.constructor as new (handle: Handle) => this;
    return new Own(placing(site(this.withOptions), () => layered(this.#core, options)));
  }

  /**
   * A request to an endpoint that mspkit does not know, with credentials, limits and retries.
   *
   * GET, HEAD and OPTIONS are retried on transient errors, other methods are not.
   *
   * @param method - The HTTP method.
   * @param path - The path, as in `/api/sites`, or a URL of the client's own server. It is sent unchanged, or refused.
   * @param options - Query, headers, body and call options.
   * @throws {@link MspError} Any kind.
   *
   * @example
   * ```ts
   * const answer = await client.request("GET", "/api/devices", { query: { pageSize: 10 } });
   * console.log(answer.status, answer.json());
   * ```
   */
  request(method: string, path: string | URL, options?: RequestOptions): Call<RawResponse> {
    const at = site(this.request);
    const start = (resolve: (response: RawResponse) => void, reject: (error: unknown) => void) => {
      const target = targetOf(method, path);
      const { body, json, signal } = requestOptions(options);
      const watch = watched(signal);
      checkAborted(signal, at, "request", () => !/^(?:get|head|options)$/i.test(target[0]));
      const submit: Submit = (port, id) => this.#core.submitRequest(port, id, watch, ...target, body, json);
      const answered = (text: string, meta: string) => resolve(new RawResponse(JSON.parse(meta), text));
      begin({ site: at, signal, watch }, submit, answered, reject);
    };
    return new Call((resolve, reject) => placing(at, () => start(resolve, reject)));
  }

  /**
   * A list at an endpoint that mspkit does not know, read like the lists that it knows.
   *
   * N-central's lists are read by page numbers, Wiv's searches, which are POSTs, by scrolls. Cloudmore's are read whole,
   * or by page numbers if the query has a page number or size. Requests are retried like other reads.
   *
   * @param method - GET, or POST for a search.
   * @param path - The path, as in `/api/sites`, or a URL of the client's own server. It is sent unchanged, or refused.
   * @param options - Query, headers, body, paging and call options, and the field that identifies an item.
   *
   * @example
   * ```ts
   * for await (const site of client.paginate("GET", "/api/sites", { itemId: "siteId" })) {
   *   console.log(site.siteName);
   * }
   * ```
   */
  paginate(method: string, path: string | URL, options?: ListRequestOptions): Pager<PlainRow> {
    const open = () => {
      const target = targetOf(method, path);
      const { body, itemId, paging, json } = listRequestOptions(options);
      return callNative(() => this.#core.paginate(...target, body, itemId, paging, json));
    };
    const beginning = { operation: "paginate", shape: ROW, open, site: site(this.paginate) };
    return new Pager(beginning, options?.signal);
  }

  /**
   * Reads a partition of a list; nothing is sent yet.
   *
   * @param partition - What `partitions` has returned, in this process or another one.
   * @param options - Where to continue, and a signal.
   *
   * @example
   * ```ts
   * for (const partition of await client.customers.list({ pageSize: 50 }).partitions(4)) {
   *   console.log((await client.readPartition(partition).collect()).length);
   * }
   * ```
   */
  readPartition<T extends object>(
    partition: Partition<T>,
    options: PartitionOptions & { readonly signal?: AbortSignal | undefined } = {},
  ): Pager<T> {
    const at = site(this.readPartition);
    const shape = placing(at, () => shapeOf(partition, () => this._shapes));
    const open = () =>
      callNative(() => this.#core.readPartition(partition.json, options.resumeToken ?? null));
    return new Pager({ operation: partition.operation, shape, open, site: at }, options.signal);
  }

  /** @internal How the models of the service are read. */
  protected abstract get _shapes(): Shapes;

  /** The state of the limit of each endpoint that was used. */
  limits(): LimitStatus[] {
    return JSON.parse(callNative(() => this.#core.limits()));
  }

  /**
   * Refuses further calls and closes idle connections. Requests in flight run to their end; a call that waits for a
   * slot, a token or another attempt fails with `ClosedError`.
   */
  close(): void {
    callNative(() => this.#core.close());
  }

  /** Same as `close`, at the end of an `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [inspect.custom](): string {
    return shown(this);
  }
}

/** @internal The native client of an async one. */
export function nativeOf(client: AsyncClient): NativeCore {
  return coreOf(client);
}

/** What to collect about a call: events, and its outcome if its signal aborts it. */
function watched(signal: AbortSignal | undefined): number {
  return signal === undefined ? wanted() : wanted() | ABANDONED;
}

/** Starts nothing if the signal is already aborted. */
function checkAborted(
  signal: AbortSignal | undefined,
  at: Site,
  operation: string,
  write: () => boolean,
): void {
  if (signal?.aborted === true) {
    throw write() ? givenUp(signal.reason, fromNative(native.givenUp(operation)), at) : signal.reason;
  }
}

/** What the resources of async clients have in common. */
export class AsyncResource {
  readonly #client: AsyncClient;

  constructor(client: AsyncClient) {
    this.#client = client;
    keepHere(this);
  }

  /** @internal */
  protected _call<T extends object>(
    operation: string,
    shape: Shape<T>,
    ids: object,
    params: unknown,
    options: CallOptions | undefined,
  ): Call<T> {
    const at = site(this._call, METHOD);
    const read = (text: string, meta: string, marker: string | undefined) =>
      result(operation, shape, text, meta, marker);
    return this.#begin(at, operation, ids, params, options, read);
  }

  /** @internal */
  protected _callEmpty(
    operation: string,
    ids: object,
    params: unknown,
    options: CallOptions | undefined,
  ): Call<ResponseMeta> {
    const at = site(this._callEmpty, METHOD);
    const read = (_: string, meta: string) => new ResponseMeta(JSON.parse(meta));
    return this.#begin(at, operation, ids, params, options, read);
  }

  /** @internal */
  protected _callRaw(
    operation: string,
    ids: object,
    params: unknown,
    options: CallOptions | undefined,
  ): Call<RawResponse> {
    const at = site(this._callRaw, METHOD);
    const read = (text: string, meta: string) => RawResponse.ofBytes(JSON.parse(meta), text);
    return this.#begin(at, operation, ids, params, options, read);
  }

  /** @internal */
  protected _list<T extends object>(
    operation: string,
    shape: Shape<T>,
    ids: object,
    params: unknown,
    options: CallOptions | undefined,
  ): Pager<T> {
    const core = coreOf(this.#client);
    const open = () => {
      const [args, how] = listArguments(operation, ids, params);
      const { json } = callOptions(options);
      return callNative(() => core.pager(operation, args, how, json));
    };
    return new Pager({ operation, shape, open, site: site(this._list, METHOD) }, options?.signal);
  }

  #begin<T extends object>(
    at: Site,
    operation: string,
    ids: object,
    params: unknown,
    options: CallOptions | undefined,
    read: (text: string, meta: string, marker: string | undefined) => T,
  ): Call<T> {
    const start = (resolve: (result: T) => void, reject: (error: unknown) => void) => {
      const core = coreOf(this.#client);
      const { json, signal } = callOptions(options);
      const args = argumentsOf(operation, ids, params);
      const watch = watched(signal);
      checkAborted(signal, at, operation, () => isWrite(operation));
      const submit: Submit = (port, id) => core.submitCall(port, id, watch, operation, args, json);
      const answered = (text: string, meta: string, marker: string | undefined) => {
        try {
          resolve(read(text, meta, marker));
        } catch (error) {
          reject(error);
        }
      };
      begin({ site: at, signal, watch }, submit, answered, reject);
    };
    return new Call((resolve, reject) => placing(at, () => start(resolve, reject)));
  }
}
