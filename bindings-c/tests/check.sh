#!/usr/bin/env bash
# Checks of the C library that need only cargo, gcc and Python: the header, the exports, the interface, behaviour, conformance,
# threads, SIGPIPE, hostile input, the sanitizer of the C side, consumers, examples. MSPKIT_LONG=1 runs the long forms.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/common.sh
. tests/common.sh

say "C: the header is up to date, and every item is documented"
cargo run --quiet --locked -p mspkit-c-header -- --check .
tests/checks/documented.sh

say "C: building the library, the simulator, the judge and the faulty server"
# One after another: built together they would share features, and be rebuilt for the installation.
(cd .. && cargo build --quiet --locked -p mspkit-c && cargo build --quiet --locked -p mspkit-sim &&
  cargo build --quiet --locked -p mspkit-conformance &&
  cargo build --quiet --locked -p mspkit-c --example faulty)
export MSPKIT_SIM="$BUILT/mspkit-sim" MSPKIT_FAULTY="$BUILT/examples/faulty"

say "C: installed, and used by projects outside the tree"
tests/checks/consumers.sh
say "C: the examples of the documentation"
tests/checks/doc-examples.sh

say "C: the header alone, as C99, C11 and C++17"
tests/checks/header.sh

say "C: exports are those of the header, and the binary interface is that of abi/"
tests/checks/symbols.sh
tests/checks/interface.sh

say "C: behaviour"
nanoarrow
for name in "${PROGRAMS[@]}" no_threads; do
  needs "$name"
  program "$name" "tests/$name.c" "${SUPPORT[@]}" "${NEEDS[@]}"
  "$WORK/$name"
done
program reconcile tests/reconcile.c "${SUPPORT[@]}"
"$WORK/reconcile" ../tests/reconcile/cases.json ../tests/reconcile/changes.json | tail -n 1
program threads tests/threads.c "${SUPPORT[@]}"
for own in 0 2; do "$WORK/threads" "$([ -n "${MSPKIT_LONG:-}" ] && echo 200 || echo 20)" "$own"; done

say "C: SIGPIPE with its default disposition"
program sigpipe tests/sigpipe.c tests/support/json.c tests/support/memory.c
"$WORK/sigpipe" "$([ -n "${MSPKIT_LONG:-}" ] && echo 4000 || echo 1000)"

say "C: hostile input"
program fuzz tests/fuzz.c
"$WORK/fuzz" "$([ -n "${MSPKIT_LONG:-}" ] && echo 1000000 || echo 50000)" "$RANDOM"

say "C: the conformance cases"
tests/conformance.sh

say "C: leaks and bad accesses, by gcc's AddressSanitizer on the C side"
# gcc mistakes a check of its own for an error in the program if it also looks for undefined
# behaviour.
SANITIZE=("-fsanitize=address,undefined" -fno-omit-frame-pointer -Wno-format-truncation)
for name in "${PROGRAMS[@]}"; do
  needs "$name"
  program "$name-asan" "${SANITIZE[@]}" "tests/$name.c" "${SUPPORT[@]}" "${NEEDS[@]}"
  "$WORK/$name-asan"
done
program reconcile-asan "${SANITIZE[@]}" tests/reconcile.c "${SUPPORT[@]}"
"$WORK/reconcile-asan" ../tests/reconcile/cases.json ../tests/reconcile/changes.json >/dev/null
program fuzz-asan "${SANITIZE[@]}" tests/fuzz.c
"$WORK/fuzz-asan" 20000 "$RANDOM"
program conformance-asan "${SANITIZE[@]}" tests/conformance/*.c tests/generated/dispatch.c "${SUPPORT[@]}"
"$BUILT/mspkit-conformance" --only "customers" -- "$WORK/conformance-asan"
program leak-asan "${SANITIZE[@]}" tests/leak.c
if "$WORK/leak-asan" > "$WORK/leak.txt" 2>&1; then fail "a leak is not detected"; fi
grep -q "LeakSanitizer: detected memory leaks" "$WORK/leak.txt" || fail "the leak was not what ended the program"
echo "a leak is detected"
