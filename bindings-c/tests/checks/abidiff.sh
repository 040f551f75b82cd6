#!/usr/bin/env bash
# The header as a library of stubs, compared by abidiff with the one committed in abi/mspkit-1.txt: everything in that
# must still exist.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/common.sh
. tests/common.sh
stubs() {
  { printf '#include "%s"\n' "$(realpath "$1")"
    "$CC" -E -P "$1" | tr -d '\n' | tr ';' '\n' | sed -n '/static inline/d; /^ *return/d; /&made/d; s/  */ /g; s/^ *\(.*[ *]mspkit_[a-z0-9_]*(.*)\)$/\1 { __builtin_trap(); }/p'
  } > "$2.c"
  "$CC" -g -shared -fPIC -w "$2.c" -o "$2.so"
}
noted="$(git log -1 --format=%H -- abi/mspkit-1.txt)"
[ -n "$noted" ] || { echo "skipped: the comparison by abidiff (no commit has abi/mspkit-1.txt)"; exit; }
git show "$noted:./include/mspkit.h" > "$WORK/noted.h"
stubs "$WORK/noted.h" "$WORK/old"
stubs include/mspkit.h "$WORK/new"
abidiff --no-added-syms "$WORK/old.so" "$WORK/new.so"
sed 's/^    int64_t attempt_timeout_ms;/    int32_t attempt_timeout_ms;/' include/mspkit.h > "$WORK/moved.h"
stubs "$WORK/moved.h" "$WORK/moved"
if abidiff "$WORK/old.so" "$WORK/moved.so" >/dev/null; then fail "abidiff does not detect a field that moves"; fi
echo "abidiff finds nothing broken"
