/**
 * Every operation of the core's table is a method of both clients, with its parameters, types, documentation and an
 * example.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { compile, PACKAGE } from "./compile.js";
import { positional, signature } from "./conformance/calls.js";
import { OPERATIONS, type Operation, SERVICES, type Service } from "./services.js";

const FRONTS = ["async", "sync"] as const;
type Front = (typeof FRONTS)[number];
type Methods = Readonly<Record<string, (...args: never[]) => unknown>>;

function resources(service: Service, front: Front): Record<string, Methods> {
  return new service[front](service.options) as Record<string, Methods>;
}

/** The declarations of a service's files. */
function declarations(service: Service): string {
  const folder = join(PACKAGE, "dist", "cjs", "generated", service.id);
  const files = readdirSync(folder).filter((name) => name.endsWith(".d.ts"));
  return files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
}

test("there are operations of every service", () => {
  assert.ok(OPERATIONS.length > 30);
  for (const service of SERVICES) {
    assert.ok(OPERATIONS.some((operation) => operation.service === service));
  }
});

for (const front of FRONTS) {
  test(`${front} methods take what the table says, in its order`, () => {
    for (const operation of OPERATIONS) {
      const method = resources(operation.service, front)[operation.resource]?.[operation.name];
      assert.ok(method, `${operation.id} is missing`);
      assert.deepEqual(positional(method), operation.positional, operation.id);
      assert.equal(/\bparams\b/.test(signature(method)), operation.members.size > 0, operation.id);
      assert.match(signature(method), /\boptions\)$/, operation.id);
    }
  });

  test(`${front} clients have nothing besides`, () => {
    for (const service of SERVICES) {
      const own = OPERATIONS.filter((operation) => operation.service === service);
      const client = resources(service, front);
      const names = Object.keys(Object.getPrototypeOf(client));
      assert.deepEqual(new Set(names), new Set(own.map((operation) => operation.resource)));
      for (const name of names) {
        const resource = client[name];
        const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(resource));
        const wanted = own
          .filter((operation) => operation.resource === name)
          .map((operation) => operation.name);
        assert.deepEqual(new Set(methods), new Set(["constructor", ...wanted]), `${service.id}.${name}`);
      }
    }
  });
}

/** Type-level assertions on a method: which members its parameters have, and which of them must be given. */
function assertions(operation: Operation, front: Front, at: number): string {
  const client = operation.service[`${front}Name`];
  const union = (names: string[]) =>
    names.length > 0 ? names.map((name) => `"${name}"`).join(" | ") : "never";
  const members = [...operation.members.keys()];
  const required = members.filter((name) => operation.members.get(name));
  const ids = operation.positional.map((name) => `${name}: Id`);
  const params =
    members.length > 0
      ? [`params${required.length > 0 ? "" : "?"}: P${at}${required.length > 0 ? "" : " | undefined"}`]
      : [];
  const options = `options?: ${front === "async" ? "CallOptions" : "SyncCallOptions"} | undefined`;
  const tuple = `[${[...ids, ...params, options].join(", ")}]`;
  const lines = [`type M${at} = ${client}["${operation.resource}"]["${operation.name}"];`];
  if (members.length > 0) {
    lines.push(
      `type P${at} = NonNullable<Parameters<M${at}>[${ids.length}]>;`,
      `export const members${at}: Equal<keyof P${at}, ${union(members)}> = true;`,
      `export const required${at}: Equal<Needed<P${at}>, ${union(required)}> = true;`,
    );
  }
  const [list, call] =
    front === "async" ? ["Pager<object>", "Call<object>"] : ["SyncPager<object>", "object"];
  lines.push(
    `export const takes${at}: Equal<Parameters<M${at}>, ${tuple}> = true;`,
    `export const gives${at}: ReturnType<M${at}> extends ${operation.listed ? list : call} ? true : false = true;`,
  );
  return lines.join("\n");
}

const PREAMBLE = `import type {
  Call, CallOptions, Cloudmore, CloudmoreSync, Id, NCentral, NCentralSync, Pager, SyncCallOptions, SyncPager, Wiv, WivSync,
} from "mspkit";
type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Needed<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];
`;

test("the types of all methods are those of the table", () => {
  const each = FRONTS.flatMap((front) => OPERATIONS.map((operation) => ({ front, operation })));
  const source =
    PREAMBLE + each.map(({ front, operation }, at) => assertions(operation, front, at)).join("\n");
  const { problems } = compile("parity", source);
  assert.equal(problems, "");
});

test("a member too many in the table, or one too few, is noticed", () => {
  const operation = OPERATIONS.find((operation) => operation.id === "ncentral.customers.list") as Operation;
  const more = { ...operation, members: new Map([...operation.members, ["colour", false]]) };
  const fewer = { ...operation, members: new Map([...operation.members].slice(1)) };
  const must = { ...operation, members: new Map([...operation.members, ["pageSize", true]]) };
  const changed = [more, fewer, must].map((operation, at) => assertions(operation, "async", at));
  const source = PREAMBLE + changed.join("\n");
  const { problems } = compile("damaged", source);
  const lines = [...problems.matchAll(/damaged\.ts\((\d+),\d+\): error TS2322/g)].map((found) =>
    Number(found[1]),
  );
  const named = lines.map((line) => /const (\w+):/.exec(source.split("\n")[line - 1] ?? "")?.[1]);
  assert.deepEqual(named, ["members0", "members1", "required2", "takes2"], problems);
});

/** The documentation of a class's method in a declaration file. */
function documentation(declared: string, className: string, method: string): string {
  const begin = declared.indexOf(`export declare class ${className} extends `);
  assert.ok(begin >= 0, `${className} is not declared`);
  const body = declared.slice(begin, declared.indexOf("\n}", begin));
  const at = body.search(new RegExp(`^ {4}${method}\\(`, "m"));
  assert.ok(at >= 0, `${className}.${method} is not declared`);
  const before = body.slice(0, at);
  assert.ok(before.trimEnd().endsWith("*/"), `${className}.${method} is not documented`);
  return before.slice(before.lastIndexOf("/**"));
}

test("the documentation of methods is complete, once for both kinds of clients", () => {
  let linked = 0;
  for (const operation of OPERATIONS) {
    const className = `${operation.resource[0]?.toUpperCase()}${operation.resource.slice(1)}`;
    const declared = declarations(operation.service);
    assert.match(declared, new RegExp(`^export type ${className}Sync = Sync<${className}>;`, "m"));
    const doc = documentation(declared, className, operation.name);
    const params = operation.members.size > 0 ? ["params"] : [];
    const named = [...doc.matchAll(/@param (\w+) - \S/g)].map((found) => found[1]);
    assert.deepEqual(named, [...operation.positional, ...params, "options"], operation.id);
    assert.match(doc, /options - See \{@link CallOptions\}/, operation.id);
    // Not every operation has a page at its vendor's.
    if (doc.includes("@see")) {
      assert.match(doc, /@see \{@link https:\/\/\S+ \| \S/, operation.id);
      linked += 1;
    }
    const example = /@example\s+\* ```ts\n(.*?)```/s.exec(doc)?.[1] ?? "";
    assert.ok(example.includes(`client.${operation.resource}.${operation.name}(`), operation.id);
    assert.ok(example.includes("await "), operation.id);
  }
  assert.ok(linked > 30, `only ${linked} have a link`);
});

test("every member of parameters, options and models is documented", () => {
  let members = 0;
  for (const declared of SERVICES.map(declarations)) {
    for (const [, name, body] of declared.matchAll(/export interface (\w+)[^{]*\{\n(.*?)^\}/gms)) {
      const lines = (body as string).split("\n");
      for (const [at, line] of lines.entries()) {
        if (line.startsWith("    readonly ")) {
          members += 1;
          assert.ok(lines[at - 1]?.endsWith("*/"), `${name}: ${line.trim()} is not documented`);
        }
      }
    }
  }
  assert.ok(members > 150, `only ${members} members were found`);
});
