/**
 * Rows on their way out: as plain objects, and into files.
 */

import { fileURLToPath } from "node:url";
import { encodeOptions } from "./encode.js";
import { callNative, invalid } from "./failure.js";
import type { NativePager } from "./native.js";
import { record } from "./plain.js";

/** Which fields of the rows are wanted. */
export interface ObjectOptions {
  /** The fields, in this order, by the names of the model or the vendor's; everything that was sent by default. */
  readonly columns?: readonly string[] | undefined;
  /**
   * `omit` leaves out what the server did not send, `null` makes it null.
   *
   * @defaultValue `"omit"`
   */
  readonly missing?: "omit" | "null" | undefined;
}

/** How far writing is. */
export interface WriteProgress {
  /** The rows that were written. */
  readonly rows: number;
  /** How many rows the list has, as reported by the server; null if it reports none. */
  readonly total: number | null;
}

/** How JSON Lines are written. */
export interface WriteOptions {
  /** The fields, in this order, by the names of the model or the vendor's; all of them by default. */
  readonly columns?: readonly string[] | undefined;
  /** Called after each page. */
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
}

/** How CSV is written. */
export interface WriteCsvOptions extends WriteOptions {
  /**
   * Whether it is for Excel: with a byte order mark, and with ids that Excel would take for numbers and change as
   * `="007"`.
   *
   * @defaultValue `false`
   */
  readonly excel?: boolean | undefined;
}

/** Which columns a table has. */
export interface ArrowOptions {
  /** The fields, in this order, by the names of the model or the vendor's; all of them by default. */
  readonly columns?: readonly string[] | undefined;
  /**
   * Whether a last column, `extra`, has the JSON of what the server sent besides the fields of the model.
   *
   * @defaultValue `false`
   */
  readonly extra?: boolean | undefined;
}

/** The options of a table, in the form of the native half. */
export function tabling(options: ArrowOptions): string {
  return encodeOptions(record("options", options));
}

/** The path of a file, as a text. */
export function pathOf(path: unknown): string {
  if (path instanceof URL) {
    return fileURLToPath(path);
  }
  if (typeof path !== "string") {
    throw invalid("path", "must be a path", path);
  }
  return path;
}

/** The options of writing, in the form of the native half, and the function that is called with the progress. */
export function writing(options: WriteCsvOptions): [string, ((progress: WriteProgress) => void) | undefined] {
  const { onProgress, ...rest } = record("options", options) as WriteCsvOptions;
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw invalid("onProgress", "must be a function that takes the progress", onProgress);
  }
  return [encodeOptions(rest), onProgress];
}

/** Makes a plain object of a model. */
export type Plain = (item: object) => Record<string, unknown>;

/** How models become plain objects. */
export function plainly(pager: NativePager, options: ObjectOptions): Plain {
  const given = record("options", options) as ObjectOptions;
  const columns = callNative(() => pager.columns(encodeOptions(given)));
  const missing = given.missing === "null" ? null : undefined;
  if (columns === null) {
    return (item) => ({ ...item });
  }
  return (item) => {
    const own = item as Record<string, unknown>;
    const made: Record<string, unknown> = {};
    for (const name of columns) {
      // A promised field that is missing throws when it is read, and is not enumerable.
      const value = Object.prototype.propertyIsEnumerable.call(own, name) ? own[name] : undefined;
      if (value !== undefined) {
        made[name] = value;
      } else if (missing === null) {
        made[name] = null;
      }
    }
    return given.columns === undefined ? { ...made, ...item } : made;
  };
}
