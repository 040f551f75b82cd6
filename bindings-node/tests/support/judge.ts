/**
 * The judge of the conformance cases, as built in the workspace.
 */

import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import "./simulator.js";

const PROGRAM = join(__dirname, "..", "conformance", "program.js");

/** Runs the cases through the program in a runtime. Returns the exit code, and the output. */
export async function judged(runtime: readonly string[]): Promise<{ code: number | null; output: string }> {
  // It is built beside the simulator.
  const judge = join(dirname(process.env.MSPKIT_SIM as string), "mspkit-conformance");
  const child = spawn(judge, ["--", ...runtime, PROGRAM], { stdio: ["ignore", "pipe", "inherit"] });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  return { output: await text(child.stdout), code: await code };
}
