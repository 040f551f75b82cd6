/**
 * JSON of answers. Integers beyond 2^53 come as strings behind a marker and become bigints.
 */

/** Parses an answer; `marker` is what the native half has drawn for it, if it has marked anything. */
export function parse(text: string, marker: string | undefined): unknown {
  if (marker === undefined) {
    return JSON.parse(text);
  }
  return JSON.parse(text, (_, value) =>
    typeof value === "string" && value.startsWith(marker) ? BigInt(value.slice(marker.length)) : value,
  );
}
