/**
 * Lists of rows as arguments: of models or plain objects, from pagers or any other iterable.
 */

/** A list of rows, a pager, or any other iterable of rows. */
export type Rows<T> = Iterable<T> | AsyncIterable<T>;

/** Texts are iterable as well, but no rows. */
function isIterable(rows: unknown): rows is Iterable<unknown> {
  return typeof rows === "object" && rows !== null && Symbol.iterator in rows;
}

/** The rows as a list; what is no list of rows is refused by the native half. */
export function listedNow<T>(rows: Iterable<T>): T[] {
  return isIterable(rows) ? [...rows] : (rows as never);
}

/** The rows as a list; what is no list of rows is refused by the native half. */
export async function listed<T>(rows: Rows<T>): Promise<T[]> {
  if (isIterable(rows)) {
    return [...(rows as Iterable<T>)];
  }
  if (typeof rows !== "object" || rows === null || !(Symbol.asyncIterator in rows)) {
    return rows as never;
  }
  const list: T[] = [];
  for await (const row of rows) {
    list.push(row);
  }
  return list;
}
