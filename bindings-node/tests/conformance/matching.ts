/**
 * The matching rules of the case format: exact unless a matcher says otherwise.
 */

import { inspect } from "node:util";
import type { MspError, ResponseMeta } from "mspkit";
import { camel } from "../../dist/cjs/names.js";
import type { Data } from "./cases.js";

/** Something is not as the case expects it. */
export class Mismatch extends Error {}

/** What came of a call, in the form in which cases look at it. */
export class Outcome {
  result: unknown = null;
  readonly items: Data[] = [];
  readonly pages: number[] = [];
  total: number | undefined;
  complete: boolean | undefined;
  missing: number | undefined;
  meta: ResponseMeta | undefined;
  resumeToken: string | undefined;
  error: MspError | undefined;

  /** The part that a `save` path names. */
  saved(path: string): unknown {
    let at: unknown = {
      result: this.result,
      items: this.items,
      resume_token: this.resumeToken,
      meta: { request_id: this.meta?.requestId, status: this.meta?.status },
      error: { resume_token: this.error?.resumeToken },
    };
    for (const part of path.split(".")) {
      at = typeof at === "object" && at !== null ? (at as Data)[part] : undefined;
    }
    if (at === undefined || at === null) {
      throw new Mismatch(`save: ${path} leads to nothing`);
    }
    return at;
  }
}

function shown(value: unknown): string {
  return value === undefined
    ? "nothing"
    : inspect(value, { depth: 20, breakLength: Number.POSITIVE_INFINITY });
}

function isObject(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Compares two JSON values; `undefined` is that there is none. */
export function value(want: unknown, have: unknown, at: string): void {
  const matcher = isObject(want) ? Object.keys(want) : [];
  if (isObject(want) && matcher.length === 1 && matcher[0]?.startsWith("$")) {
    matches(matcher[0], want[matcher[0]], have, at);
  } else if (isObject(want) && isObject(have)) {
    for (const name of Object.keys(have)) {
      if (!Object.hasOwn(want, name)) {
        throw new Mismatch(`${at}: ${name} came and is not expected: ${shown(have[name])}`);
      }
    }
    members(want, have, at);
  } else if (Array.isArray(want) && Array.isArray(have)) {
    if (want.length !== have.length) {
      throw new Mismatch(`${at}: expected ${want.length} entries, came ${have.length}: ${shown(have)}`);
    }
    for (const [index, wanted] of want.entries()) {
      value(wanted, have[index], `${at}[${index}]`);
    }
  } else if (want !== have) {
    throw new Mismatch(`${at}: expected ${shown(want)}, came ${shown(have)}`);
  }
}

function members(want: Data, have: Data, at: string): void {
  for (const [name, wanted] of Object.entries(want)) {
    value(wanted, Object.hasOwn(have, name) ? have[name] : undefined, `${at}.${name}`);
  }
}

function matches(name: string, of: unknown, have: unknown, at: string): void {
  if (name === "$subset" && isObject(have)) {
    members(of as Data, have, at);
  } else if (!fits(name, of, have)) {
    throw new Mismatch(`${at}: expected ${name} ${shown(of)}, came ${shown(have)}`);
  }
}

function fits(name: string, of: unknown, have: unknown): boolean {
  const number = typeof have === "number" || typeof have === "bigint";
  switch (name) {
    case "$any":
      return have !== undefined;
    case "$absent":
      return have === undefined;
    case "$number":
      return number && String(have) === of;
    case "$between": {
      const [low, high] = of as [number, number];
      return number && low <= have && have <= high;
    }
    default:
      return false;
  }
}

/** Compares what came of a call with what was expected of it. */
export function outcome(want: Data, have: Outcome): void {
  if (have.error !== undefined && want.error === undefined) {
    throw new Mismatch(`failed: ${have.error.stack}`);
  }
  for (const [name, wanted] of Object.entries(want)) {
    switch (name) {
      case "error":
        if (have.error === undefined) {
          throw new Mismatch(`succeeded: ${shown(have.result)} ${shown(have.items)}`);
        }
        failure(wanted as Data, have.error);
        break;
      case "result":
        value(wanted, have.result, name);
        break;
      case "items":
        value(wanted, have.items, name);
        break;
      case "count":
        value(wanted, have.items.length, name);
        break;
      case "pages":
        value(
          wanted,
          have.pages.filter((size) => size > 0),
          name,
        );
        break;
      case "total":
        value(wanted, have.total ?? null, name);
        break;
      case "complete":
      case "missing":
        value(wanted, have[name] ?? null, name);
        break;
      case "ids":
        for (const [field, ids] of Object.entries(wanted as Data)) {
          const came = have.items.map((item) => item[field]);
          value(ids, came, `ids.${field}`);
        }
        break;
      case "meta":
        for (const [part, expected] of Object.entries(wanted as Data)) {
          value(expected, have.meta?.[part as "status" | "attempts"], `meta.${part}`);
        }
        break;
      default:
        throw new Mismatch(`expect.${name}: the format has no such field`);
    }
  }
}

/** Everything that can be seen of an error, also where one has to look for it. */
function everything(error: MspError): string {
  const hidden = inspect(error, { depth: 20, showHidden: true, maxStringLength: null });
  return `${error}\n${error.stack}\n${JSON.stringify(error)}\n${hidden}\n${error.body}`;
}

function failure(want: Data, error: MspError): void {
  const message = String(error);
  const came: Data = {
    kind: error.kind,
    status: error.status ?? null,
    code: error.code ?? null,
    server_error_id: error.serverErrorId ?? null,
    retryable: error.retryable,
    retry_after: error.retryAfter === undefined ? null : error.retryAfter / 1000,
    attempts: error.attempts.length,
    has_resume_token: error.resumeToken !== undefined,
    total: error.total ?? null,
    missing: error.missing ?? null,
    argument: error.argument ?? null,
    given: error.given ?? null,
    allowed: error.allowed ?? null,
    method: error.method ?? null,
    path: error.path ?? null,
    server: error.server ?? null,
  };
  for (const [name, wanted] of Object.entries(want)) {
    const at = `error.${name} of ${shown(message)}`;
    if (name === "message_contains") {
      for (const text of wanted as string[]) {
        // Arguments and operations have the names of this language here.
        const here = message.includes(text) ? text : camel(text);
        if (!message.toLowerCase().includes(here.toLowerCase())) {
          throw new Mismatch(`${at}: does not hold ${shown(here)}`);
        }
      }
    } else if (name === "message_excludes") {
      // Lines are what stacks and inspected objects are made of; the message has none.
      const seen = (text: string) => (/^\p{C}+$/u.test(text) ? message : everything(error));
      const text = (wanted as string[]).find((text) => seen(text).includes(text));
      if (text !== undefined) {
        throw new Mismatch(`${at}: holds ${shown(text)}: ${everything(error)}`);
      }
    } else if (name === "field_errors") {
      fieldErrors(wanted as Data[], error, at);
    } else if (name === "argument" && typeof wanted === "string") {
      value(camel(wanted), came.argument, at);
    } else if (name in came) {
      value(wanted, came[name], at);
    } else {
      throw new Mismatch(`expect.error.${name}: the format has no such field`);
    }
  }
}

function fieldErrors(want: readonly Data[], error: MspError, at: string): void {
  if (want.length !== error.fieldErrors.length) {
    throw new Mismatch(`${at}: expected ${want.length} entries, came ${shown(error.fieldErrors)}`);
  }
  for (const [index, entry] of want.entries()) {
    for (const [part, expected] of Object.entries(entry)) {
      const said = error.fieldErrors[index]?.[part as "field" | "code" | "message"];
      value(expected, said ?? null, `${at}[${index}].${part}`);
    }
  }
}
