# shellcheck shell=bash disable=SC2034 # used by the scripts that source it
# Shared by the scripts of this folder. WORK, TARGET, CC and CXX may come from the Makefile.
ROOT="$(cd .. && pwd)"
TARGET="${TARGET:-${CARGO_TARGET_DIR:-$ROOT/target}}"
WORK="${WORK:-$TARGET/bindings-c}"
BUILT="$TARGET/debug"
CC="${CC:-cc}"
CXX="${CXX:-c++}"
PREFIX="$WORK/prefix"
mkdir -p "$WORK"
export ROOT TARGET WORK BUILT CC CXX PREFIX

NANOARROW="$ROOT/.tools/nanoarrow"

WARNINGS=(-Wall -Wextra -Wpedantic -Werror)
# The programs that need nothing but a simulator, run by every tool that looks for mistakes.
PROGRAMS=(behaviour options lists paginate export waits arrow onboarding lifetimes)
SUPPORT=(tests/support/json.c tests/support/memory.c tests/support/sim.c tests/support/system.c)

# Tests use simulators only; the shell's settings for real servers and proxies are removed.
unset NCENTRAL_URL NCENTRAL_JWT CLOUDMORE_URL CLOUDMORE_USERNAME CLOUDMORE_PASSWORD CLOUDMORE_CLIENT_SECRET \
  CLOUDMORE_RESELLER_ID CLOUDMORE_SELLER_ID WIV_URL WIV_API_KEY
unset HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy

say() { printf '\n== %s\n' "$1"; }
fail() { echo "$1" >&2; exit 1; }

# Whether a tool is available; prints what is skipped without it.
have() { command -v "$1" >/dev/null || { echo "skipped: $2 ($1 is missing)"; return 1; }; }

# The sources of nanoarrow as a library.
nanoarrow() {
  local source objects=()
  tests/nanoarrow/get.sh "$NANOARROW"
  for source in "$NANOARROW"/src/*.c; do
    objects+=("$WORK/nanoarrow-$(basename "$source" .c).o")
    "$CC" -std=c11 -g -O1 -isystem "$NANOARROW/include" -c "$source" -o "${objects[-1]}"
  done
  rm -f "$WORK/libnanoarrow.a"
  ar -rcs "$WORK/libnanoarrow.a" "${objects[@]}"
}

# What a test program needs besides its own file and SUPPORT.
needs() {
  case $1 in
    arrow) NEEDS=(tests/support/table.c tests/support/service.c -isystem "$NANOARROW/include" "$WORK/libnanoarrow.a") ;;
    *) NEEDS=(tests/support/service.c) ;;
  esac
}

# Builds a test program against the installed library.
program() {
  local name="$1"; shift
  "$CC" -std=c11 -D_GNU_SOURCE -g -O1 "${WARNINGS[@]}" -I"$PREFIX/include" "$@" -o "$WORK/$name" \
    -L"$PREFIX/lib" -lmspkit -Wl,-rpath,"$PREFIX/lib" -pthread -lm -ldl
}
