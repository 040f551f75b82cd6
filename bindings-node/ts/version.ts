/**
 * The version of this package.
 */

import { native } from "./native.js";

/** The version of this package, and of the native half that it has loaded. */
export const version: string = native.version();
