/**
 * What differs between operating systems: the numbers of their errors.
 */

import { constants } from "node:os";
import { getSystemErrorMap, getSystemErrorName } from "node:util";

/** The prefix of Windows' own names of its sockets' errors. */
const SOCKETS = "WSA";

/** The fields that Node's own errors have for a number of the system; none for a number that Node has no name for. */
export function systemError(number: number): { errno?: number; code?: string } {
  if (process.platform !== "win32") {
    return { errno: -number, code: getSystemErrorName(-number) };
  }
  // Windows has two kinds of numbers, and Node numbers of its own.
  const known = Object.entries(constants.errno).filter(([, value]) => value === number);
  const code = known.map(([name]) => (name.startsWith(SOCKETS) ? name.slice(SOCKETS.length) : name))[0];
  const errno = [...getSystemErrorMap()].find(([, [name]]) => name === code)?.[0];
  return errno === undefined || code === undefined ? {} : { errno, code };
}
