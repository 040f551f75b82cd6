/**
 * Runs cases: each worker has a simulator of its own and takes its share of them.
 *
 * Workers are threads, because blocking calls would hold up each other in one. Cases mostly wait for time to pass, so there
 * are more workers than processors.
 */

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Front } from "./calls.js";
import { load } from "./cases.js";

const WORKERS = 6;

/** The sabotage that the simulator knows, and none. */
export type Sabotage = "none" | "wrong_field" | "lost_item" | "extra_request";

/** What a worker is told. `shared` is the place of the next case, and how many have failed. */
export interface Orders {
  readonly front: Front;
  readonly sabotage: Sabotage;
  readonly enough: number;
  readonly shared: Int32Array;
}

/** How many cases ran, and which of them failed and why. */
export interface Verdict {
  readonly ran: number;
  readonly failures: readonly string[];
}

/** Runs all cases, or fewer once `enough` have failed. */
export async function run(front: Front, sabotage: Sabotage = "none", enough = 1000): Promise<Verdict> {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const orders: Orders = { front, sabotage, enough, shared };
  const verdicts = await Promise.all(Array.from({ length: WORKERS }, () => work(orders)));
  return {
    ran: verdicts.reduce((sum, verdict) => sum + verdict.ran, 0),
    failures: verdicts.flatMap((verdict) => verdict.failures),
  };
}

function work(orders: Orders): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, "worker.js"), { workerData: orders });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a worker ended with ${code} before its verdict`)));
  });
}

/** The line that every runner ends with. */
export function line({ ran, failures }: Verdict): string {
  return `conformance: ${ran} cases, ${ran - failures.length} passed, ${failures.length} failed`;
}

/** How many cases there have to be. */
export const expected = load().expected;
