/**
 * Makes what a file names, once, whatever crashes in between.
 *
 * ```ts
 * import { NCentral, onboarding } from "mspkit";
 *
 * const client = new NCentral();
 * const customers = "so_id;customer_name;contact_first_name;contact_last_name\n50;New Corp;Ada;Lovelace";
 * const spec = onboarding.load(customers, { format: "csv" });
 * const plan = await onboarding.plan(spec, { ncentral: client });
 * console.log(plan.steps.map((step) => `${step.action} ${step.name}`).at(-1)); // create New Corp
 * client.close();
 * ```
 *
 * `plan` reads and writes nothing. `apply` keeps a journal: called again after a crash, with the same file, it goes on
 * where it was. Nothing is ever deleted, and an object that exists is not changed, but for the values of custom
 * properties. `planSync` and `applySync` are for blocking clients.
 */

import { fileURLToPath } from "node:url";
import { AsyncClient, nativeOf } from "./client.js";
import { STEP, wanted } from "./diagnostics.js";
import { callNative, invalid, placing, site } from "./failure.js";
import { type NativeCore, type NativePlan, type NativePlannable, type NativeSpec, native } from "./native.js";
import type {
  Applying,
  ApplyOptions,
  Clients,
  Failure,
  Format,
  Outcome,
  OutcomeAction,
  Progress,
  Step,
  SyncApplyOptions,
  SyncClients,
} from "./onboarding-types.js";
import { begin, type Submit } from "./port.js";
import { nativeOfSync, SyncClient } from "./sync.js";
import { wait } from "./wait.js";

export type * from "./onboarding-types.js";

let nativeSpec: (spec: Spec) => NativeSpec;
let nativePlan: (plan: Plan) => NativePlan;

/** What a file names, checked. `load` makes it. */
export class Spec {
  readonly #native: NativeSpec;

  static {
    nativeSpec = (spec) => spec.#native;
  }

  /** @internal */
  constructor(spec: NativeSpec) {
    this.#native = spec;
  }

  /** How many rows it has. */
  get size(): number {
    return this.#native.size;
  }
}

/** What will be done for each row, in the order of the file: parents before children. */
export class Plan {
  /** The steps. */
  readonly steps: readonly Step[];
  readonly #native: NativePlan;

  static {
    nativePlan = (plan) => plan.#native;
  }

  /** @internal */
  constructor(plan: NativePlan) {
    this.#native = plan;
    this.steps = (JSON.parse(callNative(() => plan.json())) as { steps: Step[] }).steps;
  }

  /**
   * The plan that `toText` has written. It has no secrets: a plan that sets values can be looked at, but not applied.
   *
   * @param text - The text.
   * @throws {@link InvalidRequestError} Another text, or a plan that was changed.
   */
  static fromText(text: string): Plan {
    return new Plan(
      placing(site(Plan.fromText), () => callNative(() => native.OnboardingPlan.fromJson(text))),
    );
  }

  /** The plan as the text of a JSON object. Secrets are left out. */
  toText(): string {
    return callNative(() => this.#native.json());
  }
}

/** What was done, with an outcome for every row, in the order of the file. */
export class Report {
  /** Whether every row is there: nothing failed, was blocked or was not started. */
  readonly ok: boolean;
  /** How many rows have each action. */
  readonly counts: { readonly [action in OutcomeAction]?: number };
  /** Why the run has ended early: the journal could not be written. */
  readonly error: Failure | null;
  /** The outcomes. */
  readonly outcomes: readonly Outcome[];
  readonly #json: string;

  /** @internal */
  constructor(json: string) {
    const report = JSON.parse(json) as Report;
    this.#json = json;
    this.ok = report.ok;
    this.counts = report.counts;
    this.error = report.error;
    this.outcomes = report.outcomes;
  }

  /**
   * The report as CSV, a line for each row. What a spreadsheet would take for a formula begins with an apostrophe.
   */
  toCsv(): string {
    return callNative(() => native.onboardingWritten(this.#json, "csv"));
  }

  /** The report as a page of HTML that needs nothing else. */
  toHtml(): string {
    return callNative(() => native.onboardingWritten(this.#json, "html"));
  }
}

/**
 * Reads a file, or a text, and checks everything that can be checked without a server.
 *
 * @param pathOrText - The path of a file. A string with several lines, or that begins as JSON does, is a text.
 * @param options - The format, by default that of the file's ending. A text that is not JSON needs it.
 * @throws {@link InvalidRequestError} It cannot be read, or has mistakes; `fieldErrors` has all of them, and the
 *   message names file, line and field of each.
 */
export function load(pathOrText: string | URL, options?: { readonly format?: Format }): Spec {
  return placing(site(load), () => {
    const text = pathOf("pathOrText", pathOrText);
    return new Spec(callNative(() => native.OnboardingSpec.open(text, options?.format)));
  });
}

/**
 * Reads what is on the servers, and says what is missing. Nothing is written.
 *
 * @param spec - What `load` has returned.
 * @param clients - Clients of the services that the file names things of.
 * @throws {@link MspError} A client that is needed was not given, or a list cannot be read. A refusal blocks the row
 *   instead.
 */
export function plan(spec: Spec, clients: Clients): Promise<Plan> {
  const at = site(plan);
  return new Promise((resolve, reject) =>
    placing(at, () => {
      const document = specOf(spec);
      const cores = coresOf<AsyncClient>(clients, isAsync, ASYNC, nativeOf);
      const watch = wanted();
      const made = new native.OnboardingPlan();
      const submit: Submit = (port, id) => document.submitPlan(port, id, watch, ...cores, made);
      begin({ site: at, signal: clients.signal, watch }, submit, () => resolve(new Plan(made)), reject);
    }),
  );
}

/**
 * `plan` with blocking clients. Stalls the event loop.
 *
 * @param spec - What `load` has returned.
 * @param clients - Blocking clients of the services that the file names things of.
 * @throws {@link MspError} As `plan`.
 */
export function planSync(spec: Spec, clients: SyncClients): Plan {
  const at = site(planSync);
  return placing(at, () => {
    const document = specOf(spec);
    const cores = coresOf<SyncClient>(clients, isSync, SYNC, nativeOfSync);
    const made = new native.OnboardingPlan();
    wait(at, (watch) => document.planSync(watch, ...cores, made));
    return new Plan(made);
  });
}

/**
 * Makes what is missing, and keeps a journal of it.
 *
 * Called again with the same journal after a crash, it goes on: what is done is not repeated, and what was begun is
 * looked for first. A second process that uses the journal is refused at once.
 *
 * @param planOrSpec - What `load` or `plan` has returned. The plan of a `Spec` is made first.
 * @param options - Clients, the journal, and how it is applied.
 * @throws {@link InvalidRequestError} Before anything is sent: a client is missing, something costs money, or the
 *   journal is in use, of another file, damaged, or cannot be written.
 * @throws {@link MspError} A list cannot be read. What goes wrong later is in the report.
 */
export function apply(planOrSpec: Plan | Spec, options: ApplyOptions): Promise<Report> {
  const at = site(apply);
  return new Promise((resolve, reject) =>
    placing(at, () => {
      const what = plannable(planOrSpec);
      const cores = coresOf<AsyncClient>(options, isAsync, ASYNC, nativeOf);
      const { onStep, signal } = options;
      if (onStep !== undefined && typeof onStep !== "function") {
        throw invalid("onStep", "must be a function that takes the progress", onStep);
      }
      const watch = onStep === undefined ? wanted() : wanted() | STEP;
      const how = [pathOf("journal", options.journal), applyingOf(options)] as const;
      const submit: Submit = (port, id) => what.submitApply(port, id, watch, ...cores, ...how);
      const stepped = (step: string) => onStep?.(JSON.parse(step) as Progress);
      begin(
        { site: at, signal, watch, onStep: stepped },
        submit,
        (report) => resolve(new Report(report)),
        reject,
      );
    }),
  );
}

/**
 * `apply` with blocking clients. Stalls the event loop.
 *
 * @param planOrSpec - What `load` or `planSync` has returned.
 * @param options - Clients, the journal, and how it is applied.
 * @throws {@link MspError} As `apply`.
 */
export function applySync(planOrSpec: Plan | Spec, options: SyncApplyOptions): Report {
  const at = site(applySync);
  return placing(at, () => {
    const what = plannable(planOrSpec);
    const cores = coresOf<SyncClient>(options, isSync, SYNC, nativeOfSync);
    const how = [pathOf("journal", options.journal), applyingOf(options)] as const;
    return new Report(wait(at, (watch) => what.applySync(watch, ...cores, ...how))[1]);
  });
}

function specOf(spec: unknown): NativeSpec {
  if (spec instanceof Spec) {
    return nativeSpec(spec);
  }
  throw invalid("spec", "must be what load() returned", spec);
}

function plannable(given: unknown): NativePlannable {
  if (given instanceof Plan) {
    return nativePlan(given);
  }
  if (given instanceof Spec) {
    return nativeSpec(given);
  }
  throw invalid("planOrSpec", "must be what plan() or load() returned", given);
}

const isAsync = (client: unknown) => client instanceof AsyncClient;
const isSync = (client: unknown) => client instanceof SyncClient;
const ASYNC = "must be a client whose calls return promises";
const SYNC = "must be a blocking client";

/** The native clients, of which none may be of the other kind. */
function coresOf<C extends object>(
  options: { readonly ncentral?: C; readonly cloudmore?: C },
  isOne: (client: C) => boolean,
  kind: string,
  core: (client: C) => NativeCore,
): [NativeCore | undefined, NativeCore | undefined] {
  const one = (name: string, client: C | undefined) => {
    if (client !== undefined && !isOne(client)) {
      throw invalid(name, kind, client);
    }
    return client === undefined ? undefined : core(client);
  };
  return [one("ncentral", options.ncentral), one("cloudmore", options.cloudmore)];
}

function pathOf(name: string, given: unknown): string {
  if (given instanceof URL) {
    return fileURLToPath(given);
  }
  if (typeof given !== "string") {
    throw invalid(name, "must be a path", given);
  }
  return given;
}

function applyingOf({ concurrency, allowCost, settle }: Applying): string {
  return JSON.stringify({ concurrency, allowCost, settle });
}
