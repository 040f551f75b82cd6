/**
 * Starts, completes and cancels the async calls of this thread.
 *
 * The native half wakes the thread once for everything that has completed. That does not keep the process alive; a
 * timer that never fires does, while calls are pending.
 */

import { AsyncResource } from "node:async_hooks";
import * as timers from "node:timers";
import { givenUp, onAbort } from "./abort.js";
import { ABANDONED, publish } from "./diagnostics.js";
import type { MspError } from "./errors.js";
import { callNative, fromNative, type Site } from "./failure.js";
import { type Answer, EVENTS, FAILED, type NativePort, native } from "./native.js";

const PLACES = 5;
const LONGEST = 2 ** 31 - 1;

// Captured now: tests replace the timers, and their fakes do not keep the process alive.
const { setImmediate, setInterval } = timers;

interface Outcome {
  readonly site: Site;
  readonly resolve: (text: string, meta: string, marker: string | undefined) => void;
  readonly reject: (error: unknown) => void;
}

interface Pending extends Outcome {
  /** Takes the steps of something longer than a call. */
  readonly onStep: ((step: string) => void) | undefined;
  /** The caller's async context, if events have to be published in it. */
  readonly scope: AsyncResource | undefined;
  /** Removes the listener from the caller's signal. */
  readonly unlisten: (() => void) | undefined;
}

const pending = new Map<number, Pending>();
let last = 0;
let made: { readonly port: NativePort; readonly holder: NodeJS.Timeout } | undefined;

function make(): { readonly port: NativePort; readonly holder: NodeJS.Timeout } {
  const port = new native.Port(drain);
  const holder = setInterval(() => {}, LONGEST);
  holder.unref();
  made = { port, holder };
  return made;
}

/** An id that no pending call has; ids wrap around after four billion calls. */
function nextId(): number {
  do {
    last = (last + 1) >>> 0;
  } while (pending.has(last));
  return last;
}

/** Passes a call to the native half: to which port, under which id. Returns the outcome if it is available already. */
export type Submit = (port: NativePort, id: number) => Answer | null | undefined;

/** How a call is started. */
export interface Begin {
  /** The caller's position, for the error. */
  readonly site: Site;
  /** Cancels the call; the promise rejects with its reason. */
  readonly signal: AbortSignal | undefined;
  /** What to collect about the call in progress. */
  readonly watch: number;
  /** Takes the steps of something longer than a call, each as JSON. */
  readonly onStep?: (step: string) => void;
}

/**
 * Starts a call. Exactly one of `resolve` and `reject` is called: now, if the outcome is available already, or later;
 * then the call's id is returned, by which it can be dropped.
 *
 * @param how - Site, signal, and what to collect. With `ABANDONED`, a call that its signal aborts rejects once its
 * outcome is known,
 *   and resolves if its response had already arrived.
 * @param submit - Passes the call on; what it throws is thrown here.
 */
export function begin(
  { site, signal, watch, onStep }: Begin,
  submit: Submit,
  resolve: Outcome["resolve"],
  reject: Outcome["reject"],
): number | undefined {
  signal?.throwIfAborted();
  const { port, holder } = made ?? make();
  const id = nextId();
  const answer = callNative(() => submit(port, id));
  if (answer) {
    const [kind, text, meta, marker, events] = answer;
    publish(events);
    complete({ site, resolve, reject }, kind, text, meta, marker);
    return undefined;
  }
  const unlisten = signal === undefined ? undefined : onAbort(signal, () => abort(id, signal, watch));
  // Events may have to be published in the caller's async context.
  const events = watch & ~ABANDONED;
  const scope = events === 0 ? undefined : new AsyncResource("mspkit.call", { requireManualDestroy: true });
  pending.set(id, { site, resolve, reject, scope, unlisten, onStep });
  if (pending.size === 1) {
    holder.ref();
  }
  return id;
}

/** A signal has aborted a call. */
function abort(id: number, signal: AbortSignal, watch: number): void {
  const call = pending.get(id);
  if (call === undefined || (watch & ABANDONED) === 0) {
    drop(id, signal.reason);
    return;
  }
  const { reason } = signal;
  // A read has no outcome to report.
  const rejection = (error: MspError) =>
    error.operation === undefined ? reason : givenUp(reason, error, call.site);
  pending.set(id, { ...call, reject: (error) => call.reject(rejection(error as MspError)) });
  made?.port.stop(id);
}

/** Yields to the event loop. Outcomes that are available already would otherwise starve timers and other
 * connections. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Cancels a call if it is still pending, and rejects it with this reason. */
export function drop(id: number, reason: unknown): void {
  const call = settle(id);
  if (call !== undefined) {
    made?.port.cancel(id);
    call.reject(reason);
  }
}

/** Removes a call from the pending ones. */
function settle(id: number): Pending | undefined {
  const call = pending.get(id);
  if (call !== undefined) {
    pending.delete(id);
    call.unlisten?.();
    call.scope?.emitDestroy();
    if (pending.size === 0) {
      made?.holder.unref();
    }
  }
  return call;
}

function drain(): void {
  const entries = made?.port.drain() ?? [];
  for (let at = 0; at < entries.length; at += PLACES) {
    const id = entries[at] as number;
    const kind = entries[at + 1];
    const text = entries[at + 2] as string;
    if (kind === EVENTS) {
      const call = pending.get(id);
      call?.scope?.runInAsyncScope(publish, undefined, text, call.onStep);
      continue;
    }
    const call = settle(id);
    if (call !== undefined) {
      complete(call, kind, text, entries[at + 3] as string, entries[at + 4] as string | undefined);
    }
  }
}

function complete(
  call: Outcome,
  kind: unknown,
  text: string,
  meta: string,
  marker: string | undefined,
): void {
  if (kind === FAILED) {
    call.reject(fromNative(text, call.site));
  } else {
    call.resolve(text, meta, marker);
  }
}
