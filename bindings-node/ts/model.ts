/**
 * From the JSON of a response to a model: checked values under camelCase names.
 *
 * A model is the parsed object itself, so it can be spread, cloned and written as JSON. Unknown fields stay unchanged.
 * A value in another form than documented (an id as a number, a number as text) is converted; a value that cannot be
 * converted fails the call, rather than a later access.
 */

import { type InspectOptions, inspect } from "node:util";
import { writable } from "./parse.js";
import { Secret } from "./secret.js";

/** The type of a field. */
export type Kind = "id" | "text" | "integer" | "number" | "bool" | "secret" | "json";

type Content = Kind | Shape<unknown>;
type Data = Record<string, unknown>;

/** A field with an irregular name, or with a list of values. */
export class Field {
  constructor(
    readonly of: Content,
    readonly many: boolean,
    readonly name: string | undefined,
  ) {}
}

/** A field whose name differs from the vendor's. */
export function named(name: string, of: Content | Field): Field {
  return of instanceof Field ? new Field(of.of, of.many, name) : new Field(of, false, name);
}

/** A field that holds a list. */
export function many(of: Content): Field {
  return new Field(of, true, undefined);
}

/** A value of a response that does not fit its field. */
export class Unreadable extends Error {
  /**
   * @param field - The vendor's name of the field.
   * @param value - The value received. A text may be a secret and is not shown.
   * @param expected - The expected type.
   */
  constructor(field: string | undefined, value: unknown, expected: string) {
    const reason =
      typeof value === "string"
        ? `a text that is not ${expected}`
        : `${described(value)} where ${expected} belongs`;
    const where = field === undefined ? "" : ` at \`${field}\``;
    super(`the response cannot be read${where}: ${reason}`);
  }
}

function described(value: unknown): string {
  if (Array.isArray(value)) {
    return "a list";
  }
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

interface FieldRow extends Field {
  readonly wire: string;
  readonly name: string;
}

/** A string, or undefined. */
export function isText(value: unknown): boolean {
  return typeof value === "string" || value === undefined || value === null;
}

/** An integer, or undefined. */
export function isInteger(value: unknown): boolean {
  return Number.isInteger(value) || value === undefined || value === null;
}

/** A number, or undefined. */
export function isNumber(value: unknown): boolean {
  return typeof value === "number" || value === undefined || value === null;
}

/** True, false, or undefined. */
export function isBool(value: unknown): boolean {
  return typeof value === "boolean" || value === undefined || value === null;
}

/** How the objects of one model are read: their fields by the vendor's names. */
export class Shape<T> {
  readonly #rows: FieldRow[];
  /** The fields whose values may need conversion. */
  readonly #checked: FieldRow[];
  /** The TypeScript names of renamed fields; undefined if none is renamed. */
  readonly #renamed: ReadonlyMap<string, string> | undefined;

  readonly #required: readonly string[];
  readonly #plain: ((data: Data) => boolean) | undefined;
  readonly #hidden: Hidden | undefined;

  /**
   * @param name - The name of the model.
   * @param fields - The type of each field, by the vendor's name.
   * @param required - The TypeScript names of fields that the type guarantees.
   * @param plain - Whether every field of an object has its documented type, so that nothing needs conversion. It
   *   makes long lists fast; `fields` alone decides the result.
   * @param hidden - The fields that are secrets if another field has one of these values, by their TypeScript names.
   */
  constructor(
    readonly name: string,
    readonly fields: Readonly<Record<string, Content | Field>>,
    required: readonly string[] = [],
    plain?: (data: Data) => boolean,
    hidden?: Hidden,
  ) {
    this.#hidden = hidden;
    this.#required = required;
    this.#plain = plain;
    this.#rows = Object.entries(fields).map(([wire, field]) => row(wire, field));
    this.#checked = this.#rows.filter((row) => row.of !== "json" || row.many);
    const renamed = this.#rows.filter((row) => row.name !== row.wire);
    this.#renamed = renamed.length > 0 ? new Map(renamed.map((row) => [row.wire, row.name])) : undefined;
  }

  /**
   * The model of a parsed object, which must not be used for anything else afterwards.
   *
   * @param value - The value received.
   * @param missing - Makes the error for a promised field that is missing, when it is read.
   * @param field - The field that contains it, unless it is the response itself.
   * @throws {@link Unreadable} A value does not fit its field.
   */
  read(value: unknown, missing: Missing = unexplained, field?: string): T {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Unreadable(field, value, "an object");
    }
    const data = value as Data;
    const plain = this.#plain?.(data) === true;
    if (!plain) {
      this.#readFields(data, missing);
    }
    const model = this.#renamed === undefined ? data : rename(data, this.#renamed);
    if (!plain) {
      for (const name of this.#required) {
        if (model[name] === undefined || model[name] === null) {
          promise(model, name, missing);
        }
      }
    }
    if (this.#hidden !== undefined) {
      const hidden = Object.entries(this.#hidden).filter(([, [other, values]]) =>
        values.includes(model[other]),
      );
      hide(
        model,
        hidden.map(([name]) => name),
      );
    }
    return model as T;
  }

  #readFields(data: Data, missing: Missing): void {
    for (const row of this.#checked) {
      const found = data[row.wire];
      if (found !== undefined && found !== null) {
        data[row.wire] = held(data, readField(row, found, missing));
      }
    }
  }

  /** A copy under the vendor's names, with secrets revealed. */
  toWire(model: T): Data {
    const names = new Map(this.#rows.map((row) => [row.name, row]));
    const data: Data = {};
    for (const [name, value] of Object.entries(model as Data)) {
      const row = names.get(name);
      put(data, row?.wire ?? name, row === undefined ? value : unread(row, value));
    }
    return data;
  }
}

/** Makes the error for a missing field; `accessor` is the function that was called, for the stack. */
export type Missing = (field: string, accessor: () => unknown) => Error;

const unexplained: Missing = (field) => new Error(`${field} is missing`);

/** Makes a missing promised field throw when it is read; otherwise it does not seem to exist. */
function promise(model: Data, name: string, missing: Missing): void {
  const get = (): never => {
    throw missing(name, get);
  };
  const set = (value: unknown) =>
    Object.defineProperty(model, name, { value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(model, name, { get, set, enumerable: false, configurable: true });
}

/** Fields that are secrets if another field has one of these values. */
type Hidden = Readonly<Record<string, readonly [other: string, values: readonly unknown[]]>>;

/** Hides fields that have a value from `console.log`. */
function hide(model: Data, names: readonly string[]): void {
  if (names.length === 0) {
    return;
  }
  const shown = (depth: number, options: InspectOptions) => {
    const masked = names.filter((name) => model[name] !== undefined && model[name] !== null);
    const mask = Object.fromEntries(masked.map((name) => [name, "***"]));
    return inspect({ ...model, ...mask }, { ...options, depth });
  };
  Object.defineProperty(model, inspect.custom, { value: shown, configurable: true });
}

function row(wire: string, field: Content | Field): FieldRow {
  const { of, many, name } = field instanceof Field ? field : new Field(field, false, undefined);
  return { of, many, name: name ?? wire, wire };
}

/** The same data under TypeScript names. If an unknown field has the name of a known one, the known one wins. */
function rename(data: Data, names: ReadonlyMap<string, string>): Data {
  const taken = new Set<string>();
  for (const [wire, name] of names) {
    if (wire in data) {
      taken.add(name);
    }
  }
  const renamed: Data = {};
  for (const wire of Object.keys(data)) {
    const name = names.get(wire);
    if (name !== undefined || !taken.has(wire)) {
      put(renamed, name ?? wire, held(renamed, data[wire]));
    }
  }
  return renamed;
}

/** The object to fill; if it contains a bigint, it can still be written as JSON. */
function held(holder: object, value: unknown): unknown {
  return typeof value === "bigint" && !writable(holder) ? String(value) : value;
}

/** Sets a field; one that a server calls `__proto__` is a field like any other. */
function put(data: Data, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(data, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    data[name] = value;
  }
}

function readField(row: FieldRow, value: unknown, missing: Missing): unknown {
  if (!row.many) {
    return readOne(row, value, missing);
  }
  if (!Array.isArray(value)) {
    throw new Unreadable(row.wire, value, "a list");
  }
  const entries: unknown[] = [];
  for (const entry of value) {
    if (entry !== null) {
      entries.push(held(entries, readOne(row, entry, missing)));
    }
  }
  return entries;
}

function readOne(row: FieldRow, value: unknown, missing: Missing): unknown {
  if (typeof row.of !== "string") {
    return row.of.read(value, missing, row.wire);
  }
  const [expected, read] = READ[row.of];
  const result = read(value);
  if (result === undefined) {
    throw new Unreadable(row.wire, value, expected);
  }
  return result;
}

function unread(row: FieldRow, value: unknown): unknown {
  if (row.many && Array.isArray(value)) {
    return value.map((entry) => unreadOne(row, entry));
  }
  return unreadOne(row, value);
}

function unreadOne(row: FieldRow, value: unknown): unknown {
  if (value instanceof Secret) {
    return value.reveal();
  }
  return typeof row.of !== "string" && value !== null ? row.of.toWire(value) : value;
}

const READ: Readonly<Record<Kind, readonly [expected: string, read: (value: unknown) => unknown]>> = {
  id: ["an id", (value) => (typeof value === "boolean" ? undefined : text(value))],
  text: ["text", text],
  integer: ["a whole number", integer],
  number: ["a number", number],
  bool: ["true or false", bool],
  secret: ["text", (value) => secret(text(value))],
  json: ["a value", (value) => value],
};

function text(value: unknown): string | undefined {
  return typeof value === "object" ? undefined : String(value);
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

function integer(value: unknown): number | bigint | undefined {
  if (typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value)) {
    const parsed = Number(value);
    return Number.isSafeInteger(parsed) ? parsed : BigInt(value);
  }
  return typeof value === "bigint" || Number.isInteger(value) ? (value as number | bigint) : undefined;
}

function number(value: unknown): number | undefined {
  // A fraction is inexact anyway, so a large one need not be exact either.
  const parsed = typeof value === "bigint" ? Number(value) : value;
  if (typeof parsed !== "string") {
    return typeof parsed === "number" ? parsed : undefined;
  }
  const read = parsed.trim() === "" ? Number.NaN : Number(parsed);
  return Number.isFinite(read) ? read : undefined;
}

function bool(value: unknown): boolean | undefined {
  const read = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (read === true || read === "true" || read === 1) {
    return true;
  }
  return read === false || read === "false" || read === 0 ? false : undefined;
}

/** A row of a list that mspkit does not know, as plain data. */
export type PlainRow = Readonly<Record<string, unknown>>;

/** Rows are not read: they have no documented fields. */
class Unshaped extends Shape<PlainRow> {
  override read(value: unknown): PlainRow {
    return value as PlainRow;
  }
}

/** The shape of rows of lists that mspkit does not know. */
export const ROW: Shape<PlainRow> = new Unshaped("PlainRow", {});
