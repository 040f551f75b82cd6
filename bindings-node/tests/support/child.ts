/**
 * Programs that a test runs as separate processes, to see when and how they end.
 */

import { spawn } from "node:child_process";
import { join } from "node:path";

/** The folder of the package. */
export const HERE = join(__dirname, "..", "..");

/** How a program has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from the line `idle`, or from the start, to the end. */
  readonly took: number;
}

/**
 * Runs a program that may use `mspkit`, `options`, `sleep`, and `flying`, which waits until a client has a call in
 * flight; it fails if it has not ended after `limit` milliseconds. The time is measured from the line `idle`. `onLine`
 * may send it signals.
 */
export async function program(
  text: string,
  options: object = {},
  limit = 20_000,
  onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
  flags: readonly string[] = [],
): Promise<Ended> {
  const whole = `
    const mspkit = require("mspkit");
    const options = ${JSON.stringify(options)};
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const flying = async (client) => {
      for (let turns = 0; !client.limits().some((limit) => limit.inFlight > 0); turns += 1) {
        if (turns > 5000) throw new Error("no call is in flight");
        await sleep(1);
      }
    };
    const main = async () => { ${text} };
    main();
  `;
  const child = spawn(process.execPath, [...flags, "-e", whole], {
    cwd: HERE,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let begin = performance.now();
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    stdout += part;
    if (part.includes("idle")) {
      begin = performance.now();
    }
    onLine(part.trim(), (signal) => child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    stderr += part;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), limit);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve([code, signal]));
  });
  clearTimeout(timer);
  return { code, signal, stdout, stderr, took: performance.now() - begin };
}
