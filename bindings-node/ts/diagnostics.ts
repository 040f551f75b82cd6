/**
 * Events of calls in progress, on `diagnostics_channel`. Nothing is collected without a subscriber.
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
  /** Why there was no response, if there was none. */
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
  /** The number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** Why it is retried. */
  readonly reason: string;
  /** Milliseconds until the next attempt. */
  readonly wait: number;
}

/** Set for a call that may be cancelled: it reports what is known about it then. `src/events.rs` has the same number. */
export const ABANDONED = 8;

// The kinds of events, by the numbers of the native half; `src/events.rs` has the same.
const CHANNELS = [
  { kind: 1, channel: channel("mspkit:request") },
  { kind: 2, channel: channel("mspkit:response") },
  { kind: 4, channel: channel("mspkit:retry") },
] as const;

/** The kinds of events that have a subscriber now. */
export function wanted(): number {
  let kinds = 0;
  for (const { kind, channel } of CHANNELS) {
    if (channel.hasSubscribers) {
      kinds |= kind;
    }
  }
  return kinds;
}

/** The kind of a step of something longer than a call; `watch.rs` of the core's binding has the same number. */
export const STEP = 16;

/** Publishes events, in order; steps go to `onStep`, each as JSON. */
export function publish(events: string | undefined, onStep?: (step: string) => void): void {
  if (events === undefined) {
    return;
  }
  for (const [kind, event] of JSON.parse(events) as [number, unknown][]) {
    if (kind === STEP) {
      onStep?.((event as { step: string }).step);
      continue;
    }
    CHANNELS.find((one) => one.kind === kind)?.channel.publish(event);
  }
}
