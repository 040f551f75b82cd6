/**
 * Names: camelCase here, snake_case in the core.
 */

const CAPITAL = /[A-Z]/g;
const BEHIND_UNDERSCORE = /_([a-z0-9])/g;

/** What is called otherwise than its words in camelCase. */
const NAMED_HERE: Readonly<Record<string, string>> = {
  base_url: "baseURL",
  extra_headers: "headers",
  extra_query: "query",
  extra_body: "body",
};

const known = new Map<string, string>();

/** `pageSize` → `page_size`. A name that the core does not know is refused there. */
export function snake(name: string): string {
  let found = known.get(name);
  if (found === undefined) {
    found = name.replace(CAPITAL, (letter) => `_${letter.toLowerCase()}`);
    // Argument names are few; what else comes in is a mistake and need not be kept.
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

/** More slips of the pen than these make another word. */
const SLIPS = 2;

/** The name that was meant, when one of those that there are is nearly the same: in another spelling, or with a slip. */
export function closest(name: string, names: Iterable<string>): string | undefined {
  const bare = (text: string) => text.replace(/[_-]/g, "").toLowerCase();
  const given = bare(name);
  let [found, fewest]: [string | undefined, number] = [
    undefined,
    Math.min(SLIPS, Math.floor(given.length / 3)) + 1,
  ];
  for (const each of names) {
    const slips = distance(given, bare(each));
    if (slips < fewest) {
      [found, fewest] = [each, slips];
    }
  }
  return found;
}

/** How many letters have to be put in, taken out or changed to make one text of another. */
function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...one].entries()) {
    const line = [row + 1];
    for (const [at, theirs] of [...other].entries()) {
      const changed = (above[at] as number) + (letter === theirs ? 0 : 1);
      line.push(Math.min(changed, (above[at + 1] as number) + 1, (line[at] as number) + 1));
    }
    above = line;
  }
  return above[other.length] as number;
}
