/**
 * Partitions of a list: descriptions that other processes and workers read, each on its own.
 */

import { invalid } from "./failure.js";
import { ROW, type Shape } from "./model.js";

/**
 * A part of a list: its operation, arguments and pages, without secrets. Plain data, which can be written as JSON and
 * passed to workers; `readPartition` of a client reads it.
 */
export interface Partition<T extends object = object> {
  /** The id of the service. */
  readonly service: string;
  /** The name of its items' model; null for a list that mspkit does not know. */
  readonly model: string | null;
  /** The id of the operation. */
  readonly operation: string;
  /** Its first page; null if the pages of the list are not numbered. */
  readonly firstPage: number | null;
  /** Its last page; null if it ends with the list. */
  readonly lastPage: number | null;
  /** Everything that is needed to read it. */
  readonly json: string;
  /** Never there; it says which items are read. */
  readonly item?: T;
}

/** How a partition is read. */
export interface PartitionOptions {
  /** Where to continue, from an earlier pager of the same partition or from its error. */
  readonly resumeToken?: string | undefined;
}

/** How the objects of a service's models are read, by the names of the models. */
export type Shapes = Readonly<Record<string, unknown>>;

/** The number of partitions, in the form of the native half. */
export function countText(n: unknown): string {
  return typeof n === "number" ? String(n) : (JSON.stringify(n) ?? "null");
}

/** How the items of a partition are read. */
export function shapeOf<T extends object>(partition: Partition<T>, shapes: () => Shapes): Shape<T> {
  const given: unknown = partition;
  if (typeof given !== "object" || given === null || typeof partition.json !== "string") {
    throw invalid("partition", "must be what partitions() returned", given);
  }
  const shape = partition.model === null ? ROW : shapes()[partition.model];
  return (shape ?? ROW) as Shape<T>;
}
