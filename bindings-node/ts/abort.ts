/**
 * Callers' abort signals. One listener is attached to a signal while calls with it are pending, however many: a signal
 * may outlive a hundred thousand calls.
 */

import type { MspError } from "./errors.js";
import { invalid, placed, type Site } from "./failure.js";

type Listener = () => void;

interface Watched {
  readonly listeners: Set<Listener>;
  readonly heard: () => void;
}

const watched = new WeakMap<AbortSignal, Watched>();

/** Refuses a value that is not a signal, before anything is sent. */
export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined || signal === null) {
    return;
  }
  const like = signal as Partial<AbortSignal>;
  if (typeof like.aborted !== "boolean" || typeof like.addEventListener !== "function") {
    throw invalid("signal", "must be an AbortSignal", signal);
  }
}

/** Calls the listener once, when the signal is aborted. Returns a function that removes it. */
export function onAbort(signal: AbortSignal, listener: Listener): () => void {
  let watch = watched.get(signal);
  if (watch === undefined) {
    const listeners = new Set<Listener>();
    const heard = () => {
      watched.delete(signal);
      // Last ones first: they may wait for the slots of the first ones, and must not be sent because these end.
      for (const each of [...listeners].reverse()) {
        each();
      }
    };
    watch = { listeners, heard };
    watched.set(signal, watch);
    signal.addEventListener("abort", heard, { once: true });
  }
  const { listeners, heard } = watch;
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && watched.get(signal)?.heard === heard) {
      watched.delete(signal);
      signal.removeEventListener("abort", heard);
    }
  };
}

/** The callers' own abort reasons that already have a cause. */
const explained = new WeakSet<Error>();

/**
 * The rejection of a cancelled write: the reason of its signal, whose `cause` says whether the write may have been
 * carried out.
 *
 * The platform's default reason is shared by all calls of a signal, so each write gets its own copy. A reason of the
 * caller stays the same object; if it cancels several writes, its cause lists them all.
 */
export function givenUp(reason: unknown, cause: MspError, at: Site): unknown {
  if (!(reason instanceof Error) || !Object.isExtensible(reason)) {
    return reason;
  }
  if (isThePlatforms(reason)) {
    return placed(caused(new DOMException(reason.message, reason.name), cause), at);
  }
  if (explained.has(reason)) {
    const before = reason.cause instanceof AggregateError ? reason.cause.errors : [reason.cause];
    return caused(reason, new AggregateError([...before, cause], cause.message));
  }
  if (reason.cause === undefined) {
    explained.add(reason);
    return caused(reason, cause);
  }
  return reason;
}

function isThePlatforms(reason: Error): boolean {
  return (
    reason instanceof DOMException &&
    (reason.name === "TimeoutError" || reason.message === AbortSignal.abort().reason.message)
  );
}

function caused<E extends Error>(error: E, value: Error): E {
  return Object.defineProperty(error, "cause", { value, writable: true, configurable: true });
}
