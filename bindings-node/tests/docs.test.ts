/**
 * The examples in the documentation of clients and methods compile, run against the simulator, and print what they
 * show.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { APIStatusError } from "mspkit";
import { operations } from "../dist/cjs/native.js";
import { compile, PACKAGE } from "./compile.js";
import { OPERATIONS, SERVICES, type Service } from "./services.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

/** The examples show the values of the documents; the simulator is loaded with them. */
const KNOWN = {
  cloudmoreOrganizationId: "5f1f6a8e-6d0b-4a38-8f0e-9c3f0f5f7b21",
  psaUsername: "psa.user@acme.example",
  psaIntegrationKey: "your-private-key",
};

interface Example {
  readonly place: string;
  readonly service: Service;
  readonly front: "async" | "sync";
  /** Whether it makes its own client. */
  readonly whole: boolean;
  readonly code: string;
}

/** Every example of a generated file, with its class and method. */
function examplesOf(service: Service): Example[] {
  const folder = join(PACKAGE, "ts", "generated", service.id);
  const text = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
  const found: Example[] = [];
  let className = "";
  // Comments with an example precede what they document: a class, or a method of the class above.
  for (const [, comment, name, method] of text.matchAll(
    /\/\*\*((?:(?!\*\/).)*)\*\/\s+(?:export class (\w+)|(\w+)\()?/gs,
  )) {
    className = name ?? className;
    const code = /```ts\n(.*?)```/s.exec(comment as string)?.[1]?.replace(/^ *\* ?/gm, "");
    if (code !== undefined) {
      const front = className.endsWith("Sync") ? "sync" : "async";
      const place = method === undefined ? className : `${className}.${method}`;
      found.push({ place: `${service.id}: ${place}`, service, front, whole: method === undefined, code });
      if (method !== undefined) {
        // The blocking form is the same without waiting.
        const waits = code.replaceAll("await ", "");
        found.push({
          place: `${service.id}: ${place}, blocking`,
          service,
          front: "sync",
          whole: false,
          code: waits,
        });
      }
    }
  }
  return found;
}

/** The examples of the hand-written sources; all of them use N-central. */
function examplesOfSources(): Example[] {
  const folder = join(PACKAGE, "ts");
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  return files.flatMap((name) => {
    const blocks = readFileSync(join(folder, name), "utf8").matchAll(/```ts\n(.*?)```/gs);
    return [...blocks].map(([, block], at) => {
      const lines = (block as string).replace(/^ *\* ?/gm, "").split("\n");
      const code = lines.filter((line) => !line.startsWith("import ")).join("\n");
      const front = name.startsWith("sync") ? "sync" : "async";
      return {
        place: `${name}: ${at + 1}`,
        service: SERVICES[0] as Service,
        front,
        whole: code.includes("const client ="),
        // Placeholders for an address and a token become those of the simulator.
        code: code
          .replace('"https://ncentral.example.com"', "process.env.NCENTRAL_URL")
          .replace('"…"', "process.env.NCENTRAL_JWT"),
      };
    });
  });
}

const GENERATED = SERVICES.flatMap(examplesOf);
const EXAMPLES = [...GENERATED, ...examplesOfSources()];
/** An endpoint that mspkit does not know, which an example requests. */
const UNKNOWN = { match: "GET /api/devices", status: 200, json: { data: [] } };

/** The documented responses of all endpoints, as the simulator takes them. */
function documented(): object[] {
  const folder = join(PACKAGE, "..", "tests", "conformance", "generated");
  const rows = new Map(operations().map((row) => [row.id, `${row.method} ${row.path}`]));
  const found = new Map<string | undefined, object[]>();
  for (const name of readdirSync(folder).sort()) {
    const { cases } = JSON.parse(readFileSync(join(folder, name), "utf8")) as { cases: Case[] };
    for (const { name, sim, steps } of cases) {
      const endpoint = rows.get(steps[0]?.call ?? "");
      const pending = /Processing|IN_PROGRESS/.test(JSON.stringify(sim?.script ?? ""));
      if (name.includes(": the documented response 2") && !pending && !found.has(endpoint)) {
        found.set(endpoint, sim?.script ?? []);
      }
    }
  }
  return [...found.values()].flat();
}

interface Case {
  readonly name: string;
  readonly sim?: { readonly script?: object[] };
  readonly steps: readonly { readonly call?: string }[];
}

/** All examples as functions of one module. */
function source(): string {
  const functions = EXAMPLES.map(({ service, front, whole, code }, at) => {
    const client = whole ? "" : `, client: ${service[`${front}Name`]}`;
    return `export async function example${at}(console: Console${client}) {\n${code}\n}\n`;
  });
  const names = SERVICES.flatMap((service) => [service.asyncName, service.syncName]).join(", ");
  return `import { ${names}, diff, onboarding, reconcile } from "mspkit";\nimport { Simulator } from "mspkit/testing";\ninterface Console { log(...values: unknown[]): void }\n${functions.join("")}`;
}

let simulator: Simulator;
const saved = { ...process.env };

before(async () => {
  simulator = await startSimulator();
});

after(async () => {
  process.env = saved;
  await simulator.stop();
});

test("every method and every client has an example, and no two have the same place", () => {
  assert.equal(GENERATED.length, 2 * (OPERATIONS.length + SERVICES.length));
  assert.ok(EXAMPLES.length - GENERATED.length >= 6);
  assert.equal(new Set(EXAMPLES.map((example) => example.place)).size, EXAMPLES.length);
});

test("the examples compile, run, and print what they show", async (context) => {
  const { file, problems } = compile("examples", source());
  assert.equal(problems, "");
  const answers = documented();
  const compiled = require(file) as Record<string, (console: object, client?: object) => Promise<void>>;
  for (const [at, example] of EXAMPLES.entries()) {
    await context.test(example.place, async () => {
      await simulator.reset({ credentials: KNOWN });
      Object.assign(process.env, simulator.env);
      const run = async (answers: object[]): Promise<unknown[]> => {
        await simulator.control("script", { answers });
        const shown: unknown[] = [];
        const client = example.whole ? undefined : new example.service[example.front]();
        try {
          await compiled[`example${at}`]?.({ log: (...values: unknown[]) => shown.push(...values) }, client);
        } finally {
          await (client as { close(): unknown } | undefined)?.close();
        }
        return shown;
      };
      const wanted = [...example.code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, line]) => line);
      const check = (shown: unknown[]) => {
        assert.ok(shown.length > 0 || !example.code.includes("console.log"), "nothing was shown");
        assert.ok(!shown.includes(undefined), "a field was shown that is not there");
        if (wanted.length > 0) {
          assert.deepEqual(shown.map(String), wanted);
        }
      };
      // What is waited for may never come.
      if (example.code.includes(".wait(")) {
        check(await run(answers));
        return;
      }
      try {
        check(await run([UNKNOWN]));
      } catch (error) {
        assert.ok(error instanceof APIStatusError || error instanceof assert.AssertionError, String(error));
        // Its ids are those of the documents; the simulator may have others, or nothing to list.
        check(await run(answers));
      }
    });
  }
});

test("the output that an example shows is compared", () => {
  const comparing = EXAMPLES.filter((example) => /console\.log\(.*\); \/\/ /.test(example.code));
  assert.ok(comparing.length >= 6, `only ${comparing.length} examples say what they show`);
});
