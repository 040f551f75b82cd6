/**
 * Lists: lazy, read page by page, iterated by item or by page.
 */

import { checkSignal } from "./abort.js";
import { STEP, wanted } from "./diagnostics.js";
import { countText, type Partition } from "./partition.js";
import { begin, drop, turn } from "./port.js";
import { type Beginning, most, type Page, Reading } from "./reading.js";
import {
  type ArrowOptions,
  type ObjectOptions,
  pathOf,
  plainly,
  tabling,
  type WriteCsvOptions,
  type WriteOptions,
  type WriteProgress,
  writing,
} from "./rows-out.js";

export { Page } from "./reading.js";
export { SyncPager } from "./sync-pager.js";

const END = { value: undefined, done: true } as const;

/**
 * A list that is read while it is iterated with `for await`.
 *
 * `next()`, `first()`, `pages()`, `collect()` and loops can follow each other: each continues where the previous one
 * stopped, even after an error. Leaving a loop ends the list and drops requests in flight. However reading stops,
 * `resumeToken` says where to continue.
 *
 * @example
 * ```ts
 * for await (const customer of client.customers.list({ pageSize: 200 })) {
 *   console.log(customer.customerName);
 * }
 * ```
 */
export class Pager<T extends object> extends Reading<T> implements AsyncIterableIterator<T> {
  readonly #signal: AbortSignal | undefined;
  #fetching: Promise<boolean> | undefined;
  /** The call in flight. */
  #call: number | undefined;
  /** Whether the current part was available as soon as it was requested. */
  #atOnce = false;

  /** @internal */
  constructor(beginning: Beginning<T>, signal: AbortSignal | undefined) {
    super(beginning);
    this.#signal = signal;
  }

  /** The items, one after another. */
  [Symbol.asyncIterator](): this {
    this._begin(this[Symbol.asyncIterator]);
    return this;
  }

  /** The next item. Several can be requested at once; they arrive in order. */
  next(): Promise<IteratorResult<T, undefined>> {
    // Most items are available already; a promise of one costs less than an async function.
    if (this._ready && !this._ended && this.#fetching === undefined && this.#signal?.aborted !== true) {
      try {
        return Promise.resolve({ value: this._item(), done: false });
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#take(Number.POSITIVE_INFINITY);
  }

  /**
   * The next item alone, or undefined at the end. The rest is not fetched yet.
   *
   * @throws {@link MspError} Any kind.
   */
  async first(): Promise<T | undefined> {
    return (await this.#take(1)).value;
  }

  /** The next item; `wanted` is how many can be used. */
  async #take(wanted: number): Promise<IteratorResult<T, undefined>> {
    while (!this._ended) {
      if (this.#signal?.aborted === true) {
        this._leave();
        throw this.#signal.reason;
      }
      // Taken synchronously: others may wait for it as well.
      if (this._ready && this.#fetching === undefined) {
        return { value: this._item(), done: false };
      }
      await this.#fetchPart(false, wanted);
    }
    return END;
  }

  /** Ends reading, as leaving a loop does. Requests in flight are dropped. */
  return(): Promise<IteratorResult<T, undefined>> {
    this._leave();
    if (this.#call !== undefined) {
      drop(this.#call, LEFT);
    }
    return Promise.resolve(END);
  }

  /**
   * The pages, one after another.
   *
   * @example
   * ```ts
   * for await (const page of client.customers.list({ pageSize: 200 }).pages()) {
   *   console.log(page.number, page.items.length, page.total);
   * }
   * ```
   */
  pages(): AsyncIterableIterator<Page<T>, undefined> {
    this._begin(this.pages);
    const step = async (): Promise<IteratorResult<Page<T>, undefined>> =>
      this._ready || (await this.#fetchPart(true, Number.POSITIVE_INFINITY))
        ? { value: this._page(), done: false }
        : END;
    // One after another, even if several are requested at once.
    let last: Promise<unknown> = Promise.resolve();
    const pages: AsyncIterableIterator<Page<T>, undefined> = {
      next: () => {
        const next = last.then(step, step);
        last = next;
        return next;
      },
      return: async () => {
        await this.return();
        return END;
      },
      [Symbol.asyncIterator]: () => pages,
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
  async collect(options: { readonly limit?: number | undefined } = {}): Promise<T[]> {
    this._begin(this.collect);
    const limit = this._atMost(options.limit);
    const back = this._mark();
    const items: T[] = [];
    try {
      while (items.length < limit) {
        const next = await this.#take(limit - items.length);
        if (next.done) {
          break;
        }
        items.push(next.value);
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
  async partitions(n: number): Promise<Partition<T>[]> {
    checkSignal(this.#signal);
    const pager = this._pager();
    const watch = wanted();
    return await new Promise<Partition<T>[]>((resolve, reject) => {
      begin(
        { site: this._site, signal: this.#signal, watch },
        (port, id) => pager.submitPartitions(port, id, watch, countText(n)),
        (json) => resolve(JSON.parse(json)),
        reject,
      );
    });
  }

  /**
   * The remaining items as plain objects, one after another: copies without what models have besides their data.
   *
   * @param options - The fields that are wanted.
   * @throws {@link InvalidRequestError} A column has no field.
   */
  toObjects(options: ObjectOptions = {}): AsyncIterableIterator<Record<string, unknown>, undefined> {
    const plain = plainly(this._pager(), options);
    const step = async (): Promise<IteratorResult<Record<string, unknown>, undefined>> => {
      const next = await this.next();
      return next.done ? END : { value: plain(next.value), done: false };
    };
    const objects: AsyncIterableIterator<Record<string, unknown>, undefined> = {
      next: step,
      return: async () => {
        await this.return();
        return END;
      },
      [Symbol.asyncIterator]: () => objects,
    };
    return objects;
  }

  /**
   * The remaining items as a table of Apache Arrow: the bytes of its IPC stream format, with a batch for each page.
   *
   * Names and types of the columns do not depend on the rows. If it fails, no item counts as returned.
   *
   * @example
   * ```ts
   * const bytes = await client.customers.list().toArrow({ columns: ["customerId", "city"] });
   * console.log(bytes.length > 0); // true
   * ```
   *
   * @param options - The columns that are wanted.
   * @throws {@link InvalidRequestError} A column has no field, or the fields of the list are not known.
   * @throws {@link MspError} Any kind; its `resumeToken` is where this began.
   */
  async toArrow(options: ArrowOptions = {}): Promise<Uint8Array> {
    checkSignal(this.#signal);
    const how = tabling(options);
    const pager = this._pager();
    const back = this._mark();
    const watch = wanted();
    return await new Promise<Uint8Array>((resolve, reject) => {
      begin(
        { site: this._site, signal: this.#signal, watch },
        (port, id) => pager.submitTable(port, id, watch, this._consumed, how),
        (bytes, meta) => {
          this._turn("null", meta, undefined);
          resolve(bytes as unknown as Uint8Array);
        },
        (error) => reject(this._failed(back(error))),
      );
    });
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
  writeCsv(path: string | URL, options: WriteCsvOptions = {}): Promise<number> {
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
  writeJsonl(path: string | URL, options: WriteOptions = {}): Promise<number> {
    return this.#write("jsonl", path, options);
  }

  async #write(form: string, path: string | URL, options: WriteCsvOptions): Promise<number> {
    checkSignal(this.#signal);
    const [where, [how, onProgress]] = [pathOf(path), writing(options)];
    const pager = this._pager();
    const back = this._mark();
    const watch = onProgress === undefined ? wanted() : wanted() | STEP;
    const onStep = (step: string) => onProgress?.(JSON.parse(step) as WriteProgress);
    return await new Promise<number>((resolve, reject) => {
      begin(
        { site: this._site, signal: this.#signal, watch, onStep },
        (port, id) => pager.submitWrite(port, id, watch, this._consumed, form, where, how),
        (rows, meta) => {
          this._turn("null", meta, undefined);
          resolve(Number(rows));
        },
        (error) => reject(this._failed(back(error))),
      );
    });
  }

  /** Reads a part, unless one is being read. Resolves to whether there was one. */
  async #fetchPart(page: boolean, wanted: number): Promise<boolean> {
    if (this._ended) {
      return false;
    }
    this.#fetching ??= this.#read(page, wanted);
    const fetching = this.#fetching;
    try {
      return await fetching;
    } finally {
      // Here and not at its end: a request in between comes after those that have waited.
      if (this.#fetching === fetching) {
        this.#fetching = undefined;
      }
    }
  }

  async #read(page: boolean, count: number): Promise<boolean> {
    try {
      checkSignal(this.#signal);
      if (this.#atOnce) {
        await turn();
        if (this._ended) {
          return false;
        }
      }
      const pager = this._pager();
      const watch = wanted();
      return await new Promise<boolean>((resolve, reject) => {
        this.#call = begin(
          { site: this._site, signal: this.#signal, watch },
          (port, id) => pager.submitNext(port, id, watch, page, most(count)),
          (text, meta, marker) => {
            try {
              resolve(this._turn(text, meta, marker));
            } catch (error) {
              reject(error);
            }
          },
          reject,
        );
        this.#atOnce = this.#call === undefined;
      });
    } catch (error) {
      if (error === LEFT) {
        return false;
      }
      if (this.#signal?.aborted === true && error === this.#signal.reason) {
        this._leave();
      }
      throw this._failed(error);
    } finally {
      this.#call = undefined;
    }
  }
}

/** The reason for ending a fetch whose list was left; nobody sees it. */
const LEFT = Symbol("left");
