#!/usr/bin/env bash
# Checks that are slow, or need tools that a fresh machine does not have: valgrind, clang, abigail-tools, cmake and
# other packages of Debian, which are installed here when run as root. Missing ones are reported and
# skipped. `soak.sh [PART]...` runs some of the parts; all except `check` need that one to have been run.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/common.sh
. tests/common.sh
export MSPKIT_LONG=1
export MSPKIT_SIM="$BUILT/mspkit-sim" MSPKIT_FAULTY="$BUILT/examples/faulty"
triple="$(rustc -vV | sed -n 's/^host: //p')"

# The newest clang of the distribution that has a ThreadSanitizer to link.
newest_clang() {
  apt-cache search --names-only '^libclang-rt-[0-9]+-dev$' | sed -n 's/^libclang-rt-\([0-9]*\)-dev.*/\1/p' | sort -n | tail -1
}

tools() {
  local wanted=() version
  command -v valgrind >/dev/null || wanted+=(valgrind)
  command -v abidiff >/dev/null || wanted+=(abigail-tools)
  command -v cmake >/dev/null || wanted+=(cmake)
  command -v shellcheck >/dev/null || wanted+=(shellcheck)
  command -v pkg-config >/dev/null || wanted+=(pkg-config)
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    [ ${#wanted[@]} -eq 0 ] && [ -n "$(clang_with_tsan)" ] || apt-get update -qq || true
    version="$(newest_clang)"
    [ -n "$(clang_with_tsan)" ] || [ -z "$version" ] || wanted+=("clang-$version" "libclang-rt-$version-dev")
    # One after another: one that is not available does not block the others.
    for package in "${wanted[@]}"; do
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >"$WORK/apt.txt" 2>&1 ||
        echo "apt-get could not install $package: $(tail -1 "$WORK/apt.txt")"
    done
  fi
}

# A clang that links a ThreadSanitizer.
clang_with_tsan() {
  local name
  for name in clang clang-{25..14}; do
    if command -v "$name" >/dev/null && echo 'int main(void) { return 0; }' |
      "$name" -x c -fsanitize=thread - -o "$WORK/tsan-linked" 2>/dev/null; then
      echo "$name"
      return
    fi
  done
}

scripts() {
  say "C: the scripts, by shellcheck"
  have shellcheck "the look at the scripts" || return 0
  shellcheck --external-sources tests/*.sh tests/checks/*.sh
}

memory() {
  say "C: valgrind, no error and no leak"
  have valgrind "valgrind" || return 0
  local name own run=(valgrind -q "--error-exitcode=9" "--child-silent-after-fork=yes" "--suppressions=tests/valgrind.supp"
    --leak-check=full "--show-leak-kinds=definite,indirect,possible" "--errors-for-leak-kinds=definite,indirect,possible")
  for name in "${PROGRAMS[@]}"; do "${run[@]}" "$WORK/$name"; done
  "${run[@]}" "$WORK/reconcile" ../tests/reconcile/cases.json ../tests/reconcile/changes.json >/dev/null
  for own in 0 2; do "${run[@]}" "$WORK/threads" 3 "$own"; done
  "$BUILT/mspkit-conformance" --only "customers" --workers 2 --limit 120 -- "${run[@]}" "$WORK/conformance"
  program leak tests/leak.c
  if "${run[@]}" "$WORK/leak" 2>/dev/null; then fail "valgrind does not detect a leak"; fi
  echo "valgrind detects a leak"
}

# A library whose Rust is instrumented as well; the stable compiler needs a variable for that.
instrumented() {
  local kind="$1" flags="$2"; shift 2
  (cd .. && RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" cargo build --quiet --locked --target "$triple" --target-dir "$TARGET/sanitize-$kind" -p mspkit-c "$@")
  mkdir -p "$WORK/$kind"
  cp "$TARGET/sanitize-$kind/$triple/debug/libmspkit_c.so" "$WORK/$kind/libmspkit.so.1"
  ln -sf libmspkit.so.1 "$WORK/$kind/libmspkit.so"
}

# A toolchain with the sources of std, whose locks ThreadSanitizer must see: the installed one, or a copy beside it,
# which leaves it untouched.
with_std_sources() {
  local version private="$TARGET/rustup"
  rustc_has_sources() { [ -f "$("$1" --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]; }
  if rustc_has_sources rustc; then return 0; fi
  version="$(rustc -vV | sed -n 's/^release: //p')"
  if ! [ -x "$private/toolchains/$version-$triple/bin/rustc" ] && command -v rustup >/dev/null; then
    RUSTUP_HOME="$private" timeout 600 rustup toolchain install "$version" --profile minimal --component rust-src --no-self-update \
      >"$WORK/rustup.txt" 2>&1 || return 1
  fi
  PATH="$private/toolchains/$version-$triple/bin:$PATH"
  rustc_has_sources rustc
}

# A test program against that library, by a compiler that instruments it too.
sanitized() {
  local kind="$1" compiler="$2" name="$3"; shift 3
  "$compiler" -std=c11 -D_GNU_SOURCE -g -O1 "-fsanitize=$kind" "${WARNINGS[@]}" -Iinclude "$@" -o "$WORK/$kind/$name" \
    -L"$WORK/$kind" -lmspkit "-Wl,-rpath,$WORK/$kind" -pthread -lm
}

address() {
  say "C: AddressSanitizer and LeakSanitizer on both sides"
  local name own
  instrumented address "-Zsanitizer=address"
  for name in "${PROGRAMS[@]}"; do
    needs "$name"
    sanitized address "$CC" "$name" "tests/$name.c" "${SUPPORT[@]}" "${NEEDS[@]}"
    "$WORK/address/$name"
  done
  sanitized address "$CC" reconcile tests/reconcile.c "${SUPPORT[@]}"
  "$WORK/address/reconcile" ../tests/reconcile/cases.json ../tests/reconcile/changes.json >/dev/null
  sanitized address "$CC" threads tests/threads.c "${SUPPORT[@]}"
  for own in 0 2; do "$WORK/address/threads" 20 "$own"; done
  sanitized address "$CC" fuzz tests/fuzz.c
  "$WORK/address/fuzz" 100000 "$RANDOM"
  sanitized address "$CC" conformance tests/conformance/*.c tests/generated/dispatch.c "${SUPPORT[@]}"
  "$BUILT/mspkit-conformance" --without-proof -- "$WORK/address/conformance"
  sanitized address "$CC" after-free tests/after_free.c
  if "$WORK/address/after-free" 2> "$WORK/after-free.txt"; then fail "a use after free inside the library is not detected"; fi
  grep -q "heap-use-after-free" "$WORK/after-free.txt" || fail "the use after free was not what ended the program"
  echo "a use after free is detected"
}

# In a subshell: the toolchain is another one.
thread() (
  say "C: ThreadSanitizer, 16 threads and one client"
  local clang own
  clang="$(clang_with_tsan)"
  [ -n "$clang" ] || { echo "skipped: ThreadSanitizer (no clang links one)"; return 0; }
  with_std_sources || { echo "skipped: ThreadSanitizer (the toolchain has no rust-src, and none could be fetched)"; return 0; }
  instrumented thread "-Zsanitizer=thread" -Zbuild-std=std,panic_unwind
  sanitized thread "$clang" threads tests/threads.c "${SUPPORT[@]}"
  # Suppressions are by name, and an llvm-symbolizer of another version than clang's finds none.
  local options
  options="suppressions=$PWD/tests/tsan.supp external_symbolizer_path=$(command -v addr2line)"
  for own in 0 2; do TSAN_OPTIONS="$options" setarch -R "$WORK/thread/threads" 10 "$own"; done
  sanitized thread "$clang" race tests/race.c
  if TSAN_OPTIONS="$options" setarch -R "$WORK/thread/race" 2>"$WORK/race.txt"; then
    fail "a race inside the library is not detected"
  fi
  grep -q "ThreadSanitizer: data race" "$WORK/race.txt" || fail "the race was not what ended the program"
  echo "a race is detected"
)

interface() {
  say "C: abidiff over stub libraries made from the header"
  have abidiff "the comparison by abidiff" || return 0
  tests/checks/abidiff.sh
}

release() {
  say "C: the release build, installed"
  INSTALL_PROFILE=release tests/checks/consumers.sh
}

check() { tests/check.sh; }

tools
[ $# -gt 0 ] || set -- scripts check memory address thread interface release
for part; do "$part"; done
