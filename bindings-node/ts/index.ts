/**
 * N-able N-central, Cloudmore and Wiv for the engineers of managed service providers.
 *
 * ```ts
 * import { NCentral } from "mspkit";
 *
 * const client = new NCentral({ baseURL: "https://ncentral.example.com", jwt: "…" });
 * for await (const customer of client.customers.list({ pageSize: 200 })) {
 *   console.log(customer.customerName);
 * }
 * ```
 *
 * The clients are `NCentral`, `Cloudmore` and `Wiv`, and for blocking scripts `NCentralSync`, `CloudmoreSync` and
 * `WivSync`. Every error is an `MspError`. Models, parameters and resources are in a module per service: `import type {
 * Customer } from "mspkit/ncentral"`.
 */

export { Call, type WithResponse } from "./call.js";
export {
  type ChangedRow,
  Changes,
  type ChangesSummary,
  type DiffOptions,
  diff,
  diffSync,
  type FieldChange,
  type ListedRow,
  type UnidentifiedRow,
} from "./changes.js";
export type { RequestEvent, ResponseEvent, RetryEvent } from "./diagnostics.js";
export {
  APIStatusError,
  type Attempt,
  type Difference,
  type ErrorFields,
  type FieldError,
  MspError,
} from "./errors.js";
export { Cloudmore, type CloudmoreOptions, CloudmoreSync } from "./generated/cloudmore/client.js";
export * from "./generated/kinds.js";
export { NCentral, type NCentralOptions, NCentralSync } from "./generated/ncentral/client.js";
export { Wiv, type WivOptions, WivSync } from "./generated/wiv/client.js";
export type { PlainRow } from "./model.js";
export { version } from "./native.js";
export * as onboarding from "./onboarding.js";
export type {
  CallDefaults,
  CallOptions,
  ClientOptions,
  Id,
  ListRequestOptions,
  Paging,
  Query,
  RequestOptions,
  ScrollPaging,
  SyncCallOptions,
  SyncListRequestOptions,
  SyncRequestOptions,
} from "./options.js";
export { Page, Pager, SyncPager } from "./pager.js";
export type { Partition, PartitionOptions } from "./partition.js";
export {
  type AmbiguousRow,
  type Candidate,
  type CsvOptions,
  type KeyKind,
  type MappingEntry,
  type MappingProblem,
  type Match,
  type ReconcileOptions,
  Reconciliation,
  type ReconciliationSummary,
  reconcile,
  reconcileSync,
  type UnmatchedRow,
  type ValueDifference,
} from "./reconcile.js";
export { RawResponse, ResponseMeta, responseOf } from "./response.js";
export type { Rows } from "./rows.js";
export type {
  ArrowOptions,
  ObjectOptions,
  WriteCsvOptions,
  WriteOptions,
  WriteProgress,
} from "./rows-out.js";
export { Secret } from "./secret.js";
export type { LimitStatus } from "./shared.js";
export type { Sync } from "./sync-resource.js";
