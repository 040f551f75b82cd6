#!/usr/bin/env bash
# The examples of the pages in JavaScript and TypeScript: `check FILES` compiles them, `run FILE` runs one.
set -euo pipefail
package="$(cd "$(dirname "$0")/.." && pwd)"
case "$1" in
  check)
    shift
    # A user's project has the types of Node.js installed too.
    "$package/node_modules/.bin/tsc" --outDir out --rootDir . --allowJs --checkJs --strict --exactOptionalPropertyTypes \
      --noUncheckedIndexedAccess --target es2022 --module nodenext --typeRoots "$package/node_modules/@types" --types node "$@"
    ;;
  run)
    file="$(basename "$2")"
    exec node "${2%/*}/out/${file%.*}.mjs"
    ;;
esac
