/**
 * Lists: lazy, read page by page, over items or over pages.
 */

import { checkSignal } from "./abort.js";
import { wanted } from "./diagnostics.js";
import { begin, drop, turn } from "./port.js";
import { type Beginning, type Page, Reading } from "./reading.js";

export { Page } from "./reading.js";
export { SyncPager } from "./sync-pager.js";

const END = { value: undefined, done: true } as const;

/**
 * A list that is read while it is iterated with `for await`. It is read once.
 *
 * Leaving the loop drops what is in flight. However it is left, `resumeToken` says where to go on.
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
  /** Whether the page in hand was there as soon as it was asked for. */
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

  /** The next item. Several may be asked for at once; they come in their order. */
  next(): Promise<IteratorResult<T, undefined>> {
    // Most items are in hand already; a promise of one costs less than an async function.
    if (this._ready && !this._ended && this.#fetching === undefined && this.#signal?.aborted !== true) {
      try {
        return Promise.resolve({ value: this._item(), done: false });
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#next();
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    while (!this._ended) {
      if (this.#signal?.aborted === true) {
        throw this._fail(this.#signal.reason);
      }
      if (this._ready && this.#fetching === undefined) {
        return { value: this._item(), done: false };
      }
      const fetching = this.#fetch();
      try {
        await fetching;
      } finally {
        // Here and not where it ends: who asks in between comes after those who have waited.
        this.#fetched(fetching);
      }
    }
    return END;
  }

  /** Ends reading, as leaving a loop does. What is in flight is dropped. */
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
      (await this.#fetchPage()) ? { value: this._page(), done: false } : END;
    // One after another, also when several are asked for at once.
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
   * All items at once, or the first `limit` of them.
   *
   * When it fails, nothing was given out: the error's `resumeToken` is where this began.
   *
   * @param options - `limit`: how many items at most.
   * @throws {@link MspError} Every kind.
   */
  async collect(options: { readonly limit?: number | undefined } = {}): Promise<T[]> {
    this._begin(this.collect);
    this._atMost(options.limit);
    const token = this.resumeToken;
    const items: T[] = [];
    try {
      while (await this.#fetchPage()) {
        while (this._ready) {
          items.push(this._item());
        }
      }
    } catch (error) {
      throw this._undo(token, error);
    }
    return items;
  }

  /** Reads a page, unless one is being read. Gives whether there was one. */
  #fetch(): Promise<boolean> {
    if (this._ended) {
      return Promise.resolve(false);
    }
    this.#fetching ??= this.#read();
    return this.#fetching;
  }

  /** Allows another page to be read, now that this one is in hand. */
  #fetched(fetching: Promise<boolean>): void {
    if (this.#fetching === fetching) {
      this.#fetching = undefined;
    }
  }

  async #fetchPage(): Promise<boolean> {
    const fetching = this.#fetch();
    try {
      return await fetching;
    } finally {
      this.#fetched(fetching);
    }
  }

  async #read(): Promise<boolean> {
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
          (port, id) => pager.submitNext(port, id, watch),
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
      throw this._fail(error);
    } finally {
      this.#call = undefined;
    }
  }
}

/** Why a fetch ends whose list was left; nobody sees it. */
const LEFT = Symbol("left");
