/**
 * Plain objects, as arguments are passed: read, or refused with the name of what they are.
 */

import { invalid } from "./failure.js";

/** The class of an object that is more than its members; undefined for a plain object. */
export function kindOf(value: object): string | undefined {
  // Its class is Uint8Array, but users know it as Buffer.
  const tag = ArrayBuffer.isView(value)
    ? value.constructor.name
    : Object.prototype.toString.call(value).slice("[object ".length, -1);
  return tag === "Object" ? undefined : tag;
}

/** An object with names and values. A list, a Map or a signal has none that could be read. */
export function record(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(name, "must be an object", value);
  }
  const kind = kindOf(value);
  if (kind !== undefined) {
    throw invalid(name, `must be a plain object and not ${kind}`, value);
  }
  return value as Record<string, unknown>;
}

/** The members of an object, or of its web equivalent; undefined ones are omitted. */
export function entries(
  name: string,
  value: unknown,
  also: "Headers" | "URLSearchParams",
): [string, unknown][] {
  const kind = typeof value === "object" && value !== null ? kindOf(value) : undefined;
  if (kind !== also) {
    const given =
      kind === undefined || Array.isArray(value) ? record(name, value) : refuseKind(name, kind, also, value);
    return Object.entries(given).filter(([, each]) => each !== undefined && each !== null);
  }
  const grouped = new Map<string, string | string[]>();
  for (const [key, text] of value as Iterable<[string, string]>) {
    const before = grouped.get(key);
    grouped.set(key, before === undefined ? text : [before, text].flat());
  }
  return [...grouped];
}

function refuseKind(name: string, kind: string, also: string, value: unknown): never {
  throw invalid(name, `must be a plain object or ${also}, and not ${kind}`, value);
}
