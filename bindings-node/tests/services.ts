/**
 * The clients by service, and the operation table in TypeScript names.
 */

import * as mspkit from "mspkit";
import { camel } from "../dist/cjs/names.js";
import { type OperationRow, operations } from "../dist/cjs/native.js";

/** A service, with the options that its clients need. */
export interface Service {
  readonly id: string;
  readonly async: new (options?: object) => object;
  readonly sync: new (options?: object) => object;
  readonly asyncName: string;
  readonly syncName: string;
  readonly options: object;
}

const baseURL = "http://127.0.0.1:9";

export const SERVICES: readonly Service[] = [
  {
    id: "ncentral",
    async: mspkit.NCentral,
    sync: mspkit.NCentralSync,
    asyncName: "NCentral",
    syncName: "NCentralSync",
    options: { baseURL, jwt: "a.b.c" },
  },
  {
    id: "cloudmore",
    async: mspkit.Cloudmore,
    sync: mspkit.CloudmoreSync,
    asyncName: "Cloudmore",
    syncName: "CloudmoreSync",
    options: { baseURL, username: "u", password: "p", clientSecret: "s" },
  },
  {
    id: "wiv",
    async: mspkit.Wiv,
    sync: mspkit.WivSync,
    asyncName: "Wiv",
    syncName: "WivSync",
    options: { baseURL, apiKey: "k" },
  },
];

/** An operation in TypeScript names. */
export interface Operation {
  readonly id: string;
  readonly service: Service;
  readonly resource: string;
  readonly name: string;
  readonly listed: boolean;
  /** The arguments before the object of parameters. */
  readonly positional: readonly string[];
  /** The members of the object of parameters, including those of paging, and whether each is required. */
  readonly members: ReadonlyMap<string, boolean>;
}

const PAGING = ["limit", "concurrency", "resumeToken", "onIncomplete"];

function here(row: OperationRow): Operation {
  const service = SERVICES.find((service) => row.id.startsWith(`${service.id}.`));
  if (service === undefined) {
    throw new Error(`no client is known for ${row.id}`);
  }
  const listed = row.paging !== "none";
  // A path with a part that a client's option may set is passed by name as a whole.
  const byName = row.params.some((param) => param.from_option !== null);
  const inPath = (place: string) => place === "path" && !byName;
  const members = new Map<string, boolean>();
  for (const param of row.params.filter((param) => !inPath(param.location))) {
    members.set(camel(param.name), param.required && param.from_option === null);
  }
  for (const name of listed ? PAGING : []) {
    members.set(name, false);
  }
  if (row.paging === "scroll") {
    members.set("onLostPage", false);
  }
  return {
    id: row.id,
    service,
    resource: camel(row.resource),
    name: camel(row.name),
    listed,
    positional: row.params.filter((param) => inPath(param.location)).map((param) => camel(param.name)),
    members,
  };
}

export const OPERATIONS: readonly Operation[] = operations().map(here);
