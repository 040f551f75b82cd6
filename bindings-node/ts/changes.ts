/**
 * What changed between two exports of one list: `diff` and its result.
 */

import { encode, encodeOptions } from "./encode.js";
import { MspError } from "./errors.js";
import { callNative, fromThrown, placed, placing, site } from "./failure.js";
import { type NativeChanges, native } from "./native.js";
import { record } from "./plain.js";
import type { CsvOptions } from "./reconcile.js";
import { listed, listedNow, type Rows } from "./rows.js";

/** What is compared. */
export interface DiffOptions {
  /** The field that identifies a row; `address.id` is a field of a nested object. */
  readonly by: string;
  /** Fields whose changes do not count. */
  readonly ignore?: readonly string[] | undefined;
}

/** A field with another value. */
export interface FieldChange {
  /** Its name; `address.city` is a field of a nested object. */
  readonly field: string;
  /** The old value; null if there was none. */
  readonly old: unknown;
  /** The new value; null if there is none. */
  readonly new: unknown;
}

/** A row of one of the lists. */
export interface ListedRow<T> {
  /** Its id. */
  readonly id: string;
  /** The row, as it was passed. */
  readonly row: T;
  /** Its place in its list, from 0. */
  readonly index: number;
}

/** A row that is in both lists with other values. */
export interface ChangedRow<O, N> {
  /** Its id. */
  readonly id: string;
  /** The old row, as it was passed. */
  readonly old: O;
  /** The new row, as it was passed. */
  readonly new: N;
  /** Its place in the old list, from 0. */
  readonly oldIndex: number;
  /** Its place in the new list, from 0. */
  readonly newIndex: number;
  /** The fields with other values. */
  readonly fields: readonly FieldChange[];
}

/** A row that cannot be compared. */
export interface UnidentifiedRow<T> {
  /** The list of the row. */
  readonly side: "old" | "new";
  /** The row, as it was passed. */
  readonly row: T;
  /** Its place in its list, from 0. */
  readonly index: number;
  /** Its id; null if it has none. */
  readonly id: string | null;
  /** `repeated_id` if one of the lists has several rows with its id. */
  readonly reason: "no_id" | "repeated_id";
}

/** How many rows there are of each kind. */
export interface ChangesSummary {
  /** The old rows. */
  readonly old: number;
  /** The new rows. */
  readonly new: number;
  /** The rows that are new. */
  readonly added: number;
  /** The rows that are no longer there. */
  readonly gone: number;
  /** The rows with other values. */
  readonly changed: number;
  /** The rows without other values. */
  readonly unchanged: number;
  /** The rows of both lists that cannot be compared. */
  readonly unidentified: number;
}

/** The native half's result. */
interface Found {
  summary: ChangesSummary;
  added: { id: string; row: number }[];
  gone: { id: string; row: number }[];
  changed: { id: string; old: number; new: number; fields: FieldChange[] }[];
  unidentified: { side: "old" | "new"; row: number; id: string | null; reason: "no_id" | "repeated_id" }[];
}

/** What changed, in the order of the rows. */
export class Changes<O, N> {
  readonly #native: NativeChanges;
  /** The rows that are new. */
  readonly added: readonly ListedRow<N>[];
  /** The rows that are no longer there. */
  readonly gone: readonly ListedRow<O>[];
  /** The rows with other values. */
  readonly changed: readonly ChangedRow<O, N>[];
  /** The rows without an id, or with one that is repeated; the old ones first. */
  readonly unidentified: readonly UnidentifiedRow<O | N>[];
  /** How many there are of each. */
  readonly summary: ChangesSummary;

  /** @internal */
  constructor(made: NativeChanges, old: readonly O[], now: readonly N[]) {
    this.#native = made;
    const found: Found = JSON.parse(made.found());
    const before = (row: number) => old[row] as O;
    const after = (row: number) => now[row] as N;
    this.summary = found.summary;
    this.added = found.added.map(({ id, row }) => ({ id, row: after(row), index: row }));
    this.gone = found.gone.map(({ id, row }) => ({ id, row: before(row), index: row }));
    this.changed = found.changed.map((one) => ({
      id: one.id,
      old: before(one.old),
      new: after(one.new),
      oldIndex: one.old,
      newIndex: one.new,
      fields: one.fields,
    }));
    this.unidentified = found.unidentified.map(({ side, row, id, reason }) => ({
      side,
      row: side === "old" ? before(row) : after(row),
      index: row,
      id,
      reason,
    }));
  }

  /**
   * A table as CSV (RFC 4180): what changed, the id, the field, and the old and the new value. A changed row has a line for
   * each field; one that is added or gone has a line with the row as JSON. Texts that a spreadsheet would run as a formula
   * begin with `'`.
   */
  toCsv(options: CsvOptions = {}): string {
    return this.#native.csv(options.excel === true);
  }
}

/**
 * What changed between two exports of one list. It computes on another thread, and sends nothing.
 *
 * A missing field is the same as null, and numbers are equal if their digits are. Rows without an id, or with one that a
 * list has several times, are in `unidentified`.
 *
 * @param old - A list, a pager or any other iterable of rows: models or plain objects.
 * @param now - The same, later.
 * @param options - What is compared.
 * @throws {@link InvalidRequestError} An argument is wrong; its `argument` names it.
 * @example
 * ```ts
 * const changes = await diff([{ id: "1", name: "Contoso" }], [{ id: "1", name: "Contoso Ltd" }], { by: "id" });
 * console.log(changes.changed[0]?.fields[0]?.new); // Contoso Ltd
 * ```
 */
export async function diff<O, N>(old: Rows<O>, now: Rows<N>, options: DiffOptions): Promise<Changes<O, N>> {
  const at = site(diff);
  const [olds, news] = [await listed(old), await listed(now)];
  const texts = placing(at, () => encoded(olds, news, options));
  try {
    return new Changes(await native.diff(...texts), olds, news);
  } catch (error) {
    const shown = fromThrown(error);
    throw shown instanceof MspError ? placed(shown, at) : shown;
  }
}

/**
 * The same as {@link diff}, at once and on this thread, for scripts.
 *
 * @param old - A list, a blocking pager or any other iterable of rows.
 * @param now - The same, later.
 * @param options - What is compared.
 * @throws {@link InvalidRequestError} An argument is wrong; its `argument` names it.
 */
export function diffSync<O, N>(old: Iterable<O>, now: Iterable<N>, options: DiffOptions): Changes<O, N> {
  const [olds, news] = [listedNow(old), listedNow(now)];
  return placing(site(diffSync), () => {
    const texts = encoded(olds, news, options);
    return new Changes(
      callNative(() => native.diffSync(...texts)),
      olds,
      news,
    );
  });
}

function encoded(old: unknown, now: unknown, options: DiffOptions): [string, string, string] {
  return [encode("old", old), encode("new", now), encodeOptions(record("options", options))];
}
