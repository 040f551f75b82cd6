#!/usr/bin/env bash
# Builds for Windows what windows.sh runs: the simulator, the judge, both halves of the tests, and the wheels. Unoptimised, since each runs once.
# BUILT is cargo's folder for Windows, WORK a folder for what is made of it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=tests/platforms
eval "$("$here/windows-environment.sh")"
target=(--locked --target x86_64-pc-windows-gnu)

cargo zigbuild "${target[@]}" -p mspkit-sim --bin mspkit-sim
cargo zigbuild "${target[@]}" -p mspkit-conformance --bin mspkit-conformance
# The test programs of the crates, whose names cargo makes unique.
rm -rf "$WORK"
mkdir -p "$WORK/rust"
tests=(-p mspkit-platform -p mspkit-binding -p mspkit --lib --test tls --test proxy --test transport --test conformance)
cargo-zigbuild test "${target[@]}" "${tests[@]}" --no-run --message-format json-render-diagnostics > "$WORK/rust.json"
sed -n 's/.*"name":"\([^"]*\)",.*"executable":"\([^"]*\.exe\)".*/\1 \2/p' "$WORK/rust.json" | while read -r name file; do
  cp "$file" "$WORK/rust/$name.exe"
done
make -C bindings-c install-windows PROFILE=debug TRIPLE=x86_64-pc-windows-gnu MSPKIT_CARGO_BUILD='cargo zigbuild --target x86_64-pc-windows-gnu' \
  PREFIX="$WORK/c"
# What the loader looks for in a checkout, with and without what only tests call.
for place in bindings-node/hooks bindings-node; do
  features=()
  test "$place" = bindings-node || features=(--features test-hooks)
  cargo zigbuild "${target[@]}" -p mspkit-node --lib "${features[@]}"
  mkdir -p "$place"
  cp "$BUILT/mspkit_node.dll" "$place/mspkit.win32-x64.node"
done
rm -rf "$WORK/wheels"
for crate in bindings-python tests/simulator; do
  maturin build "${target[@]}" --zig --manifest-path "$crate/Cargo.toml" --out "$WORK/wheels"
done
