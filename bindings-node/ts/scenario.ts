/**
 * What the simulator accepts and returns: options, credentials, state, faults, requests.
 */

import type { Collections, Counts } from "./generated/simulated.js";

export type { Shown } from "./generated/simulated.js";

/** The credentials that a simulator accepts. */
export interface Credentials {
  readonly ncentralJwt: string;
  /** The user of both kinds of PSA. */
  readonly psaUsername: string;
  readonly psaPassword: string;
  readonly psaIntegrationKey: string;
  readonly cloudmoreUsername: string;
  readonly cloudmorePassword: string;
  readonly cloudmoreClientId: string;
  readonly cloudmoreClientSecret: string;
  readonly cloudmoreResellerId: string;
  readonly cloudmoreSellerId: string;
  /** The organization that has services initially. */
  readonly cloudmoreOrganizationId: string;
  readonly wivApiKey: string;
}

/** How much data a simulator holds, and which behaviour of the vendors it shows. Every option has a default. */
export interface SimulatorOptions extends Counts {
  /** Seed of names, addresses and ids: the same seed, the same data. 7 by default. */
  readonly seed?: number;
  /** How N-central wraps a single object. `bare` by default. */
  readonly envelope?: "bare" | "data";
  /** How N-central wraps a list. `full` by default. */
  readonly listEnvelope?: "minimal" | "seed" | "full" | "array";
  /** How N-central writes ids. `string` by default. */
  readonly ids?: "string" | "number";
  /** What N-central returns for a create. `full` by default. */
  readonly createReturns?: "full" | "id";
  /** The largest page; larger requests are cut to it. 1000 by default. */
  readonly maxPageSize?: number;
  /** Lifetime of N-central's access token. 3600 by default. */
  readonly accessSeconds?: number;
  /** Lifetime of N-central's refresh token. 90000 by default. */
  readonly refreshSeconds?: number;
  /** Lifetime of Cloudmore's token. 86400 by default. */
  readonly tokenSeconds?: number;
  /** Whether token responses state the lifetime. True by default. */
  readonly sendExpiry?: boolean;
  /** Whether N-central responds with 500 to everything but the token exchange. False by default. */
  readonly passwordExpired?: boolean;
  /** Whether N-central has a standard PSA integration. True by default. */
  readonly standardPsa?: boolean;
  /** How many requests may be in flight per `"GET /api/customers"` or `"*"` before 429; null for no caps. */
  readonly caps?: Readonly<Record<string, number | null>> | null;
  /** How Cloudmore returns the id of an added service. `header` by default. */
  readonly located?: "header" | "relative" | "body" | "none";
  /** Whether Cloudmore's PUT, PATCH and DELETE return 204, rather than the service. True by default. */
  /** Operations, as in `"ncentral.users.list"`, and resources that the user has no permission for. None by default. */
  readonly denied?: readonly string[];
  readonly emptyWrites?: boolean;
  /** After how many idle seconds a scroll of Wiv expires. 300 by default. */
  readonly scrollIdleSeconds?: number;
  /** Whether the id of a scroll changes with each page. True by default. */
  readonly scrollRotates?: boolean;
  /** How many reads of its state still see a job unfinished, such as a report. 2 by default. */
  readonly jobPolls?: number;
  /** How many seconds of the simulator's clock a job takes besides. 0 by default. */
  readonly jobSeconds?: number;
  /** How jobs end; `random` is one of the three by the seed. `success` by default. */
  readonly jobResult?: "success" | "failed" | "aborted" | "random";
  /** Ids of scripts that N-central does not run for the API. None by default. */
  readonly disabledScripts?: readonly number[];
  /** Delay of every response. 0 by default. */
  readonly latencyMs?: number;
  /** Whether requests are recorded. True by default. */
  readonly log?: boolean;
  /** Credentials to accept instead. */
  readonly credentials?: Partial<Credentials>;
}

/** The data of the services. */
export interface State extends Collections {
  /** Open searches; read-only. */
  readonly openScrolls: number;
  /** Valid tokens; read-only. */
  readonly openSessions: number;
}

/** How requests fail. */
export interface Fault {
  /**
   * What happens; `status` by default. `status` is another response, `html` a proxy's page; with `close`, `reset` and
   * `hang` nothing is carried out; with `commit_close`, `commit_reset` and `commit_hang` it is, but without a response.
   */
  readonly kind?:
    | "delay"
    | "status"
    | "html"
    | "close"
    | "reset"
    | "hang"
    | "commit_close"
    | "commit_reset"
    | "commit_hang"
    | "truncate"
    | "slow"
    | "content_type"
    | "empty_page"
    | "repeat_page";
  /** How many requests; 0 for all. 1 by default; with `nth` or `rate`, all of those. */
  readonly times?: number;
  /** Only these of the matching requests from now on, counted from 1. */
  readonly nth?: readonly number[];
  /** Each with this probability, from 0 to 1; the same ones in every run. */
  readonly rate?: number;
  /** Of `status` and `html`. */
  readonly status?: number;
  /** Of `status`: seconds, a text, or a date this many seconds from now. */
  readonly retryAfter?: number | string | { readonly dateInSeconds: number };
  /** Of `status`: the body; the vendor's own by default. */
  readonly json?: unknown;
  /** Of `delay`. */
  readonly ms?: number;
  /** Of `truncate`: how many still arrive. */
  readonly bytes?: number;
  /** Of `slow`. */
  readonly bytesPerStep?: number;
  /** Of `slow`. */
  readonly stepMs?: number;
  /** Of `content_type`. */
  readonly value?: string;
}

/** A response in place of the simulator's own. */
export interface Answer {
  /** The body, as JSON. */
  readonly json?: unknown;
  /** The body, as text; instead of `json`. */
  readonly text?: string;
  /** The status. 200 by default. */
  readonly status?: number;
  /** Headers besides the content type. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many requests; 0, the default, for all. */
  readonly times?: number;
}

/** A request that the simulator received. */
export interface LoggedRequest {
  readonly method: string;
  /** The path, unchanged. */
  readonly path: string;
  /** The query, decoded; a repeated name has a list. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** The body: JSON as data, anything else as text, undefined if there is none. */
  readonly body: unknown;
  /** The operation that it called, such as `ncentral.customers.list`; null for an unknown path. */
  readonly operation: string | null;
  /** The status of the response; null if there was none. */
  readonly status: number | null;
}
