#!/usr/bin/env bash
# The C and C++ blocks of the pages are programs: they compile against the installed library and behave as documented.
# `consumers.sh` has installed it.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/common.sh
. tests/common.sh
flags=("-I$PREFIX/include" "-L$PREFIX/lib" -lmspkit "-Wl,-rpath,$PREFIX/lib")
if [ "${1:-}" = compile ]; then
  for block in "${@:2}"; do
    case "$block" in
      *.cpp) compiler=("$CXX" -std=c++17) ;;
      *) compiler=("$CC" -std=c99) ;;
    esac
    "${compiler[@]}" "${WARNINGS[@]}" "$block" -o "${block%.*}" "${flags[@]}"
  done
  exit
fi
(cd .. && cargo build --quiet --locked -p mspkit-doc-examples)
# A page's `$(pkg-config …)` is split at blanks, so that block needs a folder without any.
work="$WORK/pages"
case "$work" in
  *[[:space:]]*)
    apart="$(mktemp -d)"
    trap 'rm -rf "$apart"' EXIT
    work="$apart/pages"
    ;;
esac
# shellcheck disable=SC2016 # the runner passes the arguments
"$BUILT/mspkit-doc-examples" c --work "$work" --path "$PREFIX/bin" --check "'$PWD/tests/checks/doc-examples.sh' compile \"\$@\"" --run '"${1%.*}"'
