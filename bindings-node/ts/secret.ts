/**
 * Text that does not show itself: tokens in responses. Also makes objects that would be empty shells uncloneable.
 */

import type * as crypto from "node:crypto";

const HIDDEN = "***";

/** Random per process, so digests mean nothing to anybody else. */
let key: Buffer | undefined;

/** The same for the same text; the text cannot be recovered from it. */
function digest(text: string): string {
  // Loaded when a response has a secret, which is rare.
  const { createHmac, randomBytes } = require("node:crypto") as typeof crypto;
  key ??= randomBytes(32);
  return createHmac("sha256", key).update(text).digest("base64");
}

const COMPARED: unique symbol = Symbol("compared");

/** Text that is kept out of logs: it shows as `***`; `reveal()` returns it. It cannot be cloned. */
export class Secret {
  readonly #text: string;

  /** @param text - The secret text. */
  constructor(text: string) {
    this.#text = text;
    // Makes deep comparisons distinguish secrets.
    Object.defineProperty(this, COMPARED, { value: digest(text), enumerable: true });
    uncloneable(this, "a Secret cannot be cloned; reveal() returns its text");
  }

  /** The text itself. */
  reveal(): string {
    return this.#text;
  }

  /** `***`, as in a template string. */
  toString(): string {
    return HIDDEN;
  }

  /** `***`, as in `JSON.stringify`. */
  toJSON(): string {
    return HIDDEN;
  }

  /** `***`, as in `console.log`. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return HIDDEN;
  }
}

const reasons = new Map<string, symbol>();

/**
 * Makes `structuredClone` and messages to other threads refuse an object, with this reason: they would silently make an
 * empty shell of it.
 */
export function uncloneable(object: object, reason: string): void {
  // A symbol cannot be cloned, and its description is the reason in the refusal. It is the same for all, so that equal
  // objects stay equal.
  const value = reasons.get(reason) ?? Symbol(reason);
  reasons.set(reason, value);
  Object.defineProperty(object, "cloneable", { value, enumerable: true });
}
