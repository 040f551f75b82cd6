/**
 * Signals of callers. One listener stands on a signal while any call with it is pending, however many there are, and
 * none when there is none: a signal may outlive a hundred thousand calls.
 */

import { invalid } from "./failure.js";

type Listener = () => void;

interface Watched {
  readonly listeners: Set<Listener>;
  readonly heard: () => void;
}

const watched = new WeakMap<AbortSignal, Watched>();

/** Refuses what is no signal, before anything is sent. */
export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined || signal === null) {
    return;
  }
  const like = signal as Partial<AbortSignal>;
  if (typeof like.aborted !== "boolean" || typeof like.addEventListener !== "function") {
    throw invalid("signal", "must be an AbortSignal", signal);
  }
}

/** Calls the listener once, when the signal is aborted. Gives what takes it off again. */
export function onAbort(signal: AbortSignal, listener: Listener): () => void {
  let watch = watched.get(signal);
  if (watch === undefined) {
    const listeners = new Set<Listener>();
    const heard = () => {
      watched.delete(signal);
      for (const each of listeners) {
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
