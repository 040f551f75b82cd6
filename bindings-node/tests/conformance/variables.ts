/**
 * Variables of a case: `$name` stands for a value, `${name}` for its text inside a longer string.
 */

import { Mismatch } from "./matching.js";

const WHOLE = /^\$([a-z][a-z0-9_]*)$/;
const PART = /\$\{([a-z][a-z0-9_]*)\}/g;

/** The values by name. */
export class Variables {
  readonly #values = new Map<string, unknown>();

  constructor(values: Readonly<Record<string, unknown>>) {
    for (const [name, value] of Object.entries(values)) {
      this.#values.set(name, value);
    }
  }

  set(name: string, value: unknown): void {
    this.#values.set(name, value);
  }

  /** The value with its variables replaced; keys of objects stay as they are. */
  fill<T>(value: T): T {
    return this.#fill(value) as T;
  }

  #fill(value: unknown): unknown {
    if (typeof value === "string") {
      const whole = WHOLE.exec(value)?.[1];
      return whole === undefined
        ? value.replace(PART, (_, name: string) => this.#text(name))
        : this.#get(whole);
    }
    if (Array.isArray(value)) {
      return value.map((entry) => this.#fill(entry));
    }
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.#fill(inner)]));
    }
    return value;
  }

  #get(name: string): unknown {
    if (!this.#values.has(name)) {
      throw new Mismatch(`there is no variable ${name}`);
    }
    return this.#values.get(name);
  }

  #text(name: string): string {
    const value = this.#get(name);
    return typeof value === "string" ? value : JSON.stringify(value);
  }
}
