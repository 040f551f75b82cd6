#!/usr/bin/env bash
# Builds for Windows what windows.sh runs: the simulator, the judge, the crates' test programs, the libraries and the wheels.
# Nothing is optimised, since each program runs once. BUILT is cargo's folder for Windows, WORK a folder for what is made of it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=tests/platforms
eval "$("$here/windows-environment.sh")"
target=(--locked --config 'profile.dev.package."*".opt-level=0' --target x86_64-pc-windows-gnu)

rm -rf "$WORK"
mkdir -p "$WORK/rust"
# In one go, so that what they share is built once.
all=(-p mspkit -p mspkit-sim -p mspkit-conformance -p mspkit-c -p mspkit-node -p mspkit-python)
cargo zigbuild "${target[@]}" "${all[@]}" --lib --bins --test conformance --test tls --test proxy --test transport \
  --message-format json-render-diagnostics > "$WORK/built.json"
cargo-zigbuild test "${target[@]}" -p mspkit-platform -p mspkit -p mspkit-onboarding -p mspkit-reconcile -p mspkit-data --lib --no-run --message-format json-render-diagnostics >> "$WORK/built.json"
# The test programs, whose names cargo makes unique.
sed -n 's/.*"name":"\([^"]*\)",.*"test":true},"features".*"executable":"\([^"]*\.exe\)".*/\1 \2/p' "$WORK/built.json" | while read -r name file; do
  cp "$file" "$WORK/rust/$name.exe"
done
make -C bindings-c install-windows PROFILE=debug TRIPLE=x86_64-pc-windows-gnu MSPKIT_CARGO_BUILD="cargo zigbuild $(printf '%q ' "${target[@]:1}")" \
  PREFIX="$WORK/c"
# What the loader looks for in a checkout, with and without what only tests call.
for place in bindings-node/hooks bindings-node; do
  features=()
  test "$place" = bindings-node || features=(--features test-hooks)
  cargo zigbuild "${target[@]}" -p mspkit-node --lib "${features[@]}"
  mkdir -p "$place"
  cp "$BUILT/mspkit_node.dll" "$place/mspkit.win32-x64.node"
done
for crate in bindings-python tests/simulator; do
  # In a folder of its own: maturin and cargo-zigbuild would build each other's crates anew.
  CARGO_TARGET_DIR="${BUILT%/*/debug}/wheel" maturin build "${target[@]}" --zig --manifest-path "$crate/Cargo.toml" --out "$WORK/wheels"
done
