/**
 * JSON of responses. Integers beyond 2^53 arrive as strings after a marker and become bigints.
 */

/** Parses a response; `marker` is the native half's marker for it, if there are large integers. */
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
 * Lets an object with bigints be serialized: they are written as strings of their digits, where `JSON.stringify` would
 * throw. Returns whether that is possible; it is not if the object has a field named `toJSON`.
 */
export function writable(holder: object): boolean {
  if (Object.hasOwn(holder, "toJSON")) {
    return (holder as { toJSON: unknown }).toJSON === withDigits;
  }
  // Not enumerable: it is not a field, and copies and comparisons do not see it.
  Object.defineProperty(holder, "toJSON", { value: withDigits, writable: true, configurable: true });
  return true;
}

/** Writes the bigints of an object as strings. */
export function withDigits(this: object): unknown {
  const written = (value: unknown) => (typeof value === "bigint" ? String(value) : value);
  return Array.isArray(this)
    ? this.map(written)
    : Object.fromEntries(Object.entries(this).map(([name, value]) => [name, written(value)]));
}
