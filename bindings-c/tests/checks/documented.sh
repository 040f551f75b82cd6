#!/usr/bin/env bash
# Every macro, struct, type, field and function of the header stands behind a comment.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/common.sh
. tests/common.sh
undocumented() {
  awk '
    /^ *\/\*\*/ { commented = 1 }
    /^ *(\/?\*|$)/ { next }
    /^#define MSPKIT_H$|^#(if|endif|include|ifndef)|^extern|^}|^{/ { if (!/^#/) inside = 0; commented = 0; next }
    /^static inline/ { if (!commented) print; skip = 1 }
    skip { if (/^}/) skip = 0; commented = 0; next }
    /^    / && inside { if (!commented) print; commented = 0; next }
    /^ / { next }
    { if (!commented && !forward[$0]) print; inside = /{$/; commented = 0 }
  ' "$1" | grep -vE '^typedef struct (mspkit_\w+) \1;$' || true
}
found="$(undocumented include/mspkit.h)"
[ -z "$found" ] || fail "not documented in mspkit.h: $found"
# The check sees what it is for.
sed '0,/^ \* Success\.$/{/^\/\*\*$/{N;/Success/d}}; 0,/^#define MSPKIT_OK 0$/s//#define MSPKIT_OK 0\n#define MSPKIT_BARE 1/' \
  include/mspkit.h > "$WORK/bare.h"
grep -q MSPKIT_BARE <<<"$(undocumented "$WORK/bare.h")" || fail "an item without a comment is not noticed"
echo "every item of mspkit.h is documented"
