/**
 * Lists of the blocking clients.
 */

import { most, type Page, Reading } from "./reading.js";
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
