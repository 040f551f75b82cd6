/**
 * Lists of the blocking clients.
 */

import { type Page, Reading } from "./reading.js";
import { wait } from "./wait.js";

const END = { value: undefined, done: true } as const;

/**
 * A list that is read while it is iterated. It is read once, and stalls the event loop for every page.
 *
 * However it is left, `resumeToken` says where to go on.
 */
export class SyncPager<T extends object> extends Reading<T> implements IterableIterator<T> {
  /** The items, one after another. */
  [Symbol.iterator](): this {
    this._begin(this[Symbol.iterator]);
    return this;
  }

  /** The next item. */
  next(): IteratorResult<T, undefined> {
    while (!this._ended) {
      if (this._ready) {
        return { value: this._item(), done: false };
      }
      this.#fetch();
    }
    return END;
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
      next: () => (this.#fetch() ? { value: this._page(), done: false } : END),
      return: () => {
        this._leave();
        return END;
      },
      [Symbol.iterator]: () => pages,
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
  collect(options: { readonly limit?: number | undefined } = {}): T[] {
    this._begin(this.collect);
    this._atMost(options.limit);
    const token = this.resumeToken;
    const items: T[] = [];
    try {
      while (this.#fetch()) {
        while (this._ready) {
          items.push(this._item());
        }
      }
    } catch (error) {
      throw this._undo(token, error);
    }
    return items;
  }

  /** Reads a page. Gives whether there was one. */
  #fetch(): boolean {
    if (this._ended) {
      return false;
    }
    try {
      const [, text, meta, marker] = wait(this._site, (watch) => this._pager().nextSync(watch));
      return this._turn(text, meta, marker);
    } catch (error) {
      throw this._fail(error);
    }
  }
}
