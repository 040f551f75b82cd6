/**
 * A case under way.
 */

import { setTimeout as wait } from "node:timers/promises";
import { MspError } from "mspkit";
import type { Simulator } from "../support/simulator.js";
import { type Client, type Front, makeClient, optionsHere, Step } from "./calls.js";
import type { Case, ClientSpec, Data, ServerSpec, StepSpec } from "./cases.js";
import { Mismatch, Outcome, outcome, value } from "./matching.js";
import { type Received, requests } from "./requests.js";
import { Variables } from "./variables.js";

const TOKEN_PATHS = ["/api/auth/authenticate", "/api/auth/refresh", "/connect/token"];
const OWN_OPTIONS: Readonly<Record<ClientSpec["service"], Data>> = {
  ncentral: { jwt: "$ncentral_jwt" },
  cloudmore: {
    username: "$cloudmore_username",
    password: "$cloudmore_password",
    client_secret: "$cloudmore_client_secret",
    reseller_id: "$cloudmore_reseller_id",
  },
  wiv: { api_key: "$wiv_api_key" },
};

/** Runs one case from its reset to its last comparison. */
export class Run {
  #variables = new Variables({});
  #client: Client | undefined;
  #refused: MspError | undefined;

  constructor(
    readonly spec: Case,
    readonly simulator: Simulator,
    readonly front: Front,
  ) {}

  async run(): Promise<void> {
    const { spec, simulator } = this;
    const ready = (await simulator.control("reset", spec.sim?.reset ?? {})) as {
      url: string;
      credentials: Data;
    };
    this.#variables = new Variables({ url: ready.url, ...ready.credentials });
    try {
      await this.#change(spec.sim ?? {});
      await this.#build(spec.client);
      for (const [index, step] of spec.steps.entries()) {
        await this.#step(step).catch((error: unknown) => {
          throw error instanceof Mismatch ? new Mismatch(`step ${index + 1}: ${error.message}`) : error;
        });
      }
      await this.#compare();
    } finally {
      await this.#client?.close();
    }
  }

  async #change(server: ServerSpec): Promise<void> {
    if (server.script !== undefined) {
      await this.simulator.control("script", { answers: this.#variables.fill(server.script) });
    }
    if (server.faults !== undefined) {
      await this.simulator.control("faults", { seed: 1, rules: this.#variables.fill(server.faults) });
    }
    if (server.clock !== undefined) {
      await this.simulator.control("clock", { advance_seconds: server.clock });
    }
  }

  async #build({ service, options }: ClientSpec): Promise<void> {
    await this.#client?.close();
    const said = { base_url: "$url", trust_env: false, ...OWN_OPTIONS[service], ...options };
    this.#client = undefined;
    this.#refused = undefined;
    try {
      this.#client = makeClient(this.front, service, optionsHere(this.#variables.fill(said)));
    } catch (error) {
      if (!(error instanceof MspError)) {
        throw error;
      }
      this.#refused = error;
    }
  }

  async #step(step: StepSpec): Promise<void> {
    if (step.sim !== undefined) {
      await this.#change(step.sim);
    } else if (step.wait !== undefined) {
      await wait(step.wait * 1000);
    } else if (step.client !== undefined) {
      await this.#build(step.client);
    } else {
      const came = await this.#call(step);
      outcome(this.#variables.fill(step.expect ?? {}), came);
      for (const [path, name] of Object.entries(step.save ?? {})) {
        this.#variables.set(name, came.saved(path));
      }
    }
  }

  async #call(step: StepSpec): Promise<Outcome> {
    if (this.#client === undefined) {
      const refused = new Outcome();
      refused.error = this.#refused;
      return refused;
    }
    return new Step(step, (value) => this.#variables.fill(value)).outcome(this.#client);
  }

  async #compare(): Promise<void> {
    const { spec } = this;
    if (spec.requests === undefined && spec.counts === undefined) {
      return;
    }
    const log = (await this.simulator.control("requests?since=0")) as {
      requests: Received[];
      counts: Record<string, Data>;
    };
    if (spec.requests !== undefined) {
      const kept = spec.auth_requests ? log.requests : log.requests.filter((one) => !forToken(one));
      requests(this.#variables.fill(spec.requests), kept, spec.unordered ?? false);
    }
    for (const [operation, numbers] of Object.entries(spec.counts ?? {})) {
      for (const [name, number] of Object.entries(numbers)) {
        value(number, log.counts[operation]?.[name] ?? 0, `counts.${operation}.${name}`);
      }
    }
  }
}

function forToken(request: Received): boolean {
  return request.method === "POST" && TOKEN_PATHS.includes(request.raw_target.split("?", 1)[0] as string);
}
