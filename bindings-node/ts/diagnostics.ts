/**
 * What is told about calls while they happen, on `diagnostics_channel`. Nothing is collected while nobody listens.
 */

import { channel } from "node:diagnostics_channel";

/** Published on `mspkit:request` for each attempt that is sent. */
export interface RequestEvent {
  /** The operation, such as `ncentral.customers.list`. */
  readonly operation: string;
  /** The HTTP method. */
  readonly method: string;
  /** The path, without the query. */
  readonly path: string;
  /** The server: scheme, host and port. */
  readonly server: string;
  /** The id that the client gave the call. */
  readonly requestId: string;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
}

/** Published on `mspkit:response` for each attempt that has ended. */
export interface ResponseEvent {
  /** The operation, such as `ncentral.customers.list`. */
  readonly operation: string;
  /** The HTTP method. */
  readonly method: string;
  /** The path, without the query. */
  readonly path: string;
  /** The server: scheme, host and port. */
  readonly server: string;
  /** The id that the client gave the call. */
  readonly requestId: string;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** The HTTP status, when there was a response. */
  readonly status: number | null;
  /** Why there was no answer, when there was none. */
  readonly cause: string | null;
  /** Milliseconds from sending to the end of the response. */
  readonly took: number;
}

/** Published on `mspkit:retry` before each further attempt. */
export interface RetryEvent {
  /** The operation, such as `ncentral.customers.list`. */
  readonly operation: string;
  /** The HTTP method. */
  readonly method: string;
  /** The path, without the query. */
  readonly path: string;
  /** The server: scheme, host and port. */
  readonly server: string;
  /** The id that the client gave the call. */
  readonly requestId: string;
  /** The number of the attempt that has failed, from 1. */
  readonly attempt: number;
  /** Why it is tried again. */
  readonly reason: string;
  /** Milliseconds until then. */
  readonly wait: number;
}

/** Wanted of a call that may be given up: what there is to say of it then. `src/watch.rs` says the same. */
export const ABANDONED = 8;

// The native half is asked for kinds by these numbers; `src/watch.rs` says the same.
const CHANNELS = [
  { kind: 1, channel: channel("mspkit:request") },
  { kind: 2, channel: channel("mspkit:response") },
  { kind: 4, channel: channel("mspkit:retry") },
] as const;

/** Which events anybody wants to see now. */
export function wanted(): number {
  let kinds = 0;
  for (const { kind, channel } of CHANNELS) {
    if (channel.hasSubscribers) {
      kinds |= kind;
    }
  }
  return kinds;
}

/** Tells about events, in their order. */
export function publish(events: string | undefined): void {
  if (events === undefined) {
    return;
  }
  for (const [kind, event] of JSON.parse(events) as [number, unknown][]) {
    CHANNELS.find((one) => one.kind === kind)?.channel.publish(event);
  }
}
