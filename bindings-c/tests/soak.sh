#!/usr/bin/env bash
# What takes long, or wants tools that a fresh machine does not have: valgrind, clang, abigail-tools, cmake (all of them
# packages of Debian). What is missing is said in a line and left out.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/common.sh
export MSPKIT_LONG=1
tests/check.sh
export MSPKIT_SIM="$BUILT/mspkit-sim" MSPKIT_FAULTY="$BUILT/examples/faulty" MSPKIT_CASES="$PWD/../tests/conformance"
triple="$(rustc -vV | sed -n 's/^host: //p')"

say "C: valgrind, no error and no leak"
if have valgrind "valgrind"; then
  valgrind=(valgrind -q --error-exitcode=9 --child-silent-after-fork=yes --suppressions=tests/valgrind.supp --leak-check=full
    --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,indirect,possible)
  "${valgrind[@]}" "$WORK/behaviour"
  "${valgrind[@]}" "$WORK/threads" 3
  for way in blocking queue; do "${valgrind[@]}" "$WORK/conformance" "$way" --only "customers"; done
  program leak tests/leak.c
  if "${valgrind[@]}" "$WORK/leak" 2>/dev/null; then fail "valgrind does not notice a leak"; fi
fi

# A library whose Rust is instrumented as well; the compiler of the toolchain needs to be told that this is meant.
instrumented() {
  (cd .. && RUSTC_BOOTSTRAP=1 RUSTFLAGS="$2" cargo build --quiet --locked --target "$triple" --target-dir "$TARGET/sanitize-$1" -p mspkit-c)
  mkdir -p "$WORK/$1"
  cp "$TARGET/sanitize-$1/$triple/debug/libmspkit_c.so" "$WORK/$1/libmspkit.so.1"
  ln -sf libmspkit.so.1 "$WORK/$1/libmspkit.so"
}

say "C: AddressSanitizer and LeakSanitizer on both sides"
instrumented address "-Zsanitizer=address"
address() {
  local name="$1"; shift
  "$CC" -std=c11 -D_GNU_SOURCE -g -O1 -fsanitize=address "${WARNINGS[@]}" -Iinclude "$@" -o "$WORK/address/$name" \
    -L"$WORK/address" -lmspkit -Wl,-rpath,"$WORK/address" -pthread -lm
}
address behaviour tests/behaviour.c "${SUPPORT[@]}"
"$WORK/address/behaviour"
address threads tests/threads.c "${SUPPORT[@]}"
"$WORK/address/threads" 20
address fuzz tests/fuzz.c
"$WORK/address/fuzz" 100000 "$RANDOM"
address conformance tests/conformance/*.c tests/generated/dispatch.c "${SUPPORT[@]}"
for way in blocking queue; do "$WORK/address/conformance" "$way"; done
address after-free tests/after_free.c
if "$WORK/address/after-free" 2> "$WORK/after-free.txt"; then fail "a use after free inside the library is not noticed"; fi
grep -q "heap-use-after-free" "$WORK/after-free.txt" || fail "the use after free was not what ended the program"
echo "a use after free is noticed"

say "C: ThreadSanitizer, 16 threads and one client"
clang="$(command -v clang-19 || command -v clang || true)"
if have "${clang:-clang}" "ThreadSanitizer"; then
  instrumented thread "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer"
  "$clang" -std=c11 -D_GNU_SOURCE -g -O1 -fsanitize=thread "${WARNINGS[@]}" -Iinclude tests/threads.c "${SUPPORT[@]}" \
    -o "$WORK/thread/threads" -L"$WORK/thread" -lmspkit -Wl,-rpath,"$WORK/thread" -pthread -lm
  TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp" setarch -R "$WORK/thread/threads" 10
fi

say "C: abidiff over stub libraries made from the header"
if have abidiff "the comparison by abidiff"; then
  tests/checks/abidiff.sh
fi

say "C: the release build, installed"
INSTALL_PROFILE=release tests/checks/consumers.sh
