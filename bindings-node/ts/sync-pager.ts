/**
 * Lists of the blocking clients.
 */

import { most, type Page, Reading } from "./reading.js";
import { wait } from "./wait.js";

const END = { value: undefined, done: true } as const;

/**
 * A list of a blocking client, which stalls the event loop for every page.
 *
 * `next()`, `first()`, `pages()`, `collect()` and loops may follow each other: each goes on where the one before has stopped,
 * also after an error. Leaving a loop ends the list. However reading stops, `resumeToken` says where to go on.
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
   * The next item alone, or undefined at the end. What comes behind it is still to be read, and is not asked for yet.
   *
   * @throws {@link MspError} Every kind.
   */
  first(): T | undefined {
    return this.#ready(1) ? this._item() : undefined;
  }

  /** Ends reading, as leaving a loop does. What is in flight is dropped. */
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
   * All items that are left, or the next `limit` of them.
   *
   * When it fails, nothing was given out: the error's `resumeToken` is where this began.
   *
   * @param options - `limit`: how many items at most.
   * @throws {@link MspError} Every kind.
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

  /** Sees to it that an item is in hand. Gives whether there is one; `wanted` is how many are of use. */
  #ready(wanted: number): boolean {
    while (!this._ready && !this._ended) {
      this.#fetchPart(false, wanted);
    }
    return this._ready;
  }

  /** Reads a part. Gives whether there was one. */
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
