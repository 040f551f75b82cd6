/**
 * The examples in the documentation of clients and methods compile, run against the simulator, and show what they say.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { compile, PACKAGE } from "./compile.js";
import { OPERATIONS, SERVICES, type Service } from "./services.js";
import { environment, type Simulator, startSimulator } from "./support/simulator.js";

/** The examples show the values that the documents show; the simulator is told to know them. */
const KNOWN = {
  cloudmore_organization_id: "5f1f6a8e-6d0b-4a38-8f0e-9c3f0f5f7b21",
  psa_username: "psa.user@acme.example",
  psa_integration_key: "your-private-key",
};

interface Example {
  readonly place: string;
  readonly service: Service;
  readonly front: "async" | "sync";
  /** Whether it makes its client itself. */
  readonly whole: boolean;
  readonly code: string;
}

/** Every example of a generated file, with the class and the method that it belongs to. */
function examplesOf(service: Service): Example[] {
  const text = readFileSync(join(PACKAGE, "ts", "generated", `${service.id}.ts`), "utf8");
  const found: Example[] = [];
  let className = "";
  // Comments with an example come before what they are about: a class, or a method of the class above.
  for (const [, comment, name, method] of text.matchAll(
    /\/\*\*((?:(?!\*\/).)*)\*\/\s+(?:export class (\w+)|(\w+)\()?/gs,
  )) {
    className = name ?? className;
    const code = /```ts\n(.*?)```/s.exec(comment as string)?.[1]?.replace(/^ *\* ?/gm, "");
    if (code !== undefined) {
      const front = className.endsWith("Sync") ? "sync" : "async";
      const place = method === undefined ? className : `${className}.${method}`;
      found.push({ place: `${service.id}: ${place}`, service, front, whole: method === undefined, code });
    }
  }
  return found;
}

const EXAMPLES = SERVICES.flatMap(examplesOf);

/** All examples as functions of one module. */
function source(): string {
  const functions = EXAMPLES.map(({ service, front, whole, code }, at) => {
    const client = whole ? "" : `, client: ${service[`${front}Name`]}`;
    return `export async function example${at}(console: Console${client}) {\n${code}}\n`;
  });
  const names = SERVICES.flatMap((service) => [service.asyncName, service.syncName]).join(", ");
  return `import { ${names} } from "mspkit";\ninterface Console { log(value: unknown): void }\n${functions.join("")}`;
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
  assert.equal(EXAMPLES.length, 2 * (OPERATIONS.length + SERVICES.length));
  assert.equal(new Set(EXAMPLES.map((example) => example.place)).size, EXAMPLES.length);
});

test("the examples compile, run, and show what they say", async (context) => {
  const { file, problems } = compile("examples", source());
  assert.equal(problems, "");
  const compiled = require(file) as Record<string, (console: object, client?: object) => Promise<void>>;
  for (const [at, example] of EXAMPLES.entries()) {
    await context.test(example.place, async () => {
      const ready = (await simulator.post("reset", { credentials: KNOWN })) as Pick<
        Simulator,
        "url" | "credentials"
      >;
      Object.assign(process.env, environment(ready));
      const shown: unknown[] = [];
      const client = example.whole ? undefined : new example.service[example.front]();
      await compiled[`example${at}`]?.({ log: (value: unknown) => shown.push(value) }, client);
      await (client as { close(): unknown } | undefined)?.close();
      assert.ok(shown.length > 0, "nothing was shown");
      assert.ok(!shown.includes(undefined), "a field was shown that is not there");
      for (const [, said] of example.code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)) {
        assert.deepEqual(shown.map(String), [said]);
      }
    });
  }
});

test("what an example says that it shows is compared", () => {
  const comparing = EXAMPLES.filter((example) => /console\.log\(.*\); \/\/ /.test(example.code));
  assert.ok(comparing.length >= 6, `only ${comparing.length} examples say what they show`);
});
