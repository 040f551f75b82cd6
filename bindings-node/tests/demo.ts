/**
 * Runs examples/onboard.ts against its own simulator, or against the servers of the environment.
 *
 *     node bindings-node/build/demo.js | python tests/demo.py
 *
 * Two faults are planted in the simulator, and have to be retried: one page fails once, one call is throttled.
 */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Simulator, startSimulator } from "./support/simulator.js";

/** The compiled example. */
export const EXAMPLE = join(__dirname, "..", "build", "examples", "onboard.js");
export const OPTIONS = { serviceOrgs: 120, customers: 400, cases: 730, wivCustomers: 12 };

const FAULTS = [
  {
    match: "GET /api/service-orgs",
    nth: [2],
    fault: { kind: "status", status: 503, retry_after: 0 },
  },
  {
    match: "POST /v2/cases/msp/search",
    nth: [3],
    fault: { kind: "status", status: 429, retry_after: 1 },
  },
];

/** Plants the faults, and returns the environment in which the example works against this simulator. */
export async function prepared(simulator: Simulator): Promise<NodeJS.ProcessEnv> {
  await simulator.control("faults", { seed: 7, rules: FAULTS });
  const { customPsaTickets } = await simulator.state();
  const of = simulator.credentials;
  return {
    ...process.env,
    ...simulator.env,
    CLOUDMORE_ORGANIZATION_ID: of.cloudmoreOrganizationId,
    PSA_USERNAME: of.psaUsername,
    PSA_PASSWORD: of.psaPassword,
    PSA_TICKET_ID: String(customPsaTickets[0]?.ticketId),
  };
}

function ran(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, [EXAMPLE, ...args], { env, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

async function main(): Promise<number> {
  if (["NCENTRAL_URL", "CLOUDMORE_USERNAME", "WIV_API_KEY"].some((name) => name in process.env)) {
    console.log("Against the servers of the environment.");
    return ran(process.argv.slice(2), process.env);
  }
  const simulator = await startSimulator(OPTIONS);
  try {
    console.log(`Against the simulator at ${simulator.url}; two faults are planted, to be retried.\n`);
    return await ran(["--write"], await prepared(simulator));
  } finally {
    await simulator.stop();
  }
}

if (require.main === module) {
  void main().then((code) => {
    process.exitCode = code;
  });
}
