/**
 * Test a script against the simulator: the three services on a local port, with data and faults of your choice.
 *
 * ```ts
 * import { Simulator } from "mspkit/testing";
 *
 * await using sim = await Simulator.start({ customers: 3 });
 * const client = sim.ncentral();
 * await sim.fail("ncentral.customers.list", { status: 503 });
 * console.log((await client.customers.list().collect()).length); // 3
 * ```
 *
 * A simulator is a separate process on its own port, so tests can run in parallel. It ends with `stop()` or the block
 * of `await using`, and at the latest with this process.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { request } from "node:http";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { placed, type Site, site } from "./failure.js";
import { Cloudmore, type CloudmoreOptions, CloudmoreSync } from "./generated/cloudmore/client.js";
import { NCentral, type NCentralOptions, NCentralSync } from "./generated/ncentral/client.js";
import { Wiv, type WivOptions, WivSync } from "./generated/wiv/client.js";
import { camel, snake } from "./names.js";
import type { Answer, Credentials, Fault, LoggedRequest, SimulatorOptions, State } from "./scenario.js";
import { ofSameVersion, program } from "./sim.js";

export type {
  Answer,
  Credentials,
  Fault,
  LoggedRequest,
  Shown,
  SimulatorOptions,
  State,
} from "./scenario.js";

/** The environment variables by which clients find their servers. */
export const VARIABLES = [
  "NCENTRAL_URL",
  "NCENTRAL_JWT",
  "CLOUDMORE_URL",
  "CLOUDMORE_USERNAME",
  "CLOUDMORE_PASSWORD",
  "CLOUDMORE_CLIENT_SECRET",
  "CLOUDMORE_RESELLER_ID",
  "CLOUDMORE_SELLER_ID",
  "WIV_URL",
  "WIV_API_KEY",
] as const;

interface Ready {
  readonly url: string;
  readonly credentials: Readonly<Record<string, string>>;
  readonly version?: string;
}

/** The simulator's names are the same in snake_case. */
function snakeCased(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [snake(key), value]));
}

/** An error response of the simulator, which lists the names in it. */
interface Refusal {
  readonly error: string;
  readonly names?: readonly string[];
}

/** An error response with the TypeScript names. */
function spelled({ error, names = [] }: Refusal): string {
  return error.replace(/\w+/g, (word) => (names.includes(word) ? camel(word) : word));
}

function shown(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [camel(key), value]));
}

/** The operation in a match, under the simulator's name; paths stay unchanged. */
function named(match: string): string {
  return /[ /*]/.test(match) ? match : snake(match);
}

/** Runs a function; an error that it ends with shows the line of the test. */
async function from<T>(at: Site, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof Error ? placed(error, at) : error;
  }
}

/** Clients bypass the machine's proxy, and pause briefly unless a server says how long. */
const PAST = { trustEnv: false, maxBackoff: 50 } as const;

/** A running simulator. */
export class Simulator implements AsyncDisposable {
  /** The base URL of all three services. */
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #options: SimulatorOptions;
  #known: Ready["credentials"];

  private constructor(child: ChildProcess, ended: Promise<void>, ready: Ready, options: SimulatorOptions) {
    this.#child = child;
    this.#ended = ended;
    this.#options = options;
    this.url = ready.url;
    this.#known = ready.credentials;
  }

  /**
   * Starts a simulator on a free port.
   *
   * @param options - How much data it holds and how it behaves.
   * @throws An `Error`: the simulator is not installed (`npm install --save-dev mspkit-sim`), its version is not that of mspkit, or an option
   *   is unknown.
   */
  static async start(options: SimulatorOptions = {}): Promise<Simulator> {
    return from(site(Simulator.start), () => Simulator.#start(options));
  }

  static async #start(options: SimulatorOptions): Promise<Simulator> {
    // In a session of its own: Ctrl-C is for the test, which then ends the simulator.
    const path = program();
    const child = spawn(path, ["--port", "0", "--until-stdin-closes"], {
      stdio: ["pipe", "pipe", "inherit"],
      detached: true,
      windowsHide: true,
    });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const ready = await new Promise<Ready>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the simulator exited with ${code} on start`)));
      createInterface(child.stdout).once("line", (line) => resolve(JSON.parse(line)));
    });
    // It ends with this process, and does not keep it alive.
    child.unref();
    for (const pipe of [child.stdin, child.stdout]) {
      // Sockets in Node and Deno; in Bun streams that keep nothing alive and have no such method.
      (pipe as unknown as Partial<Socket>).unref?.();
    }
    const simulator = new Simulator(child, ended, ready, options);
    try {
      ofSameVersion(path, ready.version);
      if (Object.keys(options).length > 0) {
        await simulator.reset();
      }
    } catch (error) {
      await simulator.stop();
      throw error;
    }
    return simulator;
  }

  /** The process. */
  get pid(): number {
    return this.#child.pid as number;
  }

  /** The credentials that it accepts. */
  get credentials(): Credentials {
    return shown(this.#known) as unknown as Credentials;
  }

  /**
   * The environment variables by which `new NCentral()`, `new Cloudmore()` and `new Wiv()` find it, past any proxy.
   *
   * For a script: `spawn(command, { env: { ...process.env, ...sim.env } })`.
   */
  get env(): Record<string, string> {
    const value = (name: string) =>
      name.endsWith("_URL") ? this.url : (this.#known[name.toLowerCase()] ?? "");
    const past = [process.env.no_proxy || process.env.NO_PROXY, "127.0.0.1"].filter(Boolean).join(",");
    const found = Object.fromEntries(VARIABLES.map((name) => [name, value(name)]));
    return { ...found, no_proxy: past, NO_PROXY: past };
  }

  /** A client of N-central. */
  ncentral(options: NCentralOptions = {}): NCentral {
    return new NCentral(this.#ncentral(options));
  }

  /** A client of N-central whose calls block. */
  ncentralSync(options: NCentralOptions = {}): NCentralSync {
    return new NCentralSync(this.#ncentral(options));
  }

  /** A client of Cloudmore. */
  cloudmore(options: CloudmoreOptions = {}): Cloudmore {
    return new Cloudmore(this.#cloudmore(options));
  }

  /** A client of Cloudmore whose calls block. */
  cloudmoreSync(options: CloudmoreOptions = {}): CloudmoreSync {
    return new CloudmoreSync(this.#cloudmore(options));
  }

  /** A client of Wiv. */
  wiv(options: WivOptions = {}): Wiv {
    return new Wiv(this.#wiv(options));
  }

  /** A client of Wiv whose calls block. */
  wivSync(options: WivOptions = {}): WivSync {
    return new WivSync(this.#wiv(options));
  }

  #ncentral(options: NCentralOptions): NCentralOptions {
    return { ...PAST, baseURL: this.url, jwt: this.credentials.ncentralJwt, ...options };
  }

  #cloudmore(options: CloudmoreOptions): CloudmoreOptions {
    const of = this.credentials;
    return {
      ...PAST,
      baseURL: this.url,
      username: of.cloudmoreUsername,
      password: of.cloudmorePassword,
      clientSecret: of.cloudmoreClientSecret,
      resellerId: of.cloudmoreResellerId,
      sellerId: of.cloudmoreSellerId,
      ...options,
    };
  }

  #wiv(options: WivOptions): WivOptions {
    return { ...PAST, baseURL: this.url, apiKey: this.credentials.wivApiKey, ...options };
  }

  /**
   * Replaces the data of the services.
   *
   * A list that is not given is kept, except those that belong to a given one: customers of service organizations,
   * sites of both, an organization's services of the E-Store, cases of Wiv's customers. Missing fields are filled in.
   *
   * @param state - The objects, each in the form of the vendor's API.
   * @throws An `Error`: something in it is invalid, and the message says where. Nothing has changed then.
   *
   * @example
   * ```ts
   * await using sim = await Simulator.start();
   * await sim.load({ customers: [{ customerName: "Contoso", customerId: 700 }] });
   * console.log((await sim.ncentral().customers.get(700)).customerName); // Contoso
   * ```
   */
  async load(state: Partial<State>): Promise<void> {
    await this.#control(site(this.load), "state", snakeCased(state));
  }

  /** The current data of the services, in the form that `load` accepts. */
  async state(): Promise<State> {
    return shown((await this.#control(site(this.state), "state")) as object) as unknown as State;
  }

  /**
   * Makes requests fail: the next matching one, unless the fault says otherwise. Earlier faults apply first, until they
   * are used up.
   *
   * @param match - An operation such as `ncentral.customers.list`, or `GET /api/customers/{x}`, `GET *`, `*`.
   * @param fault - What happens, and to how many requests.
   * @throws An `Error`: a value is missing or unknown.
   *
   * @example
   * ```ts
   * await using sim = await Simulator.start();
   * await sim.fail("wiv.customers.list", { status: 503, retryAfter: 0 });
   * await sim.wiv().customers.list().collect();
   * console.log((await sim.requests()).map((request) => request.status)); // 503,200
   * ```
   */
  async fail(match: string, fault: Fault): Promise<void> {
    const { kind = "status", times, nth, rate, ...fields } = fault;
    const how: Record<string, unknown> = snakeCased(fields);
    if (typeof how.retry_after === "object" && how.retry_after !== null) {
      how.retry_after = snakeCased(how.retry_after);
    }
    const rule = { match: named(match), nth, rate, times, fault: { kind, ...how } };
    await this.#control(site(this.fail), "fail", rule);
  }

  /**
   * Sets the response of an endpoint, including endpoints that the simulator does not know.
   *
   * @param path - A path such as `/api/devices`, where `{x}` is one segment; or with its method, as in
   *   `POST /api/devices`; or an operation, as `fail` takes it.
   * @param answer - The response.
   * @throws An `Error`: a value is unknown or cannot be sent.
   *
   * @example
   * ```ts
   * await using sim = await Simulator.start();
   * await sim.answer("/api/devices", { json: { data: [{ deviceId: 7 }], totalItems: 1 } });
   * const devices = await sim.ncentral().request("GET", "/api/devices");
   * console.log(devices.text); // {"data":[{"deviceId":7}],"totalItems":1}
   * ```
   */
  async answer(path: string, answer: Answer = {}): Promise<void> {
    const { times = 0, ...rest } = answer;
    const match = path.startsWith("/") ? `* ${path}` : named(path);
    await this.#control(site(this.answer), "answer", { match, times, ...snakeCased(rest) });
  }

  /** Advances the clock by which tokens and scrolls expire and jobs become ready. */
  async advance(seconds: number): Promise<void> {
    await this.#control(site(this.advance), "clock", { advance_seconds: seconds });
  }

  /**
   * The requests so far, those for tokens included.
   *
   * @param operation - Only those that called this operation, such as `ncentral.customers.list`.
   */
  async requests(operation?: string): Promise<LoggedRequest[]> {
    type Entry = LoggedRequest & { readonly json?: unknown };
    const answer = await this.#control(site(this.requests), "requests?since=0");
    const { requests } = answer as { requests: Entry[] };
    const only = operation === undefined ? undefined : named(operation);
    const wanted = requests.filter((entry) => only === undefined || entry.operation === only);
    return wanted.map(({ method, path, query, body, json, operation, status }) => {
      return { method, path, query, body: json ?? (body || undefined), operation, status };
    });
  }

  /**
   * Starts over: data, tokens, clock, faults, requests.
   *
   * @param options - Options to change; the others stay as at the start.
   */
  async reset(options: SimulatorOptions = {}): Promise<void> {
    const at = site(this.reset);
    const all = snakeCased({ ...this.#options, ...options });
    if (all.credentials) {
      all.credentials = snakeCased(all.credentials);
    }
    this.#known = ((await this.#control(at, "reset", all)) as Ready).credentials;
  }

  /**
   * Sends any of its commands, as POST with a body and as GET without; `tests/simulator/README.md` in the sources lists
   * them.
   *
   * @throws An `Error`: the command is unknown or invalid.
   */
  async control(command: string, body?: unknown): Promise<unknown> {
    return this.#control(site(this.control), command, body);
  }

  #control(at: Site, command: string, body?: unknown): Promise<unknown> {
    return from(at, () => this.#send(command, body));
  }

  #send(command: string, body: unknown): Promise<unknown> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const method = text === undefined ? "GET" : "POST";
    const headers = text === undefined ? {} : { "Content-Type": "application/json" };
    return new Promise((resolve, reject) => {
      // Without `fetch`, whose pool would keep connections, and with them the process, open.
      const sent = request(`${this.url}/_sim/${command}`, { method, headers, agent: false }, (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => {
          text += part;
        });
        answer.on("error", reject);
        answer.on("end", () => {
          const read = JSON.parse(text) as unknown;
          if (answer.statusCode === 200) {
            resolve(read);
          } else {
            reject(new Error(spelled(read as Refusal)));
          }
        });
      });
      sent.on("error", reject);
      sent.end(text);
    });
  }

  /** Ends it. Calling it again does nothing. */
  async stop(): Promise<void> {
    this.#child.ref();
    this.#child.stdin?.end();
    await this.#ended;
  }

  /** Same as `stop`, at the end of an `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
