/**
 * How far a list has been read: what lists have in common, async and blocking.
 *
 * A list is read once. However it is left, by its end, `break`, `limit` or an error, `resumeToken` says where to go on.
 */

import { MspError } from "./errors.js";
import { invalid, placed, placing, type Site, site, undecodable } from "./failure.js";
import { type Shape, Unreadable } from "./model.js";
import type { NativePager } from "./native.js";
import { parse } from "./parse.js";
import { note, ResponseMeta, type Said } from "./response.js";

/** A list that nobody has read yet. */
export interface Beginning<T> {
  readonly operation: string;
  readonly shape: Shape<T>;
  /** Opens the list, with some of the arguments changed. */
  readonly open: (change: object) => NativePager;
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
  /** Where reading goes on after this page. */
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

/** The items of a page of which all were given out. */
const NONE: unknown[] = [];

/** How far a list has been read. */
export abstract class Reading<T extends object> {
  readonly #beginning: Beginning<T>;
  #pager: NativePager | undefined;
  #begun = false;
  #ended = false;
  /** Where reading goes on, once something else than the place in the page decides it. */
  #resumeAt: string | undefined;
  // The page in hand, and how many of its items were given out.
  #items: unknown[] = NONE;
  #at = 0;
  #meta: string | undefined;
  #said: Said | undefined;

  /** @internal */
  constructor(beginning: Beginning<T>) {
    this.#beginning = beginning;
  }

  /**
   * Where reading goes on after the items given out so far. Give it to the same list later.
   *
   * @throws {@link MspError} Nothing was read yet, and the arguments of the list are wrong.
   */
  get resumeToken(): string {
    return this.#resumeAt ?? this._pager().resumeToken(this.#at);
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
  protected _pager(change: object = {}): NativePager {
    this.#pager ??= placing(this.#beginning.site, () => this.#beginning.open(change));
    return this.#pager;
  }

  /** @internal Takes the only turn that there is at reading the list, by this method. */
  protected _begin(by: () => unknown): void {
    if (this.#begun) {
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

  /** @internal Takes a page in hand; nothing, at the end of the list. */
  protected _turn(text: string, meta: string, marker: string | undefined): boolean {
    const items = parse(text, marker) as unknown[] | null;
    if (items === null) {
      this._leave();
      return false;
    }
    this.#items = items;
    this.#at = 0;
    this.#meta = meta;
    this.#said = undefined;
    return true;
  }

  /** @internal Whether the page in hand has another item. */
  protected get _ready(): boolean {
    return this.#at < this.#items.length;
  }

  /** @internal The next item of the page in hand. */
  protected _item(): T {
    const at = this.#at;
    try {
      const item = this.#beginning.shape.read(this.#items[at]);
      // Held on here, what was given out would outlive its use and be moved to where V8 seldom collects.
      this.#items[at] = undefined;
      this.#at = at + 1;
      if (this.#at === this.#items.length) {
        this.#items = NONE;
      }
      return item;
    } catch (error) {
      throw this._fail(this.#readable(error));
    }
  }

  /** @internal The page in hand as a whole. */
  protected _page(): Page<T> {
    const items: T[] = [];
    while (this._ready) {
      items.push(this._item());
    }
    const said = this.#told() as Said;
    return new Page(items, said, new ResponseMeta(said));
  }

  #readable(error: unknown): unknown {
    if (!(error instanceof Unreadable)) {
      return error;
    }
    const meta = this.responseMeta as ResponseMeta;
    const made = undecodable(this.#beginning.operation, error.message, meta);
    resumed(made, this.resumeToken);
    return placed(made, this._site);
  }

  /** @internal Ends reading by an error, which says where to go on. */
  protected _fail(error: unknown): unknown {
    if (error instanceof MspError && error.resumeToken !== undefined) {
      this.#resumeAt = error.resumeToken;
    }
    this._leave();
    return error;
  }

  /** @internal Ends reading. What is being read ahead is dropped. */
  protected _leave(): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#begun = true;
      this.#pager?.leave();
    }
  }

  /** @internal How many items are collected at most; with it the server is not asked for more. */
  protected _atMost(limit: number | undefined): void {
    if (limit === undefined) {
      return;
    }
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw invalid("limit", "must be a whole number, at least 1", limit);
    }
    this._pager({ limit });
  }

  /** @internal Goes back to where reading began: what was read until it failed was not given out. */
  protected _undo(token: string, error: unknown): unknown {
    this.#resumeAt = token;
    if (error instanceof MspError) {
      resumed(error, token);
    }
    return error;
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
