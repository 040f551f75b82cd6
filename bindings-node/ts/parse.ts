/**
 * JSON of responses. Integers beyond 2^53 come as strings behind a marker and become bigints.
 */

/** Parses a response; `marker` is what the native half has drawn for it, if it has marked anything. */
export function parse(text: string, marker: string | undefined): unknown {
  if (marker === undefined) {
    return JSON.parse(text);
  }
  return JSON.parse(text, function (this: object, _, value) {
    if (typeof value !== "string" || !value.startsWith(marker)) {
      return value;
    }
    const digits = value.slice(marker.length);
    return writable(this) ? BigInt(digits) : digits;
  });
}

/**
 * Lets an object that holds bigints be written as JSON, which has no place for them: they are written as texts of their
 * digits, as `JSON.stringify` would else throw. Says whether that is possible; it is not where the object has a field that
 * is called `toJSON`.
 */
export function writable(holder: object): boolean {
  if (Object.hasOwn(holder, "toJSON")) {
    return (holder as { toJSON: unknown }).toJSON === withDigits;
  }
  // Not enumerable: it is no field, and copies and comparisons do not see it.
  Object.defineProperty(holder, "toJSON", { value: withDigits, writable: true, configurable: true });
  return true;
}

/** What writes the bigints of an object as texts. */
export function withDigits(this: object): unknown {
  const written = (value: unknown) => (typeof value === "bigint" ? String(value) : value);
  return Array.isArray(this)
    ? this.map(written)
    : Object.fromEntries(Object.entries(this).map(([name, value]) => [name, written(value)]));
}
