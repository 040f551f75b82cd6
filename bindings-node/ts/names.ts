/**
 * Names: camelCase here, snake_case in the core.
 */

import { NAMED_HERE } from "./generated/options.js";

const CAPITAL = /[A-Z]/g;
const BEHIND_UNDERSCORE = /_([a-z0-9])/g;

const known = new Map<string, string>();

/** `pageSize` → `page_size`. The core refuses unknown names. */
export function snake(name: string): string {
  let found = known.get(name);
  if (found === undefined) {
    found = name.replace(CAPITAL, (letter) => `_${letter.toLowerCase()}`);
    // There are few argument names; anything else is a mistake and need not be cached.
    if (known.size < 1000) {
      known.set(name, found);
    }
  }
  return found;
}

/** `page_size` → `pageSize`, `base_url` → `baseURL`. */
export function camel(name: string): string {
  return NAMED_HERE[name] ?? name.replace(BEHIND_UNDERSCORE, (_, letter: string) => letter.toUpperCase());
}
