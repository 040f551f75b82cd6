/**
 * The table that the example prints: a row per step with its cost, and progress before it.
 */

import { subscribe } from "node:diagnostics_channel";

interface Mark {
  readonly at: number;
  readonly requests: number;
  readonly retries: number;
}

/** Counts what clients send, and prints rows. */
export class Report {
  #requests = 0;
  #retries = 0;
  readonly #marks: Mark[] = [this.#now()];

  constructor() {
    subscribe("mspkit:request", () => {
      this.#requests += 1;
    });
    subscribe("mspkit:retry", () => {
      this.#retries += 1;
    });
    console.log(`${"step".padEnd(32)}  ${"result".padEnd(82)}  requests  retries      time`);
  }

  #now(): Mark {
    return { at: performance.now(), requests: this.#requests, retries: this.#retries };
  }

  /** Shows the progress of a step; the next text replaces it. */
  progress(text: string): void {
    process.stderr.write(`${text.padEnd(60)}\r`);
  }

  /** Prints a row for what happened since the previous row. */
  done(step: string, result: string): void {
    const before = this.#marks.at(-1) as Mark;
    const now = this.#now();
    this.#marks.push(now);
    const requests = String(now.requests - before.requests).padStart(8);
    const retries = String(now.retries - before.retries).padStart(7);
    const took = `${(now.at - before.at).toFixed(1)} ms`.padStart(8);
    console.log(`${step.padEnd(32)}  ${result.padEnd(82)}  ${requests}  ${retries}  ${took}`);
  }

  /** Prints the sum of all rows. */
  total(): void {
    const first = this.#marks[0] as Mark;
    const last = this.#marks.at(-1) as Mark;
    const took = ((last.at - first.at) / 1000).toFixed(2);
    const steps = this.#marks.length - 1;
    console.log(`\n${steps} steps, ${last.requests} requests, ${last.retries} retries, ${took} s`);
  }
}
