/**
 * Onboarding in Node.js: the cases of all languages, promises and blocking runs, progress, signals and errors.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { InvalidRequestError, NCentral, NCentralSync, onboarding } from "mspkit";
import { HERE } from "./support/child.js";
import { Simulator } from "./support/simulator.js";

const CREATE = "ncentral.service_orgs.create_customer";
const TEXT =
  "so_id,customer_name,contact_first_name,contact_last_name\n50,Contoso,Ada,Lovelace\n50,=1+1,Ada,Lovelace\n";
const SECRET = "Planted-Secret-7";
const WITH_SECRET = `service_orgs:\n- so_id: 50\n  custom_properties: [{property_name: Location, value: ${SECRET}}]\n`;

interface Case {
  readonly name: string;
  readonly format: onboarding.Format;
  readonly text: string;
  readonly steps?: [string, string, string][];
  readonly errors?: [number, string, string][];
}

const CASES: Case[] = JSON.parse(readFileSync(join(HERE, "..", "core/onboarding/tests/cases.json"), "utf8"));

/** A folder that is removed in the end. */
function folder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "mspkit-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

async function committed(sim: Simulator): Promise<number> {
  return (await sim.requests(CREATE)).length;
}

test("cases", async () => {
  await using sim = await Simulator.start({ serviceOrgs: 1, customers: 1 });
  await using ncentral = sim.ncentral();
  using here = folder();
  for (const { name, format, text, steps, errors } of CASES) {
    const file = join(here.path, `file.${format}`);
    writeFileSync(file, text);
    if (errors !== undefined) {
      assert.throws(
        () => onboarding.load(file),
        (error: InvalidRequestError) => {
          assert.deepEqual(
            error.fieldErrors?.map(({ field }) => field),
            errors.map(([, field]) => field),
            name,
          );
          for (const [at, [line, , part]] of errors.entries()) {
            const { message } = error.fieldErrors?.[at] ?? { message: "" };
            assert.ok(message.startsWith(`${file}:${line}: `) && message.includes(part), message);
          }
          return error instanceof InvalidRequestError;
        },
      );
      continue;
    }
    const plan = await onboarding.plan(onboarding.load(file), { ncentral });
    assert.deepEqual(
      plan.steps.map(({ path, kind, action }) => [path, kind, action]),
      steps,
      name,
    );
    assert.deepEqual(onboarding.Plan.fromText(plan.toText()).steps, plan.steps);
  }
});

test("a file is applied once", async () => {
  await using sim = await Simulator.start({ serviceOrgs: 1, customers: 1 });
  await using ncentral = sim.ncentral();
  using here = folder();
  const spec = onboarding.load(TEXT, { format: "csv" });
  assert.equal(spec.size, 3);
  const seen: onboarding.Progress[] = [];
  const journal = join(here.path, "journal");
  const report = await onboarding.apply(spec, { ncentral, journal, onStep: (step) => seen.push(step) });
  assert.deepEqual([report.ok, report.counts], [true, { created: 2, existed: 1 }]);
  assert.deepEqual(
    report.outcomes.map(({ action }) => action),
    ["existed", "created", "created"],
  );
  assert.deepEqual(
    [seen.length, seen.at(-1)?.done, seen.at(-1)?.total, seen.at(-1)?.event],
    [6, 3, 3, "finished"],
  );
  assert.ok(report.toCsv().includes(",'=1+1,created,") && report.toHtml().includes("<table>"));
  const plan = await onboarding.plan(spec, { ncentral });
  const again = await onboarding.apply(plan, { ncentral, journal });
  assert.deepEqual(again.counts, { existed: 3 });
  assert.equal(await committed(sim), 2);
});

test("blocking clients do the same", async () => {
  await using sim = await Simulator.start({ serviceOrgs: 1, customers: 1 });
  using ncentral = new NCentralSync({ baseURL: sim.url, jwt: sim.credentials.ncentralJwt });
  using here = folder();
  const spec = onboarding.load(TEXT, { format: "csv" });
  const plan = onboarding.planSync(spec, { ncentral });
  assert.deepEqual(
    plan.steps.map(({ action }) => action),
    ["exists", "create", "create"],
  );
  const report = onboarding.applySync(plan, { ncentral, journal: join(here.path, "journal"), settle: 1000 });
  assert.deepEqual(report.counts, { created: 2, existed: 1 });
});

test("an aborted run goes on later", async () => {
  await using sim = await Simulator.start({ serviceOrgs: 1, customers: 1, latencyMs: 30 });
  await using ncentral = sim.ncentral();
  using here = folder();
  const spec = onboarding.load(TEXT, { format: "csv" });
  const journal = join(here.path, "journal");
  const stop = new AbortController();
  const onStep = ({ event }: onboarding.Progress) => {
    if (event === "started") {
      stop.abort();
    }
  };
  await assert.rejects(
    onboarding.apply(spec, { ncentral, journal, onStep, signal: stop.signal }),
    (error) => error === stop.signal.reason,
  );
  // The native half drops a run that was aborted shortly after its promise has rejected.
  const until = performance.now() + 5000;
  let report: onboarding.Report | undefined;
  while (report === undefined) {
    assert.ok(performance.now() < until, "the journal stayed in use");
    report = await onboarding.apply(spec, { ncentral, journal, settle: 1000 }).catch((error: Error) => {
      assert.match(error.message, /must be free/);
      return undefined;
    });
  }
  assert.ok(report.ok);
  assert.equal(await committed(sim), 2);
});

test("secrets stay out", async () => {
  await using sim = await Simulator.start({ serviceOrgs: 1, customers: 1 });
  await using ncentral = sim.ncentral();
  using here = folder();
  const journal = join(here.path, "journal");
  const spec = onboarding.load(WITH_SECRET, { format: "yaml" });
  const plan = await onboarding.plan(spec, { ncentral });
  const report = await onboarding.apply(plan, { ncentral, journal });
  assert.deepEqual(report.counts, { existed: 1, set: 1 });
  const texts = [plan.toText(), JSON.stringify(report), report.toHtml(), readFileSync(journal, "utf8")];
  assert.deepEqual(
    texts.filter((text) => text.includes(SECRET)),
    [],
  );
});

test("wrong arguments are named", async () => {
  await using sim = await Simulator.start({ serviceOrgs: 1, customers: 1 });
  await using ncentral = sim.ncentral();
  using here = folder();
  const journal = join(here.path, "journal");
  const spec = onboarding.load(TEXT, { format: "csv" });
  const apply = onboarding.apply as (spec: unknown, options: object) => Promise<onboarding.Report>;
  for (const [text, options] of [
    ["ncentral: is required", { ncentral: undefined }],
    ["ncentral: must be", { ncentral: {} }],
    ["concurrency: must be a whole number", { concurrency: 0 }],
    ["allowCost: must be true or false", { allowCost: 1 }],
    ["settle: must be", { settle: -1 }],
    ["journal: must be a path", { journal: 7 }],
    ["journal: must be where", { journal: join(here.path, "none", "journal") }],
    ["onStep: must be a function", { onStep: 7 }],
  ] as const) {
    await assert.rejects(apply(spec, { ncentral, journal, ...options }), (error: InvalidRequestError) => {
      assert.ok(error.message.startsWith(text), error.message);
      return error instanceof InvalidRequestError;
    });
  }
  await assert.rejects(apply(TEXT, { ncentral, journal }), /planOrSpec: must be/);
  assert.throws(() => onboarding.load("a\nb"), /format: is required/);
  assert.equal(await committed(sim), 0);
  assert.ok(ncentral instanceof NCentral);
});
