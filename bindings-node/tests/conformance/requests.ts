/**
 * What the server has received, compared with what the case expects there.
 */

import type { Data } from "./cases.js";
import { Mismatch, value } from "./matching.js";

/** A request in the simulator's log. */
export interface Received {
  readonly method: string;
  readonly raw_target: string;
  readonly query: Data;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly status: number | null;
  readonly at_ms: number;
}

/** Compares the whole log. */
export function requests(want: readonly Data[], have: readonly Received[], unordered: boolean): void {
  const summary = have.map((one) => `${one.method} ${one.raw_target}`).join(", ");
  if (want.length !== have.length) {
    throw new Mismatch(`expected ${want.length} requests, came ${have.length}: ${summary}`);
  }
  if (unordered) {
    assign(want, [...have], summary);
    return;
  }
  for (const [index, wanted] of want.entries()) {
    const why = mismatch(wanted, have[index] as Received, have[index - 1]);
    if (why !== undefined) {
      throw new Mismatch(`request ${index}: ${why}`);
    }
  }
}

function assign(want: readonly Data[], left: Received[], summary: string): void {
  for (const wanted of want) {
    const at = left.findIndex((came) => mismatch(wanted, came, undefined) === undefined);
    if (at < 0) {
      throw new Mismatch(`no request is ${JSON.stringify(wanted)} among ${summary}`);
    }
    left.splice(at, 1);
  }
}

function mismatch(want: Data, have: Received, before: Received | undefined): string | undefined {
  try {
    request(want, have, before);
    return undefined;
  } catch (error) {
    if (error instanceof Mismatch) {
      return error.message;
    }
    throw error;
  }
}

function request(want: Data, have: Received, before: Received | undefined): void {
  const body = have.body ?? "";
  value(want.query ?? {}, have.query, "query");
  if (body !== "" && !("json" in want || "form" in want || "body" in want)) {
    throw new Mismatch(`a body came and is not expected: ${body}`);
  }
  for (const [name, wanted] of Object.entries(want)) {
    switch (name) {
      case "query":
        break;
      case "method":
      case "status":
        value(wanted, have[name], name);
        break;
      case "path": {
        const came = have.raw_target.split("?", 1)[0] as string;
        value(lowerEscapes(wanted as string), lowerEscapes(came), "path");
        break;
      }
      case "headers":
        for (const [header, pattern] of Object.entries(wanted as Data)) {
          headerMatches(header, pattern, have.headers[header]);
        }
        break;
      case "json":
        typed("application/json", have);
        value(wanted, JSON.parse(body), "json");
        break;
      case "form":
        typed("application/x-www-form-urlencoded", have);
        value(wanted, Object.fromEntries(new URLSearchParams(body)), "form");
        break;
      case "body":
        value(wanted, body, "body");
        break;
      case "after_ms": {
        const passed = have.at_ms - (before?.at_ms ?? 0);
        if (passed + 10 < (wanted as number)) {
          throw new Mismatch(`came ${passed} ms after the one before, ${wanted} expected`);
        }
        break;
      }
      default:
        throw new Mismatch(`requests.${name}: the format has no such field`);
    }
  }
}

function typed(begins: string, have: Received): void {
  const type = have.headers["content-type"] ?? "";
  if (!type.startsWith(begins)) {
    throw new Mismatch(`content-type is ${JSON.stringify(type)}`);
  }
}

function headerMatches(name: string, want: unknown, have: string | undefined): void {
  if (typeof want !== "string") {
    value(want, have, name);
    return;
  }
  const parts = want.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  if (have === undefined || !new RegExp(`^${parts.join("[^]*")}$`).test(have)) {
    throw new Mismatch(`${name}: expected ${JSON.stringify(want)}, came ${JSON.stringify(have)}`);
  }
}

function lowerEscapes(path: string): string {
  return path.replace(/%[0-9A-Fa-f]{2}/g, (found) => found.toLowerCase());
}
