/**
 * The case format of `tests/conformance/README.md`; a field that it does not have is a mistake.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** From the compiled file as from this one, the repository is three folders up. */
const FOLDER = join(__dirname, "..", "..", "..", "tests", "conformance");

/** A JSON object of a case. */
export type Data = { [name: string]: unknown };

/** A client of a case. */
export interface ClientSpec {
  readonly service: "ncentral" | "cloudmore" | "wiv";
  readonly options?: Data;
}

/** What is changed about the server. */
export interface ServerSpec {
  readonly reset?: Data;
  readonly script?: unknown[];
  readonly faults?: unknown[];
  readonly clock?: number;
}

/** How a list is read in parts. */
export interface ReadSpec {
  readonly first?: boolean;
  readonly take?: number;
  readonly then?: "items" | "pages" | "collect";
}

/** A step: one of its kinds is there. */
export interface StepSpec {
  readonly sim?: ServerSpec;
  readonly wait?: number;
  readonly client?: ClientSpec;
  readonly call?: string;
  readonly params?: Data;
  readonly options?: Data;
  readonly paging?: Data;
  readonly read?: "items" | "pages" | "collect" | ReadSpec;
  readonly go_on?: boolean;
  readonly untyped?: boolean;
  readonly save?: Readonly<Record<string, string>>;
  readonly expect?: Data;
}

/** A case. */
export interface Case {
  readonly name: string;
  readonly sim?: ServerSpec;
  readonly client: ClientSpec;
  readonly steps: readonly StepSpec[];
  readonly requests?: readonly Data[];
  readonly unordered?: boolean;
  readonly auth_requests?: boolean;
  readonly counts?: Readonly<Record<string, Data>>;
}

/** All cases, with how many the manifest promises. */
export interface Suite {
  readonly expected: number;
  readonly cases: readonly Case[];
}

const CASE = ["name", "why", "sim", "client", "steps", "requests", "unordered", "auth_requests", "counts"];
const CALL = ["call", "params", "options", "paging", "read", "go_on", "untyped", "save", "expect"];
const CLIENT = ["service", "options"];

/** Refuses fields that the format does not have. */
export function only(what: string, value: object | undefined, allowed: readonly string[]): void {
  const unknown = Object.keys(value ?? {}).filter((name) => !allowed.includes(name));
  if (unknown.length > 0) {
    throw new Error(`${what}: the format has no ${unknown.join(", ")}`);
  }
}

/** Reads the manifest and the files that it names. */
export function load(): Suite {
  const read = (name: string) => JSON.parse(readFileSync(join(FOLDER, name), "utf8"));
  const manifest = read("manifest.json") as { cases: number; files: string[] };
  only("manifest", manifest, ["cases", "files"]);
  const cases = manifest.files.flatMap((name) => {
    const file = read(name) as { about: string; cases: Case[] };
    only(name, file, ["about", "cases"]);
    return file.cases;
  });
  const names = new Set<string>();
  for (const one of cases) {
    check(one);
    if (names.has(one.name)) {
      throw new Error(`the name ${one.name} is there twice`);
    }
    names.add(one.name);
  }
  return { expected: manifest.cases, cases };
}

function check(one: Case): void {
  only(one.name, one, CASE);
  only(one.name, one.sim, ["reset", "script", "faults"]);
  only(one.name, one.client, CLIENT);
  for (const step of one.steps) {
    if (step.call !== undefined) {
      only(one.name, step, CALL);
    } else if (Object.keys(step).length !== 1) {
      throw new Error(`${one.name}: ${Object.keys(step).join(", ")} is no step`);
    } else {
      only(one.name, step, ["sim", "wait", "client"]);
      only(one.name, step.sim, ["script", "faults", "clock"]);
      only(one.name, step.client, CLIENT);
    }
  }
}
