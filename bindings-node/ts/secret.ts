/**
 * A text that does not show itself: tokens in answers. And what keeps things that would be empty shells from being cloned.
 */

import type * as crypto from "node:crypto";

const HIDDEN = "***";

/** Drawn for each process: what is made with it says nothing to anybody else. */
let key: Buffer | undefined;

/** The same for the same text, and nothing that the text could be found by. */
function digest(text: string): string {
  // Loaded when there is a secret in a response, which few scripts see.
  const { createHmac, randomBytes } = require("node:crypto") as typeof crypto;
  key ??= randomBytes(32);
  return createHmac("sha256", key).update(text).digest("base64");
}

const COMPARED: unique symbol = Symbol("compared");

/** A text that is kept out of logs: it shows as `***`; `reveal()` gives it. It cannot be cloned. */
export class Secret {
  readonly #text: string;

  /** @param text - What is kept. */
  constructor(text: string) {
    this.#text = text;
    // By this, deep comparisons tell secrets apart.
    Object.defineProperty(this, COMPARED, { value: digest(text), enumerable: true });
    uncloneable(this, "a Secret is not cloned; reveal() gives its text");
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
 * Has `structuredClone` and messages to other threads refuse an object, with this reason: they would make a shell of it, without
 * a word.
 */
export function uncloneable(object: object, reason: string): void {
  // A symbol is what cannot be cloned, and its description is what the refusal says. It is the same for all: things that
  // are equal otherwise stay so.
  const value = reasons.get(reason) ?? Symbol(reason);
  reasons.set(reason, value);
  Object.defineProperty(object, "cloneable", { value, enumerable: true });
}
