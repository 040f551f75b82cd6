/**
 * Which rows of two lists are the same customer, subscription or device: `reconcile` and its result.
 */

import { encode, encodeOptions } from "./encode.js";
import { MspError } from "./errors.js";
import { callNative, fromThrown, placed, placing, site } from "./failure.js";
import { type NativeReconciliation, native } from "./native.js";
import { record } from "./plain.js";
import { listed, listedNow, type Rows } from "./rows.js";

/** What a key is, which decides how its values are compared. */
export type KeyKind = "name" | "domain" | "id";

/** A decision of a person: rows that belong together, or never do. */
export interface MappingEntry {
  /** The value by which it names the left row. */
  readonly left: string | number | null;
  /** The value by which it names the right row. */
  readonly right: string | number | null;
  /** Whether they never belong together. */
  readonly never?: boolean;
}

/** What is compared, and how. */
export interface ReconcileOptions {
  /**
   * The field of the left rows to match by; `address.city` is a field of a nested object. A list of fields are several keys, each
   * with the one of `rightKey` at the same place.
   */
  readonly leftKey: string | readonly string[];
  /** The field of the right rows. */
  readonly rightKey: string | readonly string[];
  /**
   * What the keys are: `name` (equal without case, accents, punctuation, blanks and legal form, or similar), `domain` (of an
   * address or e-mail address) or `id`; a list says it for each. Ids count before domains, and domains before names.
   *
   * @defaultValue `"name"`
   */
  readonly by?: KeyKind | readonly KeyKind[] | undefined;
  /** The field by which a mapping names a left row; the first of `leftKey` by default. */
  readonly leftId?: string | undefined;
  /** The field by which a mapping names a right row; the first of `rightKey` by default. */
  readonly rightId?: string | undefined;
  /** Decisions of a person, which count before any key: CSV or JSON as text, a list, or an object of left to right. */
  readonly mapping?: string | readonly MappingEntry[] | Readonly<Record<string, string | number>> | undefined;
  /** The path of a file with such CSV or JSON. */
  readonly mappingFile?: string | undefined;
  /**
   * The least score of similar names, from 0 to 1; 1 matches equal ones only.
   *
   * @defaultValue `0.9`
   */
  readonly threshold?: number | undefined;
  /**
   * Whether a right row matches one left row at most.
   *
   * @defaultValue `true`
   */
  readonly oneToOne?: boolean | undefined;
  /** Fields whose values of matching rows are compared: names, or pairs of a left and a right name. */
  readonly compare?: readonly (string | readonly [string, string])[] | undefined;
  /** What the left side is called in reports. */
  readonly leftTitle?: string | undefined;
  /** What the right side is called in reports. */
  readonly rightTitle?: string | undefined;
}

/** A pair of compared fields with different values. */
export interface ValueDifference {
  /** The field of the left row. */
  readonly leftField: string;
  /** The field of the right row. */
  readonly rightField: string;
  /** The value of the left row; null if it has none. */
  readonly left: unknown;
  /** The value of the right row; null if it has none. */
  readonly right: unknown;
}

/** Two rows that match. */
export interface Match<L, R> {
  /** The left row, as it was passed. */
  readonly left: L;
  /** The right row, as it was passed. */
  readonly right: R;
  /** The place of the left row in its list, from 0. */
  readonly leftIndex: number;
  /** The place of the right row in its list, from 0. */
  readonly rightIndex: number;
  /** How sure it is: 1 if a key is equal or the mapping says so, otherwise how similar the names are. */
  readonly score: number;
  /** Why they match. */
  readonly why: "mapping" | KeyKind;
  /** The compared fields with different values. */
  readonly differences: readonly ValueDifference[];
}

/** A row that no row of the other side matches. */
export interface UnmatchedRow<T> {
  /** The row, as it was passed. */
  readonly row: T;
  /** The place of the row in its list, from 0. */
  readonly index: number;
  /** `no_key` if the row has no value to compare. */
  readonly reason: "no_match" | "no_key";
}

/** A row that an ambiguous row may match. */
export interface Candidate<T> {
  /** The row, as it was passed. */
  readonly row: T;
  /** The place of the row in its list, from 0. */
  readonly index: number;
  /** How similar it is, from 0 to 1. */
  readonly score: number;
}

/** A row that several rows of the other side may match. */
export interface AmbiguousRow<T, Other> {
  /** The row, as it was passed. */
  readonly row: T;
  /** The place of the row in its list, from 0. */
  readonly index: number;
  /** What is the same or similar. */
  readonly why: KeyKind;
  /** Rows of the other side that it may match, the best ones first; ten at most. */
  readonly candidates: readonly Candidate<Other>[];
  /** How many candidates there are. */
  readonly count: number;
}

/** A line of the mapping that does not apply. */
export interface MappingProblem {
  /** The line of the CSV, or the number of the entry, from 1. */
  readonly line: number;
  /** The side whose row is the problem. */
  readonly side: "left" | "right";
  /** The value by which the mapping names the row. */
  readonly value: string;
  /** No row has the value, several have it, or an earlier line has given the row another one. */
  readonly reason: "not_found" | "several" | "taken";
}

/** How many rows there are of each kind. */
export interface ReconciliationSummary {
  /** The left rows. */
  readonly left: number;
  /** The right rows. */
  readonly right: number;
  /** The pairs that match. */
  readonly matched: number;
  /** Those of them whose compared fields differ. */
  readonly differing: number;
  /** The left rows without a match. */
  readonly onlyLeft: number;
  /** The right rows without a match. */
  readonly onlyRight: number;
  /** The left rows with several candidates. */
  readonly ambiguousLeft: number;
  /** The right rows with several candidates. */
  readonly ambiguousRight: number;
  /** The lines of the mapping that do not apply. */
  readonly mappingProblems: number;
}

/** How a report is written. */
export interface CsvOptions {
  /** Whether it begins with a byte order mark, by which Excel recognizes UTF-8. */
  readonly excel?: boolean | undefined;
}

/** The native half's result, in its names. */
interface Found {
  summary: Record<string, number>;
  matched: {
    left: number;
    right: number;
    score: number;
    why: Match<never, never>["why"];
    differences: FoundDifference[];
  }[];
  only_left: { row: number; reason: "no_match" | "no_key" }[];
  only_right: { row: number; reason: "no_match" | "no_key" }[];
  ambiguous: {
    side: "left" | "right";
    row: number;
    why: KeyKind;
    candidates: { row: number; score: number }[];
    count: number;
  }[];
  mapping_problems: MappingProblem[];
}

interface FoundDifference {
  left_field: string;
  right_field: string;
  left: unknown;
  right: unknown;
}

/**
 * What came of matching two lists, in the order of their rows. Each left row is in exactly one of `matched`, `onlyLeft` and
 * `ambiguousLeft`, and each right row in one of `matched`, `onlyRight` and `ambiguousRight`.
 */
export class Reconciliation<L, R> {
  readonly #native: NativeReconciliation;
  /** The rows that match. */
  readonly matched: readonly Match<L, R>[];
  /** The left rows without a match. */
  readonly onlyLeft: readonly UnmatchedRow<L>[];
  /** The right rows without a match. */
  readonly onlyRight: readonly UnmatchedRow<R>[];
  /** The left rows that several right rows may match. */
  readonly ambiguousLeft: readonly AmbiguousRow<L, R>[];
  /** The right rows that several left rows may match. */
  readonly ambiguousRight: readonly AmbiguousRow<R, L>[];
  /** The lines of the mapping that do not apply. */
  readonly mappingProblems: readonly MappingProblem[];
  /** How many there are of each. */
  readonly summary: ReconciliationSummary;

  /** @internal */
  constructor(made: NativeReconciliation, left: readonly L[], right: readonly R[]) {
    this.#native = made;
    const found: Found = JSON.parse(made.found());
    const lefts = (row: number) => left[row] as L;
    const rights = (row: number) => right[row] as R;
    this.summary = {
      left: counted(found, "left"),
      right: counted(found, "right"),
      matched: counted(found, "matched"),
      differing: counted(found, "differing"),
      onlyLeft: counted(found, "only_left"),
      onlyRight: counted(found, "only_right"),
      ambiguousLeft: counted(found, "ambiguous_left"),
      ambiguousRight: counted(found, "ambiguous_right"),
      mappingProblems: counted(found, "mapping_problems"),
    };
    this.matched = found.matched.map((one) => ({
      left: lefts(one.left),
      right: rights(one.right),
      leftIndex: one.left,
      rightIndex: one.right,
      score: one.score,
      why: one.why,
      differences: one.differences.map((each) => ({
        leftField: each.left_field,
        rightField: each.right_field,
        left: each.left,
        right: each.right,
      })),
    }));
    this.onlyLeft = found.only_left.map(({ row, reason }) => ({ row: lefts(row), index: row, reason }));
    this.onlyRight = found.only_right.map(({ row, reason }) => ({ row: rights(row), index: row, reason }));
    this.ambiguousLeft = ambiguous(found, "left", lefts, rights);
    this.ambiguousRight = ambiguous(found, "right", rights, lefts);
    this.mappingProblems = found.mapping_problems;
  }

  /**
   * A table as CSV (RFC 4180): the result, why, the score, `yes` if compared fields differ, and the fields of both sides. Texts
   * that a spreadsheet would run as a formula begin with `'`.
   */
  toCsv(options: CsvOptions = {}): string {
    return this.#native.csv(options.excel === true);
  }

  /** The mapping as CSV, to be corrected and passed to {@link reconcile} again. */
  toMapping(options: CsvOptions = {}): string {
    return this.#native.mapping(options.excel === true);
  }

  /**
   * A page with the counts and the same table, to be filtered and sorted: one file that loads nothing.
   *
   * @param title - The title of the page; `Reconciliation` by default.
   */
  toHtml(title?: string): string {
    return this.#native.html(title ?? null);
  }
}

function counted(found: Found, name: string): number {
  return found.summary[name] ?? 0;
}

function ambiguous<T, Other>(
  found: Found,
  side: "left" | "right",
  own: (row: number) => T,
  other: (row: number) => Other,
): AmbiguousRow<T, Other>[] {
  return found.ambiguous
    .filter((one) => one.side === side)
    .map((one) => ({
      row: own(one.row),
      index: one.row,
      why: one.why,
      candidates: one.candidates.map(({ row, score }) => ({ row: other(row), index: row, score })),
      count: one.count,
    }));
}

/**
 * Matches the rows of two lists: which are the same customer, subscription or device. It computes on another thread, and sends
 * nothing.
 *
 * @param left - A list, a pager or any other iterable of rows: models or plain objects, from any service or another vendor's file.
 * @param right - The same for the other side.
 * @param options - What is compared, and how.
 * @throws {@link InvalidRequestError} An argument is wrong; its `argument` names it.
 * @example
 * ```ts
 * const found = await reconcile([{ name: "Contoso Ltd", devices: 7 }], [{ customer: "CONTOSO", quantity: "8" }], {
 *   leftKey: "name",
 *   rightKey: "customer",
 *   compare: [["devices", "quantity"]],
 * });
 * console.log(found.matched[0]?.differences[0]?.right); // 8
 * ```
 */
export async function reconcile<L, R>(
  left: Rows<L>,
  right: Rows<R>,
  options: ReconcileOptions,
): Promise<Reconciliation<L, R>> {
  const at = site(reconcile);
  const [lefts, rights] = [await listed(left), await listed(right)];
  const texts = placing(at, () => encoded(lefts, rights, options));
  try {
    return new Reconciliation(await native.reconcile(...texts), lefts, rights);
  } catch (error) {
    const shown = fromThrown(error);
    throw shown instanceof MspError ? placed(shown, at) : shown;
  }
}

/**
 * The same as {@link reconcile}, at once and on this thread, for scripts.
 *
 * @param left - A list, a blocking pager or any other iterable of rows.
 * @param right - The same for the other side.
 * @param options - What is compared, and how.
 * @throws {@link InvalidRequestError} An argument is wrong; its `argument` names it.
 */
export function reconcileSync<L, R>(
  left: Iterable<L>,
  right: Iterable<R>,
  options: ReconcileOptions,
): Reconciliation<L, R> {
  const [lefts, rights] = [listedNow(left), listedNow(right)];
  return placing(site(reconcileSync), () => {
    const texts = encoded(lefts, rights, options);
    return new Reconciliation(
      callNative(() => native.reconcileSync(...texts)),
      lefts,
      rights,
    );
  });
}

function encoded(left: unknown, right: unknown, options: ReconcileOptions): [string, string, string] {
  return [encode("left", left), encode("right", right), encodeOptions(record("options", options))];
}
