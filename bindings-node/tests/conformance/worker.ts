/**
 * One worker of the runner: takes cases until there are none left, and says what came of them.
 */

import { parentPort, workerData } from "node:worker_threads";
import { startSimulator } from "../support/simulator.js";
import { Run } from "./case.js";
import { load } from "./cases.js";
import { Mismatch } from "./matching.js";
import type { Orders, Verdict } from "./runner.js";

const CASE_LIMIT = 30_000;

async function main({ front, sabotage, enough, shared }: Orders): Promise<Verdict> {
  const simulator = await startSimulator();
  try {
    await simulator.control("sabotage", { kind: sabotage });
    const { cases } = load();
    const failures: string[] = [];
    let ran = 0;
    while (Atomics.load(shared, 1) < enough) {
      const next = cases[Atomics.add(shared, 0, 1)];
      if (next === undefined) {
        break;
      }
      ran += 1;
      const began = performance.now();
      let why = await failure(() => new Run(next, simulator, front).run());
      const took = performance.now() - began;
      if (why === undefined && took > CASE_LIMIT) {
        why = `took ${took} ms`;
      }
      if (why !== undefined) {
        Atomics.add(shared, 1, 1);
        failures.push(`FAILED ${next.name}: ${why}`);
      }
    }
    return { ran, failures };
  } finally {
    await simulator.stop();
  }
}

async function failure(run: () => Promise<void>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof Mismatch) {
      return error.message;
    }
    return error instanceof Error ? `${error.stack}` : String(error);
  }
}

void main(workerData as Orders).then((verdict) => parentPort?.postMessage(verdict));
