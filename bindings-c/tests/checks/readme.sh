#!/usr/bin/env bash
# The C and C++ blocks of the README at the top (or of the file that is given) are programs: they compile against the
# installed library and print a line for each customer. `consumers.sh` has installed it.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/common.sh
. tests/common.sh
readme="${1:-../README.md}"
customers=12
export PKG_CONFIG_PATH="$PREFIX/lib/pkgconfig" LD_LIBRARY_PATH="$PREFIX/lib"
if command -v pkg-config >/dev/null; then
  read -ra flags <<<"$(pkg-config --cflags --libs mspkit)"
else
  flags=("-I$PREFIX/include" "-L$PREFIX/lib" -lmspkit)
fi
rm -rf "$WORK/readme"
mkdir -p "$WORK/readme"
awk -v folder="$WORK/readme" '
  /^```(c|cpp)$/ { count++; file = folder "/block-" count "." substr($0, 4); next }
  /^```$/ { file = ""; next }
  file != "" { print > file }
' "$readme"
shopt -s nullglob
for block in "$WORK/readme"/block-*; do
  case "$block" in
    *.cpp) compiler=("$CXX" -std=c++17) ;;
    *) compiler=("$CC" -std=c99) ;;
  esac
  "${compiler[@]}" "${WARNINGS[@]}" "$block" -o "${block%.*}" "${flags[@]}"
  "$WORK/with_simulator" --customers "$customers" -- "${block%.*}" > "${block%.*}.txt"
  [ "$(wc -l < "${block%.*}.txt")" -eq "$customers" ] || { cat "${block%.*}.txt"; fail "$(basename "$block") of the README does not print the $customers customers"; }
  echo "$(basename "$block") of the README prints $customers customers"
done
