#!/usr/bin/env bash
# The shared library exports what the header declares, and nothing else; its name and flags are as
# specified.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/common.sh
. tests/common.sh
library="$PREFIX/lib/libmspkit.so"
declared() { sed -n '/^static inline/d; s/^[a-z].*[ *]\(mspkit_[a-z0-9_]*\)(.*/\1/p' "$1" | sort -u; }
exported() { nm -D --defined-only "$library" | awk '{ print $3 }' | sort -u; }
difference="$(diff <(declared include/mspkit.h) <(exported))" || fail "header (<) and exports (>) differ:
$difference"
[ "$(exported | wc -l)" -gt 80 ] || fail "there are hardly any exports"
# Operations use the exports, and are not exported themselves.
if exported | grep -E '^mspkit_(ncentral|cloudmore|wiv)_'; then fail "the library exports a function of a service"; fi
# Proves that the check notices a missing function.
sed 's/^int32_t mspkit_abi_version(void);/&\nint32_t mspkit_not_there(void);/' include/mspkit.h > "$WORK/more.h"
if diff -q <(declared "$WORK/more.h") <(exported) >/dev/null; then fail "a function without an export is not detected"; fi
abi="$(sed -n 's/^#define MSPKIT_ABI_VERSION \(.*\)/\1/p' include/mspkit.h)"
grep -q "soname: \[libmspkit.so.$abi\]" <<<"$(readelf -d "$library")" || fail "the soname is not libmspkit.so.$abi"
grep -q NODELETE <<<"$(readelf -d "$library")" || fail "the library could be unmapped"
echo "$(exported | wc -l) exports, those of the header; libmspkit.so.$abi"
