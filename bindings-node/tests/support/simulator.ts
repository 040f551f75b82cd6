/**
 * The simulator as a child process, with its commands. It is the program that `MSPKIT_SIM` names, else the one in the
 * workspace's `target`.
 */

import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(__dirname, "..", "..", "..");

/** What the simulator says when it is ready. */
export interface Ready {
  readonly url: string;
  readonly credentials: Readonly<Record<string, string>>;
}

/** A running simulator. It ends with `stop`, and with this process. */
export interface Simulator extends Ready {
  readonly pid: number;
  /** Sends a command, such as `reset`. */
  post(command: string, body: unknown): Promise<unknown>;
  /** Asks for something, such as `requests?since=0`. */
  get(command: string): Promise<unknown>;
  stop(): Promise<void>;
}

function program(): string {
  const named = process.env.MSPKIT_SIM;
  if (named !== undefined) {
    return named;
  }
  const built = ["release", "debug"]
    .map((profile) => join(ROOT, "target", profile, "mspkit-sim"))
    .filter(existsSync);
  const newest = built.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)[0];
  if (newest === undefined) {
    throw new Error("no simulator; run `cargo build -p mspkit-sim`, or set MSPKIT_SIM");
  }
  return newest;
}

/** Starts a simulator on a port of its own. */
export async function startSimulator(options: object = {}): Promise<Simulator> {
  const args = ["--port", "0", "--until-stdin-closes", "--options", JSON.stringify(options)];
  const child = spawn(program(), args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the simulator ended with ${code} before it was ready`)));
    createInterface(child.stdout).once("line", (line) => resolve(JSON.parse(line)));
  });
  return {
    ...ready,
    pid: child.pid as number,
    post: (command, body) => send(ready.url, "POST", command, JSON.stringify(body)),
    get: (command) => send(ready.url, "GET", command, undefined),
    stop: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** Without `fetch`: its pool would keep connections, and with them the process, open. */
function send(url: string, method: string, command: string, body: string | undefined): Promise<unknown> {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/_sim/${command}`, { method, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        text += part;
      });
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 200) {
          resolve(JSON.parse(text));
        } else {
          reject(new Error(`${command}: ${answer.statusCode} ${text}`));
        }
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The variables by which clients find a simulator. */
export function environment({ url, credentials }: Ready): Record<string, string> {
  const known = (name: string) => credentials[name] ?? "";
  return {
    NCENTRAL_URL: url,
    NCENTRAL_JWT: known("ncentral_jwt"),
    CLOUDMORE_URL: url,
    CLOUDMORE_USERNAME: known("cloudmore_username"),
    CLOUDMORE_PASSWORD: known("cloudmore_password"),
    CLOUDMORE_CLIENT_SECRET: known("cloudmore_client_secret"),
    CLOUDMORE_RESELLER_ID: known("cloudmore_reseller_id"),
    WIV_URL: url,
    WIV_API_KEY: known("wiv_api_key"),
  };
}
