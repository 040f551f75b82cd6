#!/usr/bin/env bash
# Tries the packages of another Linux platform, as its users have them:
#
#     tests/platforms/try.sh PLATFORM            builds them fast, runs the smoke tests and the conformance cases
#     tests/platforms/try.sh PLATFORM FOLDER     the smoke tests with the packages in a folder, those of a release
#
# The judge and the simulator of the cases run on this machine, only the programs that they judge on the platform. ONLY
# selects cases. The release's tools are in PATH, and this machine's judge and the Node module's dist are built.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
name=$1
built="${CARGO_TARGET_DIR:-$root/target}"
work="$built/platforms/$name"
fact() { python3 "$root/tests/packages/platform_list.py" "$name" "$@"; }
triple="$(fact triple)"
say() { printf '\n== %s: %s\n' "$name" "$1"; }
fail() { echo "try.sh: $1" >&2; exit 1; }
eval "$(tests/platforms/tools.sh "$name")"
rm -rf "$work"
mkdir -p "$work"/{bin,results,node}
left_out=()

# Makes a file that runs something on the platform: programs start each other by their files.
wrap() {
  { echo '#!/bin/sh'; printf 'exec'; printf ' %q' "${@:2}"; echo ' "$@"'; } > "$1"
  chmod +x "$1"
}
# The same for a file that is there.
wrap_in_place() {
  mv "$1" "$1.bin"
  if static "$1.bin"; then wrap "$1" ${emulator[@]+"${emulator[@]}"} "$1.bin"; else wrap "$1" "${run[@]}" "$1.bin"; fi
}
# Not in a pipe: grep ends at the first match, and what still writes would fail.
static() { [[ $(readelf -W -l "$1") != *INTERP* ]]; }
emulator=()
case "${run[0]}" in *qemu*) emulator=("${run[@]}") ;; esac

if [ -n "${2:-}" ]; then
  packages="$(cd "$2" && pwd)"
else
  packages="$work/packages"
  say "building the packages, optimized a little"
  # In a folder of its own, so that a release is not built anew after it.
  export CARGO_TARGET_DIR="$built/quick"
  export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1
  MSPKIT_TOGETHER="-p mspkit-node -p mspkit-c -p mspkit-sim" tests/packages/build.sh "$name" "$packages"
  (cd bindings-node && node scripts/pack.mjs main)
  cp bindings-node/packed/*.tgz "$packages/"
fi

say "installing the packages"
platforms=()
for one in $(fact wheel | tr . ' '); do platforms+=(--platform "$one"); done
pip install --quiet --disable-pip-version-check --no-index --no-deps --only-binary :all: "${platforms[@]}" --python-version 3.11 \
  --target "$work/python" "$packages"/*-"$(fact wheel)".whl
wrap_in_place "$work/python/bin/mspkit-sim"
echo '{"private": true}' > "$work/node/package.json"
# By force: a package that is named must be for this machine.
(cd "$work/node" && npm install --silent --offline --no-audit --no-fund --force \
  "$packages"/mspkit-{,sim-}{,"$name-"}[0-9]*.tgz)
wrap_in_place "$work/node/node_modules/mspkit-sim-$name/mspkit-sim"
mkdir "$work/c"
tar -xzf "$packages"/mspkit-c-*-"$name".tar.gz -C "$work/c" --strip-components=1
wrap_in_place "$work/c/bin/mspkit-sim"

say "building what uses the C library, with Zig"
target="${triple/-unknown/}"
case $triple in *-gnu) target="$target.$(fact built glibc)" ;; esac
# The library that is linked is the shared one, which musl's programs have to ask for.
compile() { python -m ziglang cc -target "$target" -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -I"$work/c/include" "$@" -pthread; }
read -ra private <<<"$(sed -n 's/^Libs.private: //p' "$work/c/lib/pkgconfig/mspkit.pc")"
shared=(-L"$work/c/lib" -lmspkit -Wl,-rpath,"$work/c/lib")
case $triple in *-musl) shared+=(-dynamic) ;; esac
compile tests/platforms/smoke.c "${shared[@]}" -o "$work/bin/smoke-shared"
compile tests/platforms/smoke.c "$work/c/lib/libmspkit.a" "${private[@]}" -o "$work/bin/smoke-static"
case $triple in *-musl) static "$work/bin/smoke-static" || fail "a program for musl is not static" ;; esac
if static "$work/bin/smoke-shared"; then fail "the program with the shared library is static"; fi
for one in shared static; do wrap_in_place "$work/bin/smoke-$one"; done

around="$built/debug/mspkit-doc-examples"
smoke() { say "the packages: $1"; shift; "$around" around "$@"; }
for one in shared static; do
  smoke "the C library, $one" "$work/c/bin/mspkit-sim" --customers 30 -- "$work/bin/smoke-$one"
done
cp tests/platforms/smoke.mjs "$work/node/"
smoke "Node.js" "${node[@]}" "$work/node/smoke.mjs"
if [ ${#python[@]} -gt 0 ]; then
  smoke "Python" env PYTHONPATH="$work/python" PATH="$work/python/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 "${python[@]}" tests/platforms/smoke.py
else
  left_out+=("Python: there is no interpreter for this platform to install; artifacts.py looks at the wheel's module with readelf")
fi

# Runs the cases through a program; what they come to is printed at the end.
failed=0
judged() {
  local language=$1
  shift
  say "the conformance cases: $language"
  # Programs are many times slower under an emulator.
  "$built/debug/mspkit-conformance" --limit 120 --again --without-proof ${ONLY:+--only "$ONLY"} -- "$@" | tee "$work/results/$language.txt" || failed=1
}
if [ -z "${2:-}" ]; then
  eval "$(tests/platforms/environment.sh "$triple")"
  say "building the conformance programs"
  program="$($MSPKIT_CARGO_BUILD --quiet --release --locked -p mspkit --test conformance \
    --message-format json-render-diagnostics | sed -n 's/.*"executable":"\([^"]*conformance-[^"]*\)".*/\1/p')"
  compile bindings-c/tests/conformance/*.c bindings-c/tests/generated/dispatch.c bindings-c/tests/support/{json,memory}.c \
    -Ibindings-c/tests "${shared[@]}" -lm -o "$work/bin/conformance-c"
  wrap_in_place "$work/bin/conformance-c"
  cp "$program" "$work/bin/conformance-rust"
  wrap_in_place "$work/bin/conformance-rust"
  (cd bindings-node && MSPKIT_PROFILE=release npm run --silent build:tests)
  # Where it belongs in the package: it also uses what is inside.
  mkdir -p "$work/node/node_modules/mspkit/build"
  cp -r bindings-node/build/conformance "$work/node/node_modules/mspkit/build/"
  judged rust "$work/bin/conformance-rust" answer
  judged c "$work/bin/conformance-c"
  judged node "${node[@]}" "$work/node/node_modules/mspkit/build/conformance/program.js"
  [ ${#python[@]} -eq 0 ] || judged python env PYTHONPATH="$work/python" "${python[@]}" bindings-python/tests/conformance/program.py
fi

say "what was tried"
for result in "$work"/results/*.txt; do
  [ ! -e "$result" ] || sed -n "s/^conformance, /$(basename "$result" .txt), /p" "$result"
done
for one in ${left_out[@]+"${left_out[@]}"}; do echo "left out: $one"; done
exit "$failed"
