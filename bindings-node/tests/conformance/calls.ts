/**
 * Makes the calls of a case: by the generated methods, or by operation id if the typed arguments do not allow them.
 */

import type * as mspkit from "mspkit";
import {
  InvalidRequestError,
  MspError,
  type Page,
  type Pager,
  RawResponse,
  ResponseMeta,
  responseOf,
  type SyncPager,
} from "mspkit";
import { AsyncClient, AsyncResource, SyncResource } from "../../dist/cjs/client.js";
import { callNative } from "../../dist/cjs/failure.js";
import { Shape } from "../../dist/cjs/model.js";
import { camel, snake } from "../../dist/cjs/names.js";
import { operations } from "../../dist/cjs/native.js";
import { open } from "../../dist/cjs/shared.js";

/** A JSON object. */
export type Data = { [name: string]: unknown };

/** A call, as the judge requests it. */
export interface CallRequest {
  readonly call: string;
  readonly params: Data;
  readonly options: Data;
  readonly paging: Data;
  readonly read: {
    readonly first: boolean;
    readonly take: number;
    readonly then: "items" | "pages" | "collect" | null;
    readonly partitions: number | null;
  };
  readonly go_on: boolean;
}

/** The outcome of a call. */
export class Outcome {
  result: unknown = null;
  readonly items: Data[] = [];
  readonly pages: number[] = [];
  total: number | undefined;
  complete: boolean | undefined;
  missing: number | undefined;
  meta: ResponseMeta | undefined;
  resumeToken: string | undefined;
  error: MspError | undefined;
}

export type Client =
  | mspkit.NCentral
  | mspkit.Cloudmore
  | mspkit.Wiv
  | mspkit.NCentralSync
  | mspkit.CloudmoreSync
  | mspkit.WivSync;

/** Options that are seconds in the cases, and milliseconds here. */
const TIMES = [
  "timeout",
  "attempt_timeout",
  "connect_timeout",
  "max_retry_after",
  "max_backoff",
  "poll_interval",
  "settle",
];
const PLAIN = new Shape<Data>("Untyped", {});
const table = new Map(operations().map((operation) => [operation.id, operation]));

/** Options in the form of TypeScript. One that is null is not given. */
export function optionsHere(options: Data): Data {
  const given = Object.entries(options).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([name, value]) => [camel(name), TIMES.includes(name) ? (value as number) * 1000 : value]),
  );
}

/** The internals of a client's resources, where a call's response gets its shape. */
interface Underneath {
  [method: string]: (...args: unknown[]) => unknown;
}

/** A call in progress. */
export class Call {
  readonly #operation: string;
  readonly #params: Data;
  readonly #options: Data;
  readonly #paging: Data;
  readonly #read: CallRequest["read"];
  readonly #goOn: boolean;
  #shape: Shape<Data> = PLAIN;

  constructor(request: CallRequest) {
    this.#operation = request.call;
    this.#params = request.params;
    this.#options = optionsHere(request.options);
    this.#paging = request.paging;
    this.#read = request.read;
    this.#goOn = request.go_on;
  }

  /** Makes the call, and waits for it in the way of its client. */
  async outcome(client: Client): Promise<Outcome> {
    const outcome = new Outcome();
    try {
      const started = this.#start(client);
      const paging = this.#operation === "paginate" ? "outside" : table.get(this.#operation)?.paging;
      if (paging === undefined || paging === "none") {
        this.#ended(await started, outcome);
      } else {
        const pager = started as Pager<Data> | SyncPager<Data>;
        const count = this.#read.partitions;
        await (count === null ? this.#list(pager, outcome) : this.#divided(client, pager, count, outcome));
      }
    } catch (error) {
      if (!(error instanceof MspError)) {
        throw error;
      }
      outcome.error = error;
      outcome.resumeToken ??= error.resumeToken;
    }
    return outcome;
  }

  #start(client: Client): unknown {
    if (this.#operation === "request" || this.#operation === "paginate") {
      const { method, path, ...rest } = this.#params as { method: string; path: string; headers?: object };
      const headers = { ...rest.headers, ...(this.#options.headers as object | undefined) };
      const options = { ...here(rest as Data), ...this.#options, headers };
      return this.#operation === "request"
        ? client.request(method, path, options)
        : client.paginate(method, path, { ...options, ...here(this.#paging) });
    }
    const row = table.get(this.#operation);
    if (row === undefined) {
      throw new Error(`there is no operation ${this.#operation}`);
    }
    const listed = row.paging !== "none";
    if (Object.keys(this.#params).some((name) => name !== snake(name))) {
      return this.#toTheCore(row.id);
    }
    const resource = (client as unknown as Record<string, Underneath>)[camel(row.resource)] as Underneath;
    this.#watch(resource);
    const given = here(this.#params);
    const paging = listed ? here(this.#paging) : {};
    const method = resource[camel(row.name)] as (...args: unknown[]) => unknown;
    const ids = positional(method).map((name) => {
      const id = given[name];
      delete given[name];
      return id;
    });
    if (/\bparams\b/.test(signature(method))) {
      return method.call(resource, ...ids, { ...given, ...paging }, this.#options);
    }
    if (Object.keys(given).length > 0) {
      // No method takes these arguments, so they go directly to what it would call.
      const plain = client instanceof AsyncClient ? new AsyncResource(client) : new SyncResource(client);
      return (plain as unknown as Underneath)._call?.(row.id, PLAIN, {}, here(this.#params), this.#options);
    }
    return method.call(resource, ...ids, this.#options);
  }

  /** Arguments under the names of another language. Those of the cases may be valid here, so they are inverted. */
  #toTheCore(operation: string): never {
    const [service] = operation.split(".") as ["ncentral"];
    const options = { baseURL: "http://127.0.0.1:9", jwt: "a.b.c" };
    const core = open({ service, options, asynchronous: false });
    const theirs = Object.entries(this.#params).map(([name, value]) => [snake(name), value]);
    const params = JSON.stringify(Object.fromEntries(theirs));
    callNative(() => core.pager(operation, params, "{}", "{}"));
    throw new Error(`the core takes ${params}`);
  }

  /** Notes the shape that the generated method reads its response with. */
  #watch(resource: Underneath): void {
    for (const name of ["_call", "_list"]) {
      resource[name] = (...args: unknown[]) => {
        this.#shape = args[1] as Shape<Data>;
        delete resource[name];
        return resource[name]?.(...args);
      };
    }
  }

  #ended(answer: unknown, outcome: Outcome): void {
    outcome.meta = responseOf(answer as object);
    if (answer instanceof RawResponse) {
      outcome.result = free(answer);
    } else if (!(answer instanceof ResponseMeta)) {
      outcome.result = this.#shape.toWire(answer as Data);
    }
  }

  async #list(pager: Pager<Data> | SyncPager<Data>, outcome: Outcome): Promise<void> {
    const { first, take, then } = this.#read;
    const push = (item: Data) => outcome.items.push(this.#shape.toWire(item));
    try {
      const one = first ? await pager.first() : undefined;
      if (one !== undefined) {
        push(one);
      }
      for (let left = take; left > 0; left -= 1) {
        const next = await pager.next();
        if (next.done) {
          break;
        }
        push(next.value);
      }
      for (let going = then !== null; going; ) {
        going = await this.#rest(pager, then as string, outcome, push);
      }
    } finally {
      outcome.resumeToken = pager.resumeToken;
      outcome.total = pager.total;
      outcome.complete = pager.complete;
      outcome.missing = pager.missing;
      outcome.meta = pager.responseMeta ?? outcome.meta;
    }
  }

  /** Reads the partitions of a list as another process would. */
  async #divided(
    client: Client,
    pager: Pager<Data> | SyncPager<Data>,
    count: number,
    outcome: Outcome,
  ): Promise<void> {
    const parts = JSON.parse(JSON.stringify(await pager.partitions(count))) as mspkit.Partition<Data>[];
    const pagers = parts.map((part) => client.readPartition(part));
    for (const part of pagers) {
      const before = outcome.items.length;
      await each(part, (item) => outcome.items.push(this.#shape.toWire(item)));
      outcome.pages.push(outcome.items.length - before);
    }
    const missing = pagers.map((part) => part.missing);
    const known = missing.every((rows) => rows !== undefined);
    outcome.total = pagers[0]?.total;
    outcome.complete = known ? pagers.every((part) => part.complete) : undefined;
    outcome.missing = known ? missing.reduce((all, rows) => all + (rows ?? 0), 0) : undefined;
    outcome.resumeToken = pagers.at(-1)?.resumeToken;
  }

  /** Reads the rest. Returns whether to continue after a failure. */
  async #rest(
    pager: Pager<Data> | SyncPager<Data>,
    then: string,
    outcome: Outcome,
    push: (item: Data) => void,
  ): Promise<boolean> {
    try {
      if (then === "pages") {
        await each(pager.pages(), (page) => this.#take(page, outcome));
      } else if (then === "collect") {
        for (const item of await pager.collect()) {
          push(item);
        }
      } else {
        await each(pager, push);
      }
    } catch (error) {
      // A refused call would be refused again.
      if (!this.#goOn || !(error instanceof MspError) || error instanceof InvalidRequestError) {
        throw error;
      }
      outcome.error ??= error;
      return true;
    }
    return false;
  }

  #take(page: Page<Data>, outcome: Outcome): void {
    outcome.items.push(...page.items.map((item) => this.#shape.toWire(item)));
    outcome.pages.push(page.items.length);
    outcome.meta = page.responseMeta;
  }
}

/** Passes each of a list to `take`. A loop that awaits closes a blocking list that fails, in newer versions of V8. */
async function each<V>(list: Iterable<V> | AsyncIterable<V>, take: (value: V) => void): Promise<void> {
  if (Symbol.iterator in list) {
    for (const value of list) {
      take(value);
    }
    return;
  }
  for await (const value of list) {
    take(value);
  }
}

/** Arguments under their TypeScript names. */
function here(params: Data): Data {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [camel(name), value]));
}

/** The parameters of a compiled method, from its source text. */
export function signature(method: (...args: never[]) => unknown): string {
  const text = method.toString();
  return text.slice(text.indexOf("("), text.indexOf(") {") + 1);
}

/** The names of the arguments before `params` and `options`. */
export function positional(method: (...args: never[]) => unknown): string[] {
  const names = signature(method)
    .slice(1, -1)
    .split(",")
    .map((argument) => argument.trim().split(" ", 1)[0] as string);
  return names.filter((name) => name !== "params" && name !== "options");
}

function free(answer: RawResponse): Data {
  let json: unknown;
  try {
    json = answer.json();
  } catch {
    json = null;
  }
  return { status: answer.status, headers: Object.fromEntries(answer.headers), json, text: answer.text };
}
