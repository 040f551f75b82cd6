/**
 * A text that does not show itself: tokens in answers.
 */

const HIDDEN = "***";

/** A text that is kept out of logs: it shows as `***`; `reveal()` gives it. */
export class Secret {
  readonly #text: string;

  /** @param text - What is kept. */
  constructor(text: string) {
    this.#text = text;
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
