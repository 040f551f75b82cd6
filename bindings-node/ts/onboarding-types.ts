/**
 * What `onboarding` takes and returns besides documents, plans and reports.
 */

import type { Cloudmore, CloudmoreSync } from "./generated/cloudmore/client.js";
import type { NCentral, NCentralSync } from "./generated/ncentral/client.js";

/** What a plan says of a row. */
export type Action = "exists" | "create" | "set" | "differs" | "ambiguous" | "blocked";

/** What was done for a row. */
export type OutcomeAction = "created" | "set" | "existed" | "differs" | "failed" | "blocked" | "not_started";

/** The format of a file. */
export type Format = "yaml" | "toml" | "json" | "csv";

/** Why something cannot be done, or was not. */
export interface Failure {
  /** The kind of the error, such as `BadRequest`. */
  readonly kind: string;
  /** What happened, for a person. */
  readonly message: string;
}

/** A field with another value. Of a secret there is only `field`. */
export interface FieldDifference {
  /** The vendor's name of the field. */
  readonly field: string;
  /** The value in the file. */
  readonly wanted?: unknown;
  /** The value that the object has. */
  readonly found?: unknown;
}

/** What will be done for one row. */
export interface Step {
  /** Where the row is in the file, such as `service_orgs/Acme/customers/Contoso`. */
  readonly path: string;
  /** Its kind, such as `customer`. */
  readonly kind: string;
  /** What names it. */
  readonly name: string;
  /** What will be done. */
  readonly action: Action;
  /** The fields with other values. */
  readonly differences: readonly FieldDifference[];
  /** Its id, if it exists. */
  readonly id: string | null;
  /** Whether it may cost money. */
  readonly cost: boolean;
  /** Why nothing can be done, if it is ambiguous or blocked. */
  readonly error: Failure | null;
}

/** What was done for one row. */
export interface Outcome {
  /** Where the row is in the file, as in the plan. */
  readonly path: string;
  /** Its kind. */
  readonly kind: string;
  /** What names it. */
  readonly name: string;
  /** What was done. What an interrupted run made is `created` and `set`, too. */
  readonly action: OutcomeAction;
  /** Its id, if it is known. */
  readonly id: string | null;
  /** Why it was not made. */
  readonly error: Failure | null;
  /** The fields with other values, as in the plan. */
  readonly differences: readonly FieldDifference[];
}

/** A row that is begun or has ended. */
export interface Progress {
  /** What has happened. */
  readonly event: "started" | "finished" | "failed";
  /** The path of the row. */
  readonly path: string;
  /** Its kind. */
  readonly kind: string;
  /** What was done; null when it is begun. */
  readonly action: OutcomeAction | null;
  /** How many rows have ended, failed ones too. */
  readonly done: number;
  /** How many of them failed. */
  readonly failed: number;
  /** How many rows there are. */
  readonly total: number;
}

/** The clients of what the file names. */
export interface Clients {
  /** A client of N-central, if the file names anything of it. */
  readonly ncentral?: NCentral;
  /** A client of Cloudmore, likewise. */
  readonly cloudmore?: Cloudmore;
  /** Ends it. What was begun is looked for by the next run. */
  readonly signal?: AbortSignal;
}

/** The blocking clients of what the file names. */
export interface SyncClients {
  /** A client of N-central, if the file names anything of it. */
  readonly ncentral?: NCentralSync;
  /** A client of Cloudmore, likewise. */
  readonly cloudmore?: CloudmoreSync;
}

/** How a plan is applied. */
export interface Applying {
  /** The path of the journal, which is created; a file `….lock` is beside it. */
  readonly journal: string | URL;
  /** How many rows are in progress at a time, 4 by default. */
  readonly concurrency?: number;
  /**
   * Whether things that cost money are made. Otherwise a file with such rows is refused before anything is sent.
   */
  readonly allowCost?: boolean;
  /**
   * How long an object is looked for whose create may still be carried out, in milliseconds; 60,000 by default.
   */
  readonly settle?: number;
}

/** Clients and options of `apply`. */
export interface ApplyOptions extends Clients, Applying {
  /** Called when a row is begun and when it has ended. */
  readonly onStep?: (progress: Progress) => void;
}

/** Clients and options of `applySync`. */
export interface SyncApplyOptions extends SyncClients, Applying {}
