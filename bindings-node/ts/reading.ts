/**
 * The position in a list: what async and blocking lists have in common.
 *
 * All ways to read take from the current part first, so they can follow each other. The core decides where a list ends
 * and whether it is complete; only what was returned of a part is tracked here.
 */

import { MspError } from "./errors.js";
import { fromNative, invalid, missingOf, placed, placing, type Site, site } from "./failure.js";
import { ListIncompleteError } from "./generated/kinds.js";
import { type Missing, type Shape, Unreadable } from "./model.js";
import type { NativePager } from "./native.js";
import { parse } from "./parse.js";
import { type NativeMeta, note, ResponseMeta } from "./response.js";

/** A list that was not read yet. */
export interface Beginning<T> {
  readonly shape: Shape<T>;
  readonly operation: string;
  readonly open: () => NativePager;
  /** The position in the caller's code that made the list. */
  readonly site: Site;
}

/** A page of a list. */
export class Page<T> implements Iterable<T> {
  /** The items. */
  readonly items: readonly T[];
  /** How many items the list has, as reported by the server. */
  readonly total: number | undefined;
  /** The number of the page, from 1, if pages are numbered. */
  readonly number: number | undefined;
  /** Token to resume after this page. */
  readonly resumeToken: string;
  /** Status, headers, ids and times of the page's response. */
  readonly responseMeta: ResponseMeta;

  /** @internal */
  constructor(items: readonly T[], native: NativeMeta, meta: ResponseMeta) {
    this.items = items;
    this.total = native.total;
    this.number = native.number;
    this.resumeToken = native.resumeToken ?? "";
    this.responseMeta = meta;
    note(this, meta);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.items[Symbol.iterator]();
  }
}

/** The items of a part that was returned completely. */
const NONE: unknown[] = [];

/** The position in a list. */
export abstract class Reading<T extends object> {
  readonly #beginning: Beginning<T>;
  #pager: NativePager | undefined;
  /** Whether a read of the whole list was started. */
  #started = false;
  #ended = false;
  #left = false;
  #items: unknown[] = NONE;
  #at = 0;
  #meta: string | undefined;
  #parsed: NativeMeta | undefined;
  /** Of the current part. */
  #missing: Missing | undefined;

  /** @internal */
  constructor(beginning: Beginning<T>) {
    this.#beginning = beginning;
  }

  /**
   * Token to resume after the items returned so far. Pass it to the same list later.
   *
   * @throws {@link MspError} Nothing was read yet, and the arguments of the list are invalid.
   */
  get resumeToken(): string {
    return this._pager().resumeToken(this.#at);
  }

  /**
   * Whether the list is complete: once it was read to its end, whether as many different rows arrived as the server
   * reported. Undefined before the end, if a `limit` ended it, and if the server reports no count.
   */
  get complete(): boolean | undefined {
    return this._ready ? undefined : (this.#pager?.complete() ?? undefined);
  }

  /** How many of the rows that the server reported are missing; known when `complete` is. */
  get missing(): number | undefined {
    return this._ready ? undefined : (this.#pager?.missing() ?? undefined);
  }

  /** How many items the list has, as reported by the server, once a page was read. */
  get total(): number | undefined {
    return this.#native()?.total;
  }

  /** Status, headers, ids and times of the page that is being read. */
  get responseMeta(): ResponseMeta | undefined {
    const native = this.#native();
    return native === undefined ? undefined : new ResponseMeta(native);
  }

  #native(): NativeMeta | undefined {
    if (this.#parsed === undefined && this.#meta !== undefined) {
      this.#parsed = JSON.parse(this.#meta) as NativeMeta;
    }
    return this.#parsed;
  }

  /** @internal The native list, opened now if necessary. */
  protected _pager(): NativePager {
    this.#pager ??= placing(this.#beginning.site, this.#beginning.open);
    return this.#pager;
  }

  /** @internal Starts reading everything that is left, by this method. */
  protected _begin(by: () => unknown): void {
    if (this.#left || (this.#ended && this.#started)) {
      throw placed(
        invalid("list", "can only be read once; call the list method again, with resumeToken to continue"),
        site(by),
      );
    }
    this.#started = true;
  }

  /** @internal Whether nothing more is read. */
  protected get _ended(): boolean {
    return this.#ended;
  }

  /** @internal The position in the caller's code that made the list. */
  protected get _site(): Site {
    return this.#beginning.site;
  }

  /** @internal Makes a part the current one; undefined at the end of the list. */
  protected _turn(text: string, meta: string, marker: string | undefined): boolean {
    const items = parse(text, marker) as unknown[] | null;
    if (items === null) {
      this.#ended = true;
      this.#items = NONE;
      const warning = this._pager().warning();
      if (warning !== null) {
        const { message } = fromNative(warning);
        process.emitWarning(message, { type: "ListIncompleteWarning", code: "MSPKIT_LIST_INCOMPLETE" });
      }
    }
    if (items !== null || (this.#meta === undefined && meta !== "")) {
      [this.#meta, this.#parsed] = [meta, undefined];
    }
    if (items !== null) {
      [this.#items, this.#at] = [items, 0];
      this.#missing = missingOf(this.#beginning.operation, () => new ResponseMeta(JSON.parse(meta)));
    }
    return items !== null;
  }

  /** @internal Whether the current part has another item. */
  protected get _ready(): boolean {
    return this.#at < this.#items.length;
  }

  /** @internal How many items of the current part were returned. */
  protected get _consumed(): number {
    return this.#at;
  }

  /** @internal The next item of the current part. An item that cannot be read counts as returned. */
  protected _item(): T {
    const at = this.#at;
    this.#at = at + 1;
    try {
      const item = this.#beginning.shape.read(this.#items[at], this.#missing);
      // If it were kept here, a returned item would outlive its use and move to the old generation.
      this.#items[at] = undefined;
      if (this.#at === this.#items.length) {
        this.#items = NONE;
      }
      return item;
    } catch (error) {
      throw error instanceof Unreadable
        ? fromNative(this._pager().unreadable(at, error.message), this._site)
        : error;
    }
  }

  /** @internal The rest of the current part as a page. An item that cannot be read ends the page before it. */
  protected _page(): Page<T> {
    const items: T[] = [];
    const begin = this.#at;
    while (this._ready) {
      const at = this.#at;
      try {
        items.push(this._item());
      } catch (error) {
        if (at === begin) {
          throw error;
        }
        this.#at = at;
        break;
      }
    }
    const native = this.#native() as NativeMeta;
    return new Page(items, { ...native, resumeToken: this.resumeToken }, new ResponseMeta(native));
  }

  /** @internal Ends reading. What is being read ahead is dropped. */
  protected _leave(): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#left = true;
      this.#items = NONE;
      this.#pager?.leave();
    }
  }

  /** @internal The error of a fetch. The error that the list is incomplete is thrown at the list's end. */
  protected _failed(error: unknown): unknown {
    this.#ended ||= error instanceof ListIncompleteError;
    return error;
  }

  /** @internal Checks the maximum number of items to collect. */
  protected _atMost(limit: number | undefined): number {
    if (limit === undefined || limit === null) {
      return Number.POSITIVE_INFINITY;
    }
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw placed(invalid("limit", "must be a whole number, 1 or more", limit), this._site);
    }
    return limit;
  }

  /** @internal Remembers the position; returns a function that goes back to it after an error, as if nothing had
   * been returned. */
  protected _mark(): (error: unknown) => unknown {
    const pager = this._pager();
    const [at, ready, ended] = [this.#at, this._ready, this.#ended];
    pager.mark();
    return (error) => {
      pager.back();
      if (!this.#left) {
        this.#ended = ended;
      }
      [this.#items, this.#at] = [NONE, at];
      if (ready) {
        const [, text, , marker] = pager.again(at);
        this.#items = [...Array(at), ...(parse(text, marker) as unknown[])];
      }
      if (error instanceof MspError) {
        resumed(error, this.resumeToken);
      }
      return error;
    };
  }
}

function resumed(error: MspError, token: string): void {
  Object.defineProperty(error, "resumeToken", {
    value: token,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

/** The maximum number of items of a part, in the form of the native half. */
export function most(wanted: number): number | undefined {
  return wanted < 2 ** 32 ? wanted : undefined;
}
