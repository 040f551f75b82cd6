#!/usr/bin/env bash
# The binary interface: a dump of every constant, size, offset and function type, made from the header by the compiler,
# compared with the one in abi/ and with that of the last release. Entries must not change; additions are accepted with
# `interface.sh --update`. Operations are not part of it: the headers of the services are built on this one.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/common.sh
. tests/common.sh
# Sizes and offsets of all structs, constants, and prototypes, one line each.
dump() {
  local header="$1" source="$WORK/dump.c"
  {
    printf '#include "%s"\n#include <stdio.h>\nint main(void) {\n' "$(realpath "$header")"
    sed -n 's/^#define \(MSPKIT_[A-Z0-9_]*\) .*/printf("constant \1 %lld\\n", (long long)\1);/p' "$header" | grep -v MSPKIT_VERSION_
    sed -n 's/^    \(MSPKIT_[A-Z0-9_]*\) = -\{0,1\}[0-9]*,$/printf("constant \1 %lld\\n", (long long)\1);/p' "$header"
    awk '/^typedef struct mspkit_[a-z0-9_]* {/ { name = $3; printf "printf(\"size %s %%zu\\n\", sizeof(%s));\n", name, name; next }
         /^}/ { name = "" }
         name != "" && /;$/ && !/^ *\*/ { field = $NF; sub(/;$/, "", field); gsub(/[*]/, "", field);
           printf "printf(\"field %s.%s %%zu %%zu\\n\", offsetof(%s, %s), sizeof(((%s *)0)->%s));\n", name, field, name, field, name, field }' "$header"
    printf 'return 0; }\n'
  } > "$source"
  "$CC" -std=c11 -o "$WORK/dump" "$source"
  "$WORK/dump"
  "$CC" -E -P "$header" | tr -d '\n' | tr ';' '\n' | sed -n 's/  */ /g; s/^ *\(.*[ *]mspkit_[a-z0-9_]*(.*)\)$/function \1/p' | grep -vE 'static inline|^function return|&made'
}
compare() {
  dump "$1" | sort > "$WORK/interface.txt"
  comm -23 <(sort abi/mspkit-1.txt) "$WORK/interface.txt" | grep -v '^size ' || true
}
if [ "${1:-}" = --update ]; then
  dump include/mspkit.h | sort > abi/mspkit-1.txt
  exit
fi
broken="$(compare include/mspkit.h)"
[ -z "$broken" ] || fail "the binary interface is broken; missing: $broken"
cmp -s abi/mspkit-1.txt "$WORK/interface.txt" || fail "the interface has grown: run bindings-c/tests/checks/interface.sh --update, and raise ABI_REVISION in bindings-c/Makefile if this is the first addition since the last release"
# Every later release has what a release of this binary interface had.
release="$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null || true)"
if [ -n "$release" ] && git cat-file -e "$release:./abi/mspkit-1.txt" 2>/dev/null; then
  gone="$(comm -23 <(git show "$release:./abi/mspkit-1.txt" | sort) <(sort abi/mspkit-1.txt) | grep -v '^size ' || true)"
  [ -z "$gone" ] || fail "the binary interface of $release is broken: $gone"
fi
# Proves that the check notices a field whose offset moves, and a function whose type changes.
sed 's/^    int64_t attempt_timeout_ms;/    int32_t attempt_timeout_ms;/' include/mspkit.h > "$WORK/moved.h"
[ -n "$(compare "$WORK/moved.h")" ] || fail "a field that moves is not detected"
sed 's/^int32_t mspkit_abi_version(void);/int64_t mspkit_abi_version(void);/' include/mspkit.h > "$WORK/typed.h"
[ -n "$(compare "$WORK/typed.h")" ] || fail "a function whose type changes is not detected"
# Asserted at compile time, in C.
{
  printf '#include "%s/include/mspkit.h"\n' "$PWD"
  sed -n 's/^field \([a-z0-9_]*\)\.\([a-z0-9_]*\) \([0-9]*\) .*/_Static_assert(offsetof(\1, \2) == \3, "\1.\2");/p' abi/mspkit-1.txt
} > "$WORK/asserts.c"
"$CC" -std=c11 -fsyntax-only "$WORK/asserts.c"
echo "$(wc -l < abi/mspkit-1.txt) facts of the binary interface are unchanged, $(grep -c _Static_assert "$WORK/asserts.c") of them asserted"
