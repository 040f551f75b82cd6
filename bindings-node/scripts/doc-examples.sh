#!/usr/bin/env bash
# The examples of the pages in JavaScript and TypeScript: `check FILES` compiles them, `run FILE` runs one. PYTHON runs the
# program that calls a service.
set -euo pipefail
package="$(cd "$(dirname "$0")/.." && pwd)"
# What pages use beside mspkit is not installed where they are: no registry is asked while they run.
share() {
  mkdir -p "$1/node_modules/@types"
  ln -sfn "$package/node_modules/express" "$1/node_modules/express"
  ln -sfn "$package/node_modules/@types/express" "$1/node_modules/@types/express"
}
case "$1" in
  check)
    shift
    share .
    # A user's project has the types of Node.js installed too.
    "$package/node_modules/.bin/tsc" --outDir out --rootDir . --allowJs --checkJs --strict --exactOptionalPropertyTypes \
      --noUncheckedIndexedAccess --target es2022 --module nodenext --typeRoots "$package/node_modules/@types" --types node "$@"
    ;;
  run)
    file="$(basename "$2")"
    program="${2%/*}/out/${file%.*}.mjs"
    if grep -q 'from "express"' "$2"; then
      exec "${PYTHON:-python3}" "$package/../tests/doc-examples/service.py" node "$program"
    fi
    exec node "$program"
    ;;
esac
