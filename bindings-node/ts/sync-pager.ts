/**
 * Lists of the blocking clients.
 */

import { countText, type Partition } from "./partition.js";
import { most, type Page, Reading } from "./reading.js";
import {
  type ArrowOptions,
  type ObjectOptions,
  pathOf,
  plainly,
  tabling,
  type WriteCsvOptions,
  type WriteOptions,
  writing,
} from "./rows-out.js";
import { wait } from "./wait.js";

const END = { value: undefined, done: true } as const;

/**
 * A list of a blocking client, which stalls the event loop for every page.
 *
 * `next()`, `first()`, `pages()`, `collect()` and loops can follow each other: each continues where the previous one
 * stopped, even after an error. Leaving a loop ends the list. However reading stops, `resumeToken` says where to
 * continue.
 */
export class SyncPager<T extends object> extends Reading<T> implements IterableIterator<T> {
  /** The items, one after another. */
  [Symbol.iterator](): this {
    this._begin(this[Symbol.iterator]);
    return this;
  }

  /** The next item. */
  next(): IteratorResult<T, undefined> {
    return this.#ready(Number.POSITIVE_INFINITY) ? { value: this._item(), done: false } : END;
  }

  /**
   * The next item alone, or undefined at the end. The rest is not fetched yet.
   *
   * @throws {@link MspError} Any kind.
   */
  first(): T | undefined {
    return this.#ready(1) ? this._item() : undefined;
  }

  /** Ends reading, as leaving a loop does. Requests in flight are dropped. */
  return(): IteratorResult<T, undefined> {
    this._leave();
    return END;
  }

  /** The pages, one after another. */
  pages(): IterableIterator<Page<T>, undefined> {
    this._begin(this.pages);
    const pages: IterableIterator<Page<T>, undefined> = {
      next: () =>
        this._ready || this.#fetchPart(true, Number.POSITIVE_INFINITY)
          ? { value: this._page(), done: false }
          : END,
      return: () => {
        this._leave();
        return END;
      },
      [Symbol.iterator]: () => pages,
    };
    return pages;
  }

  /**
   * All remaining items, or the next `limit` of them.
   *
   * If it fails, no item counts as returned: the error's `resumeToken` is where this began.
   *
   * @param options - `limit`: the maximum number of items.
   * @throws {@link MspError} Any kind.
   */
  collect(options: { readonly limit?: number | undefined } = {}): T[] {
    this._begin(this.collect);
    const limit = this._atMost(options.limit);
    const back = this._mark();
    const items: T[] = [];
    try {
      while (items.length < limit && this.#ready(limit - items.length)) {
        while (items.length < limit && this._ready) {
          items.push(this._item());
        }
      }
    } catch (error) {
      throw back(error);
    }
    return items;
  }

  /**
   * Divides the list into at most `n` partitions that other processes and workers read, each on its own, together
   * everything once.
   *
   * One page is requested. A list with fewer pages has fewer partitions, and one without page numbers or a total has
   * one. The last partition ends with the list, so it has the rows that were added meanwhile. Unless the list has a
   * `concurrency`, the partitions together stay within the endpoint's limit if at most that many are read at a time.
   *
   * @param n - The maximum number of partitions.
   * @throws {@link InvalidRequestError} The list has a `limit`, secret parameters or extra headers.
   * @throws {@link MspError} Any other kind.
   */
  partitions(n: number): Partition<T>[] {
    const pager = this._pager();
    return JSON.parse(wait(this._site, (watch) => pager.partitionsSync(watch, countText(n)))[1]);
  }

  /**
   * The remaining items as plain objects, one after another: copies without what models have besides their data.
   *
   * @param options - The fields that are wanted.
   * @throws {@link InvalidRequestError} A column has no field.
   */
  *toObjects(options: ObjectOptions = {}): IterableIterator<Record<string, unknown>, undefined> {
    const plain = plainly(this._pager(), options);
    for (const item of this) {
      yield plain(item);
    }
  }

  /**
   * The remaining items as a table of Apache Arrow: the bytes of its IPC stream format, with a batch for each page.
   *
   * Names and types of the columns do not depend on the rows. If it fails, no item counts as returned.
   *
   * @param options - The columns that are wanted.
   * @throws {@link InvalidRequestError} A column has no field, or the fields of the list are not known.
   * @throws {@link MspError} Any kind; its `resumeToken` is where this began.
   */
  toArrow(options: ArrowOptions = {}): Uint8Array {
    const how = tabling(options);
    const pager = this._pager();
    const back = this._mark();
    try {
      const read = (watch: number) => pager.tableSync(watch, this._consumed, how);
      const [, bytes, meta] = wait(this._site, read);
      this._turn("null", meta, undefined);
      return bytes as unknown as Uint8Array;
    } catch (error) {
      throw this._failed(back(error));
    }
  }

  /**
   * Writes the remaining items as CSV (RFC 4180, UTF-8), page by page, and returns their number.
   *
   * Fields of nested objects are columns of their own, named `address.city`; lists are JSON text. Texts that a
   * spreadsheet would run as a formula begin with `'`.
   * The file is complete or not there: until the end, a file of that name stays as it is, and after a failure no item
   * counts as returned.
   *
   * @param path - The path of the file.
   * @param options - Columns and progress.
   * @throws {@link InvalidRequestError} A column has no field, or the file cannot be written.
   * @throws {@link MspError} Any kind; its `resumeToken` is where this began.
   */
  writeCsv(path: string | URL, options: Omit<WriteCsvOptions, "onProgress"> = {}): number {
    return this.#write("csv", path, options);
  }

  /**
   * Writes the remaining items as JSON Lines, page by page, and returns their number.
   *
   * Each line is an object with the names of the model, ids as text, and other values as the server sent them.
   * The file is complete or not there: until the end, a file of that name stays as it is, and after a failure no item
   * counts as returned.
   *
   * @param path - The path of the file.
   * @param options - Columns and progress.
   * @throws {@link InvalidRequestError} A column has no field, or the file cannot be written.
   * @throws {@link MspError} Any kind; its `resumeToken` is where this began.
   */
  writeJsonl(path: string | URL, options: Omit<WriteOptions, "onProgress"> = {}): number {
    return this.#write("jsonl", path, options);
  }

  #write(form: string, path: string | URL, options: WriteCsvOptions): number {
    const [where, [how]] = [pathOf(path), writing(options)];
    const pager = this._pager();
    const back = this._mark();
    try {
      const write = (watch: number) => pager.writeSync(watch, this._consumed, form, where, how);
      const [, rows, meta] = wait(this._site, write);
      this._turn("null", meta, undefined);
      return Number(rows);
    } catch (error) {
      throw this._failed(back(error));
    }
  }

  /** Makes sure that an item is available. Returns whether there is one; `wanted` is how many can be used. */
  #ready(wanted: number): boolean {
    while (!this._ready && !this._ended) {
      this.#fetchPart(false, wanted);
    }
    return this._ready;
  }

  /** Reads a part. Returns whether there was one. */
  #fetchPart(page: boolean, wanted: number): boolean {
    if (this._ended) {
      return false;
    }
    try {
      const next = (watch: number) => this._pager().nextSync(watch, page, most(wanted));
      const [, text, meta, marker] = wait(this._site, next);
      return this._turn(text, meta, marker);
    } catch (error) {
      throw this._failed(error);
    }
  }
}
