/**
 * The arguments of a call: ids and parameters in the form of the core, and paging options.
 */

import { encodeArguments, encodeOptions } from "./encode.js";
import { invalid } from "./failure.js";
import { camel } from "./names.js";
import { type OperationRow, operations } from "./native.js";
import { callNames, pagingNames } from "./options.js";
import { record } from "./plain.js";

let table: ReadonlyMap<string, OperationRow> | undefined;

/** The table row of an operation. Only read after an error: otherwise every script would wait for the table. */
function rowOf(operation: string): OperationRow | undefined {
  table ??= new Map(operations().map((row) => [row.id, row]));
  return table.get(operation);
}

/** Whether an operation may change data. */
export function isWrite(operation: string): boolean {
  return rowOf(operation)?.method !== "GET";
}

const PLACES = ["first", "second", "third", "fourth"];

/** Refuses a call option among the parameters; the core refuses all other unknown names. */
function checkName(operation: string, ids: object, name: string, value: unknown): void {
  if (!callNames().has(name) || rowOf(operation)?.params.some((param) => camel(param.name) === name)) {
    return;
  }
  const place = PLACES[Object.keys(ids).length + 1];
  throw invalid(name, `belongs to the options, the ${place} argument`, value);
}

/** The arguments of a call in the form of the native half: ids, and parameters in a separate object. */
export function argumentsOf(operation: string, ids: object, params: unknown): string {
  return encodeArguments({ ...checkedParams(operation, ids, params), ...ids });
}

/** The arguments and paging options of a list, in the form of the native half. */
export function listArguments(
  operation: string,
  ids: object,
  given: unknown,
): [params: string, paging: string | null] {
  const names = pagingNames();
  const [paging, params]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  let paged = false;
  for (const [name, value] of Object.entries(checkedParams(operation, ids, given))) {
    const how = names.has(name);
    paged ||= how;
    (how ? paging : params)[name] = value;
  }
  return [encodeArguments({ ...params, ...ids }), paged ? encodeOptions(paging) : null];
}

function checkedParams(operation: string, ids: object, params: unknown): object {
  if (params === undefined || params === null) {
    return {};
  }
  const given = record("params", params);
  for (const [name, value] of Object.entries(given)) {
    checkName(operation, ids, name, value);
  }
  return given;
}

/** Method and path of a request to an endpoint that mspkit does not know. */
export function targetOf(method: unknown, path: unknown): [method: string, path: string] {
  if (typeof method !== "string") {
    throw invalid("method", "must be an HTTP method such as GET", method);
  }
  if (typeof path !== "string" && !(path instanceof URL)) {
    throw invalid("path", "must be a path such as /api/sites, or a URL of the client's own server", path);
  }
  return [method, String(path)];
}
