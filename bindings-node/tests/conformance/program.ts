/**
 * The clients of this package as a program for the judge of the conformance cases.
 *
 * Each line of standard input is a request, each line of standard output its response: `tests/conformance/README.md`
 * lists them. `make conformance-node ONLY="…"` runs some cases.
 */

import { inspect } from "node:util";
import * as mspkit from "mspkit";
import { MspError } from "mspkit";
import { Call, type CallRequest, type Client, type Data, Outcome, optionsHere } from "./calls.js";

interface ClientRequest {
  readonly service: "ncentral" | "cloudmore" | "wiv";
  readonly mode: "async" | "blocking";
  readonly options: Data;
}

const CLIENTS = {
  async: { ncentral: mspkit.NCentral, cloudmore: mspkit.Cloudmore, wiv: mspkit.Wiv },
  blocking: { ncentral: mspkit.NCentralSync, cloudmore: mspkit.CloudmoreSync, wiv: mspkit.WivSync },
};
/** Names that are not the camelCase form. */
const NAMES = { base_url: "baseURL", extra_headers: "headers", extra_query: "query", extra_body: "body" };
/** Values that JSON cannot represent, or not exactly. */
const MARK = "\u0000";

let client: Client | undefined;

async function answer(request: Data): Promise<Data> {
  if (request.client !== undefined) {
    const { service, mode, options } = request.client as ClientRequest;
    await client?.close();
    client = undefined;
    try {
      client = new CLIENTS[mode][service](optionsHere(options) as object);
    } catch (error) {
      return refused(error);
    }
  } else if (request.call !== undefined) {
    return shown(await new Call(request as unknown as CallRequest).outcome(client as Client));
  } else if (request.close !== undefined) {
    await client?.close();
    client = undefined;
  } else if (request.hello !== undefined) {
    return { camel: true, names: NAMES };
  }
  return {};
}

function refused(error: unknown): Data {
  if (!(error instanceof MspError)) {
    throw error;
  }
  const outcome = new Outcome();
  outcome.error = error;
  return shown(outcome);
}

/** An outcome under the names of the judge. */
function shown(outcome: Outcome): Data {
  const { result, items, pages, meta, error } = outcome;
  return {
    result,
    items,
    pages,
    total: outcome.total ?? null,
    complete: outcome.complete ?? null,
    missing: outcome.missing ?? null,
    resume_token: outcome.resumeToken ?? null,
    meta: meta ? { status: meta.status, attempts: meta.attempts, request_id: meta.requestId ?? null } : null,
    ...(error ? { error: failure(error) } : {}),
  };
}

function failure(error: MspError): Data {
  return {
    kind: error.kind,
    message: String(error),
    debug: everything(error),
    status: error.status ?? null,
    code: error.code ?? null,
    server_error_id: error.serverErrorId ?? null,
    retryable: error.retryable,
    retry_after: error.retryAfter === undefined ? null : error.retryAfter / 1000,
    attempts: error.attempts.length,
    resume_token: error.resumeToken ?? null,
    request_id: error.requestId ?? null,
    total: error.total ?? null,
    missing: error.missing ?? null,
    matches: error.matches,
    differences: error.differences,
    argument: error.argument ?? null,
    given: error.given ?? null,
    allowed: error.allowed ?? null,
    method: error.method ?? null,
    path: error.path ?? null,
    server: error.server ?? null,
    field_errors: error.fieldErrors.map(({ field, code, message }) => ({
      field,
      code: code ?? null,
      message,
    })),
  };
}

/** Everything that is visible of an error, including non-enumerable properties. */
function everything(error: MspError): string {
  const hidden = inspect(error, { depth: 20, showHidden: true, maxStringLength: null });
  return `${error}\n${error.stack}\n${JSON.stringify(error)}\n${hidden}\n${error.body}`;
}

/** A line of JSON: numbers beyond doubles keep their digits, and undefined values stay visible. */
function line(value: Data): string {
  const text = JSON.stringify(value, (_, entry: unknown) => {
    return typeof entry === "bigint" || entry === undefined ? `${MARK}${entry}` : entry;
  });
  return text.replace(/"\\u0000(-?\d+)"/g, "$1");
}

/** The lines of standard input. `node:readline` also ends lines at U+2028, which JSON texts contain as they are. */
async function* lines(): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    const [first, ...others] = chunk.split("\n");
    rest += first;
    for (const other of others) {
      yield rest;
      rest = other;
    }
  }
}

async function main(): Promise<void> {
  for await (const request of lines()) {
    const outcome = await answer(JSON.parse(request)).catch((error: unknown) => {
      return { failed: error instanceof Error ? `${error.stack}` : String(error) };
    });
    process.stdout.write(`${line(outcome)}\n`);
  }
}

void main();
