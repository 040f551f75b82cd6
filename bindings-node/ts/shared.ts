/**
 * What async and blocking clients share: opening, options, results, inspection.
 */

import { inspect } from "node:util";
import { callNative, missingOf, undecodable } from "./failure.js";
import { type Shape, Unreadable } from "./model.js";
import { type NativeCore, native } from "./native.js";
import { type CallDefaults, type ClientOptions, clientOptions } from "./options.js";
import { parse } from "./parse.js";
import { note, ResponseMeta } from "./response.js";
import { uncloneable } from "./secret.js";

/** The services that have clients. */
export type Service = "ncentral" | "cloudmore" | "wiv";

/** The state of an endpoint's limit. */
export interface LimitStatus {
  /** The endpoint, by its name in the limits. */
  readonly endpoint: string;
  /** How many calls may be in flight now. */
  readonly cap: number;
  /** How many calls are in flight. */
  readonly inFlight: number;
  /** How many calls wait for a slot. */
  readonly waiting: number;
  /** Milliseconds since the server's last 429; null if there was none. */
  readonly last429: number | null;
}

/** Replaces the options of a client that is made from another one. */
export class Handle {
  constructor(readonly core: NativeCore) {}
}

/** The native client and options of a client. */
export interface Made {
  readonly service: Service;
  readonly options: ClientOptions | Handle;
  readonly asynchronous: boolean;
}

/** The native client for a client's options. */
export function open({ service, options, asynchronous }: Made): NativeCore {
  if (options instanceof Handle) {
    return options.core;
  }
  const json = clientOptions(options ?? {});
  return callNative(() => new native.Core(service, json, asynchronous));
}

/** The native client with other options for its calls. */
export function layered(core: NativeCore, options: CallDefaults): Handle {
  const json = clientOptions(options);
  return new Handle(callNative(() => core.withOptions(json)));
}

/** The result of a call, with its response noted. */
export function result<T extends object>(
  operation: string,
  shape: Shape<T>,
  text: string,
  meta: string,
  marker: string | undefined,
): T {
  try {
    const missing = missingOf(operation, () => new ResponseMeta(JSON.parse(meta)));
    const read = shape.read(parse(text, marker), missing);
    note(read, meta);
    return read;
  } catch (error) {
    throw error instanceof Unreadable
      ? undecodable(operation, error.message, new ResponseMeta(JSON.parse(meta)))
      : error;
  }
}

/** Refuses to clone a client or a resource, which would be an empty shell in another thread. */
export function keepHere(object: object): void {
  uncloneable(object, "a client cannot be cloned; create one in each thread");
}

/** A client as `console.log` shows it: its class and base URL, and nothing secret. */
export function shown(client: { readonly baseURL: string }): string {
  return `${client.constructor.name} { baseURL: ${inspect(client.baseURL)} }`;
}
