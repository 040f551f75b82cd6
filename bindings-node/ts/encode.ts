/**
 * Arguments become JSON for the core. Values that JSON would change silently are refused.
 */

import { invalid, unsendable } from "./failure.js";
import { withDigits } from "./parse.js";
import { Secret } from "./secret.js";

/** Deeper than any request; anything nested deeper refers to itself. */
const MAX_DEPTH = 100;

/**
 * The JSON of a value.
 *
 * @param what - The name of the value, for the error.
 * @throws {@link InvalidRequestError} It contains a value that cannot be sent: NaN, an infinity, a function, a symbol,
 * a cycle.
 */
export function encode(what: string, value: unknown): string {
  const text = written(what, value, 0);
  if (text === undefined) {
    throw invalid(what, "is required");
  }
  return text;
}

/** The JSON of a call's arguments, by their TypeScript names, which the core reads. Those that are `undefined` are
 * omitted. */
export function encodeArguments(args: object): string {
  let text = "{";
  for (const [name, value] of Object.entries(args)) {
    const json = argument(name, value);
    if (json !== undefined) {
      text += `${text.length > 1 ? "," : ""}${JSON.stringify(name)}:${json}`;
    }
  }
  return `${text}}`;
}

/** The JSON of options, by their TypeScript names, which the core reads. Those that are `undefined` are omitted. */
export function encodeOptions(options: object): string {
  const members: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    const json = written(name, value, 0);
    if (json !== undefined) {
      members.push(`${JSON.stringify(name)}:${json}`);
    }
  }
  return `{${members.join(",")}}`;
}

function argument(name: string, value: unknown): string | undefined {
  switch (typeof value) {
    case "bigint":
      // A bigint can only be an id, and ids are text.
      return `"${value}"`;
    case "number":
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw invalid(
          name,
          "must be text or a bigint when it is beyond 2^53, where numbers lose digits",
          value,
        );
      }
  }
  return written(name, value, 0);
}

function written(path: string, value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) {
        throw unsendable(path, value);
      }
      return String(value);
    case "boolean":
    case "bigint":
      return String(value);
    case "undefined":
      return undefined;
    case "object":
      return value === null ? "null" : nested(path, value, depth);
    default:
      throw unsendable(path, value);
  }
}

function nested(path: string, value: object, depth: number): string | undefined {
  if (depth >= MAX_DEPTH) {
    throw invalid(path.slice(0, 40), "is nested too deeply, or contains itself");
  }
  if (value instanceof Secret) {
    return JSON.stringify(value.reveal());
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    // A Buffer would serialize as an object with the numbers of its bytes.
    throw unsendable(path, value);
  }
  if ("toJSON" in value && typeof value.toJSON === "function" && value.toJSON !== withDigits) {
    return written(path, value.toJSON(), depth + 1);
  }
  if (Array.isArray(value)) {
    const items = value.map((item, at) => written(`${path}[${at}]`, item, depth + 1) ?? "null");
    return `[${items.join(",")}]`;
  }
  // A map, or a promise that was not awaited, would become an empty object.
  const kind = Object.prototype.toString.call(value);
  if (kind !== "[object Object]") {
    throw unsendable(path, value);
  }
  const members: string[] = [];
  for (const [name, inner] of Object.entries(value)) {
    const json = written(`${path}.${name}`, inner, depth + 1);
    if (json !== undefined) {
      members.push(`${JSON.stringify(name)}:${json}`);
    }
  }
  return `{${members.join(",")}}`;
}
