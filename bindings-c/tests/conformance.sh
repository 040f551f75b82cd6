#!/usr/bin/env bash
# The conformance cases through the installed C library; arguments are options of the judge. `make conformance-c` installs first.
#
#   tests/conformance.sh --only scroll.json
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/common.sh
. tests/common.sh
program conformance tests/conformance/*.c tests/generated/dispatch.c tests/support/json.c tests/support/memory.c
"$BUILT/mspkit-conformance" "$@" -- "$WORK/conformance"
