/**
 * What the blocking clients have in common. Every call stalls the event loop until it is done: they are for scripts and
 * build tools that do nothing else meanwhile.
 */

import { inspect } from "node:util";
import { callNative, METHOD, placing, type Site, site } from "./failure.js";
import { type PlainRow, ROW, type Shape } from "./model.js";
import type { Answer, NativeCore } from "./native.js";
import {
  type CallDefaults,
  type ClientOptions,
  callOptions,
  listRequestOptions,
  requestOptions,
  type SyncCallOptions,
  type SyncListRequestOptions,
  type SyncRequestOptions,
} from "./options.js";
import { argumentsOf, listArguments, targetOf } from "./params.js";
import { type Partition, type PartitionOptions, type Shapes, shapeOf } from "./partition.js";
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
import { SyncPager } from "./sync-pager.js";
import { wait } from "./wait.js";

let coreOf: (client: SyncClient) => NativeCore;

/** What the blocking clients have in common. */
export abstract class SyncClient {
  readonly #core: NativeCore;

  static {
    coreOf = (client) => client.#core;
  }

  protected constructor(service: Service, options: ClientOptions) {
    const made = { service, options, asynchronous: false };
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
   */
  withOptions(options: CallDefaults): this {
    const Own = this.constructor as new (handle: Handle) => this;
    return new Own(placing(site(this.withOptions), () => layered(this.#core, options)));
  }

  /**
   * A request to an endpoint that mspkit does not know, with credentials, limits and retries. Stalls the event loop.
   *
   * GET, HEAD and OPTIONS are retried on transient errors, other methods are not.
   *
   * @param method - The HTTP method.
   * @param path - The path, as in `/api/sites`, or a URL of the client's own server. It is sent unchanged, or refused.
   * @param options - Query, headers, body and call options.
   * @throws {@link MspError} Any kind.
   */
  request(method: string, path: string | URL, options?: SyncRequestOptions): RawResponse {
    const at = site(this.request);
    return placing(at, () => {
      const target = targetOf(method, path);
      const { body, json } = requestOptions(options, true);
      const send = (watch: number) => this.#core.requestSync(watch, ...target, body, json);
      const answer = wait(at, send);
      return new RawResponse(JSON.parse(answer[2]), answer[1]);
    });
  }

  /**
   * A list at an endpoint that mspkit does not know, read like the lists that it knows. Stalls the event loop.
   *
   * N-central's lists are read by page numbers, Wiv's searches, which are POSTs, by scrolls. Cloudmore's are read whole,
   * or by page numbers if the query has a page number or size. Requests are retried like other reads.
   *
   * @param method - GET, or POST for a search.
   * @param path - The path, as in `/api/sites`, or a URL of the client's own server. It is sent unchanged, or refused.
   * @param options - Query, headers, body, paging and call options, and the field that identifies an item.
   */
  paginate(method: string, path: string | URL, options?: SyncListRequestOptions): SyncPager<PlainRow> {
    const open = () => {
      const target = targetOf(method, path);
      const { body, itemId, paging, json } = listRequestOptions(options, true);
      return callNative(() => this.#core.paginate(...target, body, itemId, paging, json));
    };
    return new SyncPager({ operation: "paginate", shape: ROW, open, site: site(this.paginate) });
  }

  /**
   * Reads a partition of a list; nothing is sent yet. Stalls the event loop.
   *
   * @param partition - What `partitions` has returned, in this process or another one.
   * @param options - Where to continue.
   */
  readPartition<T extends object>(partition: Partition<T>, options: PartitionOptions = {}): SyncPager<T> {
    const at = site(this.readPartition);
    const shape = placing(at, () => shapeOf(partition, () => this._shapes));
    const open = () =>
      callNative(() => this.#core.readPartition(partition.json, options.resumeToken ?? null));
    return new SyncPager({ operation: partition.operation, shape, open, site: at });
  }

  /** @internal How the models of the service are read. */
  protected abstract get _shapes(): Shapes;

  /** The state of the limit of each endpoint that was used. */
  limits(): LimitStatus[] {
    return JSON.parse(callNative(() => this.#core.limits()));
  }

  /** Refuses further calls and closes idle connections. */
  close(): void {
    callNative(() => this.#core.close());
  }

  /** Same as `close`, at the end of a `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  [inspect.custom](): string {
    return shown(this);
  }
}

/** @internal The native client of a blocking one. */
export function nativeOfSync(client: SyncClient): NativeCore {
  return coreOf(client);
}

/** What the resources of blocking clients have in common. */
export class SyncResource {
  readonly #client: SyncClient;

  constructor(client: SyncClient) {
    this.#client = client;
    keepHere(this);
  }

  /** @internal */
  protected _call<T extends object>(
    operation: string,
    shape: Shape<T>,
    ids: object,
    params: unknown,
    options: SyncCallOptions | undefined,
  ): T {
    const at = site(this._call, METHOD);
    return placing(at, () => {
      const [, text, meta, marker] = this.#answer(at, operation, ids, params, options);
      return result(operation, shape, text, meta, marker);
    });
  }

  /** @internal */
  protected _callEmpty(
    operation: string,
    ids: object,
    params: unknown,
    options: SyncCallOptions | undefined,
  ): ResponseMeta {
    const at = site(this._callEmpty, METHOD);
    const [, , meta] = placing(at, () => this.#answer(at, operation, ids, params, options));
    return new ResponseMeta(JSON.parse(meta));
  }

  /** @internal */
  protected _callRaw(
    operation: string,
    ids: object,
    params: unknown,
    options: SyncCallOptions | undefined,
  ): RawResponse {
    const at = site(this._callRaw, METHOD);
    const [, text, meta] = placing(at, () => this.#answer(at, operation, ids, params, options));
    return RawResponse.ofBytes(JSON.parse(meta), text);
  }

  /** @internal */
  protected _list<T extends object>(
    operation: string,
    shape: Shape<T>,
    ids: object,
    params: unknown,
    options: SyncCallOptions | undefined,
  ): SyncPager<T> {
    const core = coreOf(this.#client);
    const open = () => {
      const [args, how] = listArguments(operation, ids, params);
      const { json } = callOptions(options, true);
      return callNative(() => core.pager(operation, args, how, json));
    };
    return new SyncPager({ operation, shape, open, site: site(this._list, METHOD) });
  }

  #answer(
    at: Site,
    operation: string,
    ids: object,
    params: unknown,
    options: SyncCallOptions | undefined,
  ): Answer {
    const core = coreOf(this.#client);
    const { json } = callOptions(options, true);
    const args = argumentsOf(operation, ids, params);
    return wait(at, (watch) => core.callSync(watch, operation, args, json));
  }
}
