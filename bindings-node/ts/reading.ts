/**
 * How far a list has been read: what lists have in common, async and blocking.
 *
 * All ways to read take from the page in hand first, so they may follow each other. What a list is, where it ends and
 * whether it is whole, the core says; here is only what of a part was given out.
 */

import { MspError } from "./errors.js";
import { fromNative, invalid, missingOf, placed, placing, type Site, site } from "./failure.js";
import { ListIncompleteError } from "./generated/kinds.js";
import { type Missing, type Shape, Unreadable } from "./model.js";
import type { NativePager } from "./native.js";
import { parse } from "./parse.js";
import { note, ResponseMeta, type Said } from "./response.js";

/** A list that nobody has read yet. */
export interface Beginning<T> {
  readonly shape: Shape<T>;
  readonly operation: string;
  readonly open: () => NativePager;
  /** Where the caller has asked for it. */
  readonly site: Site;
}

/** A page of a list. */
export class Page<T> implements Iterable<T> {
  /** The items. */
  readonly items: readonly T[];
  /** How many items the server says the list has. */
  readonly total: number | undefined;
  /** The number of the page, from 1, where pages are numbered. */
  readonly number: number | undefined;
  /** Token to resume after this page. */
  readonly resumeToken: string;
  /** Status, headers, ids and times of the page's answer. */
  readonly responseMeta: ResponseMeta;

  /** @internal */
  constructor(items: readonly T[], said: Said, meta: ResponseMeta) {
    this.items = items;
    this.total = said.total;
    this.number = said.number;
    this.resumeToken = said.resumeToken ?? "";
    this.responseMeta = meta;
    note(this, meta);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.items[Symbol.iterator]();
  }
}

/** The items of a part of which all were given out. */
const NONE: unknown[] = [];

/** How far a list has been read. */
export abstract class Reading<T extends object> {
  readonly #beginning: Beginning<T>;
  #pager: NativePager | undefined;
  /** Whether it was begun to read the list as a whole. */
  #begun = false;
  #ended = false;
  #left = false;
  #items: unknown[] = NONE;
  #at = 0;
  #meta: string | undefined;
  #said: Said | undefined;
  /** Of the part in hand. */
  #missing: Missing | undefined;

  /** @internal */
  constructor(beginning: Beginning<T>) {
    this.#beginning = beginning;
  }

  /**
   * Token to resume after the items returned so far. Pass it to the same list later.
   *
   * @throws {@link MspError} Nothing was read yet, and the arguments of the list are wrong.
   */
  get resumeToken(): string {
    return this._pager().resumeToken(this.#at);
  }

  /**
   * Whether the list is whole: once all of it was given out, as many different rows came as the server said there are.
   * Undefined before the end, where a `limit` has ended it, and where the server said nothing that tells.
   */
  get complete(): boolean | undefined {
    return this._ready ? undefined : (this.#pager?.complete() ?? undefined);
  }

  /** How many of the rows that the server announced are missing; known when `complete` is. */
  get missing(): number | undefined {
    return this._ready ? undefined : (this.#pager?.missing() ?? undefined);
  }

  /** How many items the server says the list has, once a page has said so. */
  get total(): number | undefined {
    return this.#told()?.total;
  }

  /** Status, headers, ids and times of the page that is being read. */
  get responseMeta(): ResponseMeta | undefined {
    const said = this.#told();
    return said === undefined ? undefined : new ResponseMeta(said);
  }

  #told(): Said | undefined {
    if (this.#said === undefined && this.#meta !== undefined) {
      this.#said = JSON.parse(this.#meta) as Said;
    }
    return this.#said;
  }

  /** @internal The native list, opened now if need be. */
  protected _pager(): NativePager {
    this.#pager ??= placing(this.#beginning.site, this.#beginning.open);
    return this.#pager;
  }

  /** @internal Begins to read all that is left, by this method. */
  protected _begin(by: () => unknown): void {
    if (this.#left || (this.#ended && this.#begun)) {
      throw placed(invalid("list", "is read once; list again, with its resumeToken to go on"), site(by));
    }
    this.#begun = true;
  }

  /** @internal Whether nothing more is read. */
  protected get _ended(): boolean {
    return this.#ended;
  }

  /** @internal Where the caller has asked for the list. */
  protected get _site(): Site {
    return this.#beginning.site;
  }

  /** @internal Takes a part in hand; nothing, at the end of the list. */
  protected _turn(text: string, meta: string, marker: string | undefined): boolean {
    const items = parse(text, marker) as unknown[] | null;
    if (items === null) {
      this.#ended = true;
      const warning = this._pager().warning();
      if (warning !== null) {
        const { message } = fromNative(warning);
        process.emitWarning(message, { type: "ListIncompleteWarning", code: "MSPKIT_LIST_INCOMPLETE" });
      }
    }
    if (items !== null || (this.#meta === undefined && meta !== "")) {
      [this.#meta, this.#said] = [meta, undefined];
    }
    if (items !== null) {
      [this.#items, this.#at] = [items, 0];
      this.#missing = missingOf(this.#beginning.operation, () => new ResponseMeta(JSON.parse(meta)));
    }
    return items !== null;
  }

  /** @internal Whether the part in hand has another item. */
  protected get _ready(): boolean {
    return this.#at < this.#items.length;
  }

  /** @internal The next item of the part in hand. One that cannot be read counts as given out. */
  protected _item(): T {
    const at = this.#at;
    this.#at = at + 1;
    try {
      const item = this.#beginning.shape.read(this.#items[at], this.#missing);
      // Held on here, what was given out would outlive its use and be moved to where V8 seldom collects.
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

  /** @internal What is left of the part in hand as a page. An item that cannot be read ends the page before it. */
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
    const said = this.#told() as Said;
    return new Page(items, { ...said, resumeToken: this.resumeToken }, new ResponseMeta(said));
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

  /** @internal The error of a fetch. One that says that the list is incomplete comes at the list's end. */
  protected _failed(error: unknown): unknown {
    this.#ended ||= error instanceof ListIncompleteError;
    return error;
  }

  /** @internal Checks how many items are collected at most. */
  protected _atMost(limit: number | undefined): number {
    if (limit === undefined || limit === null) {
      return Number.POSITIVE_INFINITY;
    }
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw placed(invalid("limit", "must be a whole number, 1 or more", limit), this._site);
    }
    return limit;
  }

  /** @internal Remembers where reading is; gives what goes back there, for an error: nothing was given out then. */
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

/** How many items a part holds at most, as the native half takes it. */
export function most(wanted: number): number | undefined {
  return wanted < 2 ** 32 ? wanted : undefined;
}
