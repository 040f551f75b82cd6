#!/usr/bin/env bash
# The headers compile by themselves in every supported language, without a warning, by gcc and by
# clang if available.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/common.sh
. tests/common.sh
compilers=(gcc)
for clang in clang clang-19 clang-18 clang-16 clang-14; do
  if command -v "$clang" >/dev/null; then compilers+=("$clang"); break; fi
done
services() { for one in ncentral cloudmore wiv; do printf '#include "mspkit/%s.%s"\n#include "mspkit/%s.%s"\n' "$one" "$1" "$one" "$1"; done; }
services h > "$WORK/services.c"
services hpp > "$WORK/services.cpp"
printf '#include "mspkit.h"\n#include "mspkit.h"\nint main(void) { mspkit_client_options o = mspkit_client_options_init(); return o.struct_size == 0; }\n' > "$WORK/alone.c"
printf '#include "mspkit.hpp"\n#include "mspkit.hpp"\nint main() { mspkit::client_options o; return o.timeout.has_value(); }\n' > "$WORK/alone.cpp"
# A client of one service is not accepted for another.
printf '#include "mspkit/ncentral.h"\n#include "mspkit/wiv.h"\nvoid end(mspkit_ncentral *client);\nvoid end(mspkit_ncentral *client) { mspkit_wiv_free(client); }\n' > "$WORK/other.c"
for compiler in "${compilers[@]}"; do
  for standard in c99 c11; do
    for unit in alone services; do
      "$compiler" -std=$standard "${WARNINGS[@]}" -Iinclude -c "$WORK/$unit.c" -o "$WORK/alone.o"
    done
    if "$compiler" -std=$standard "${WARNINGS[@]}" -Iinclude -c "$WORK/other.c" -o "$WORK/alone.o" 2>"$WORK/other.txt"; then fail "a wrong client compiles"; fi
    grep -q "incompatible.pointer" "$WORK/other.txt" || { cat "$WORK/other.txt"; fail "the error is not about the wrong client"; }
  done
  for standard in c++17 c++20; do
    for unit in alone.c services.c alone.cpp services.cpp; do
      "$compiler" -std=$standard "${WARNINGS[@]}" -Iinclude -x c++ -c "$WORK/$unit" -o "$WORK/alone.o"
    done
    if "$compiler" -std=$standard -w -Iinclude -x c++ -c "$WORK/other.c" -o "$WORK/alone.o" 2>/dev/null; then fail "a wrong client compiles in C++"; fi
  done
  echo "$compiler: C99, C11, C++17 and C++20 without a warning, and no client accepted for another"
done
[ ${#compilers[@]} -gt 1 ] || echo "skipped: the same by clang (clang is missing)"
