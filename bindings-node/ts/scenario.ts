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
  /** The organization that has services to begin with. */
  readonly cloudmoreOrganizationId: string;
  readonly wivApiKey: string;
}

/** How much a simulator holds, and which of the vendors' habits it shows. Nothing has to be given. */
export interface SimulatorOptions extends Counts {
  /** Names, addresses and ids: the same seed gives the same data; 7. */
  readonly seed?: number;
  /** How N-central wraps a single object; bare. */
  readonly envelope?: "bare" | "data";
  /** How N-central wraps a list; full. */
  readonly listEnvelope?: "minimal" | "seed" | "full" | "array";
  /** How N-central writes ids; string. */
  readonly ids?: "string" | "number";
  /** What N-central answers to a create; full. */
  readonly createReturns?: "full" | "id";
  /** Larger pages are cut to it; 1000. */
  readonly maxPageSize?: number;
  /** Life of N-central's access token; 3600. */
  readonly accessSeconds?: number;
  /** Life of N-central's refresh token; 90000. */
  readonly refreshSeconds?: number;
  /** Life of Cloudmore's token; 86400. */
  readonly tokenSeconds?: number;
  /** Whether token answers tell the life; true. */
  readonly sendExpiry?: boolean;
  /** N-central answers 500 to everything but the exchange of the token; false. */
  readonly passwordExpired?: boolean;
  /** Whether N-central has a standard PSA integration; true. */
  readonly standardPsa?: boolean;
  /** Requests in flight by `"GET /api/customers"` or `"*"`, above which 429 is answered. null: no caps at all. */
  readonly caps?: Readonly<Record<string, number | null>> | null;
  /** How Cloudmore names a service that was added; header. */
  readonly located?: "header" | "relative" | "body" | "none";
  /** Whether Cloudmore's PUT, PATCH and DELETE answer 204 or with the service; true. */
  readonly emptyWrites?: boolean;
  /** When a scroll of Wiv expires; 300. */
  readonly scrollIdleSeconds?: number;
  /** Whether the id of a scroll changes with each page; true. */
  readonly scrollRotates?: boolean;
  /** Time that every answer takes; 0. */
  readonly latencyMs?: number;
  /** Whether requests are kept; true. */
  readonly log?: boolean;
  /** Credentials to accept instead. */
  readonly credentials?: Partial<Credentials>;
}

/** What the services hold. */
export interface State extends Collections {
  /** Searches whose pages are being read; told only. */
  readonly openScrolls: number;
  /** Tokens that are good; told only. */
  readonly openSessions: number;
}

/** How requests go wrong. */
export interface Fault {
  /**
   * What happens; `status` where nothing is said. `status` is another answer, `html` a proxy's page; with `close`, `reset` and
   * `hang` nothing is carried out; with `commit_close`, `commit_reset` and `commit_hang` it is, but nobody is told.
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
  /** How many requests, 0 for all; 1, or with `nth` or `rate` all of those. */
  readonly times?: number;
  /** Only these of the requests that match from now on, counted from 1. */
  readonly nth?: readonly number[];
  /** Each of them with this chance, from 0 to 1; always the same ones. */
  readonly rate?: number;
  /** Of `status` and `html`. */
  readonly status?: number;
  /** Of `status`: seconds, a text, or a date so many seconds from now. */
  readonly retryAfter?: number | string | { readonly dateInSeconds: number };
  /** Of `status`: the body; else the vendor's own. */
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

/** What is answered instead of the simulator's own answer. */
export interface Answer {
  /** The body, as JSON. */
  readonly json?: unknown;
  /** The body, as text; instead of `json`. */
  readonly text?: string;
  /** The status; 200. */
  readonly status?: number;
  /** Headers besides the content type. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many requests, 0 for all; 0. */
  readonly times?: number;
}

/** A request that the simulator received. */
export interface LoggedRequest {
  readonly method: string;
  /** The path, as it was sent. */
  readonly path: string;
  /** The query, decoded; a name that was given twice has a list. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** The body: JSON as data, anything else as text, undefined where there is none. */
  readonly body: unknown;
  /** The operation that it called, such as `ncentral.customers.list`; null for an unknown path. */
  readonly operation: string | null;
  /** The status that was answered; null where nothing was. */
  readonly status: number | null;
}
