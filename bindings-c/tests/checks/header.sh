#!/usr/bin/env bash
# The header compiles by itself in every language it is for, without a warning, by gcc and by clang where there is one.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/common.sh
. tests/common.sh
compilers=(gcc)
for clang in clang clang-19 clang-18 clang-16 clang-14; do
  if command -v "$clang" >/dev/null; then compilers+=("$clang"); break; fi
done
printf '#include "mspkit.h"\n#include "mspkit.h"\nint main(void) { mspkit_client_options o = mspkit_client_options_init(); return o.struct_size == 0; }\n' > "$WORK/alone.c"
printf '#include "mspkit.hpp"\n#include "mspkit.hpp"\nint main() { mspkit::client_options o; return o.timeout.has_value(); }\n' > "$WORK/alone.cpp"
for compiler in "${compilers[@]}"; do
  for standard in c99 c11; do
    "$compiler" -std=$standard "${WARNINGS[@]}" -Iinclude -c "$WORK/alone.c" -o "$WORK/alone.o"
  done
  for standard in c++17 c++20; do
    "$compiler" -std=$standard "${WARNINGS[@]}" -Iinclude -x c++ -c "$WORK/alone.c" -o "$WORK/alone.o"
    "$compiler" -std=$standard "${WARNINGS[@]}" -Iinclude -x c++ -c "$WORK/alone.cpp" -o "$WORK/alone.o"
  done
  echo "$compiler: C99, C11, C++17 and C++20 without a warning"
done
[ ${#compilers[@]} -gt 1 ] || echo "left out: the same by clang (clang is missing)"
