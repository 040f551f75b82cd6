#!/usr/bin/env bash
# Every macro, struct, type, field and function of the headers has a comment, except the tables of the services, which
# are for the library, and what Arrow's specification declares.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/common.sh
. tests/common.sh
undocumented() {
  awk '
    /^#ifndef ARROW_C_/ { foreign = 1 }
    foreign { if (/^#endif/) foreign = 0; next }
    /^ *\/\*\*/ { commented = 1 }
    /^\/\// { next }
    /^ *(\/?\*|$)/ { next }
    /^#define MSPKIT_([A-Z]+_)?H$|^#(if|else|endif|include|ifndef)|^extern|^}|^{/ { if (!/^#/) inside = 0; commented = 0; next }
    /^ \{$/ { inside = 1; next }
    /^static const/ { if (!/;$/) skip = 1; commented = 0; next }
    /^(        |    })/ { next }
    /^static inline/ { if (!commented) print; skip = 1 }
    skip { if (/^}/) skip = 0; commented = 0; next }
    /^    / && inside { if (!commented) print; commented = 0; next }
    /^ / { next }
    { if (!commented && !forward[$0]) print; inside = /{$/; commented = 0 }
  ' "$1" | grep -vE '^typedef (struct (mspkit_\w+) \2|(int32_t|enum mspkit_status) mspkit_status);$' || true
}
for header in include/mspkit.h include/mspkit/*.h; do
  found="$(undocumented "$header")"
  [ -z "$found" ] || fail "not documented in $header: $found"
done
# Proves that the check notices.
sed '0,/^#define MSPKIT_ABSENT 0$/s//#define MSPKIT_ABSENT 0\n#define MSPKIT_BARE 1/; s/^    MSPKIT_OK = 0,$/&\n    MSPKIT_NEW = 7,/' \
  include/mspkit.h > "$WORK/bare.h"
for bare in MSPKIT_BARE MSPKIT_NEW; do
  grep -q "$bare" <<<"$(undocumented "$WORK/bare.h")" || fail "an item without a comment is not detected: $bare"
done
echo "every item of the headers is documented"
