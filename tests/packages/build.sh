#!/usr/bin/env bash
# Builds the packages of one platform into a folder: the wheels, the npm packages with binaries, the C library.
#
#     tests/packages/build.sh PLATFORM FOLDER
#
# maturin and Zig are in PATH. For this machine's own platform, `npm run build` has built the native module before.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=$1
mkdir -p "$2"
out="$(cd "$2" && pwd)"
built="${CARGO_TARGET_DIR:-$PWD/target}"
fact() { python3 tests/packages/platform_list.py "$name" "$@"; }
triple="$(fact here)"
triple="${triple:-$(fact triple)}"
rustc --print target-libdir --target "$triple" | xargs test -d || rustup target add "$triple"
eval "$(tests/platforms/environment.sh "$triple")"
# Further packages to build with each, so that what they share is built once.
MSPKIT_CARGO_BUILD+="${MSPKIT_TOGETHER:+ $MSPKIT_TOGETHER}"
say() { printf '\n== %s: %s\n' "$name" "$1"; }

say "the wheels"
tag="$(fact wheel)"
policy=()
case $tag in
  *linux*) tag="${tag##*.}" && policy=(--compatibility "${tag%"_${triple%%-*}"}") ;;
esac
for crate in bindings-python tests/simulator; do
  # In a folder of its own: maturin and cargo-zigbuild would build each other's crates anew.
  CARGO_TARGET_DIR="$built/wheel" maturin build --release --locked --manifest-path "$crate/Cargo.toml" --zig \
    --target "$triple" "${policy[@]}" --out "$out"
done

say "the npm packages"
export MSPKIT_PROFILE=release
(cd bindings-node && node scripts/pack.mjs "$name")
cp bindings-node/packed/*.tgz "$out/"

say "the C library"
make -C bindings-c tarball DIST="$out" TRIPLE="$triple" PLATFORM="$name"
