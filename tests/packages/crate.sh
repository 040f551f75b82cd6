#!/usr/bin/env bash
# Unpacks the crates, and runs the Rust program of README.md in a project that depends on mspkit.
#
#   tests/packages/crate.sh FOLDER WITH_SIMULATOR
#
# WITH_SIMULATOR is bindings-c/tests/with_simulator.c as a program: it runs another one against the
# simulator MSPKIT_SIM.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
folder="$(realpath "$1")" with_simulator="$(realpath "$2")"
place="${CARGO_TARGET_DIR:-$root/target}/crate"
rm -rf "$place"
mkdir -p "$place/project/src"
for crate in mspkit mspkit-reconcile mspkit-data mspkit-onboarding; do
  mkdir "$place/$crate"
  tar -xzf "$folder/$crate-"[0-9]*.crate -C "$place/$crate" --strip-components=1
done
cd "$place/project"
awk '/^```rust$/ { on = 1; next } /^```$/ { on = 0 } on' "$root/README.md" > src/main.rs
cat > Cargo.toml <<'TOML'
[package]
name = "consumer"
edition = "2024"

[dependencies]
mspkit = { path = "../mspkit" }
mspkit-data = { path = "../mspkit-data", features = ["arrow", "blocking"] }
mspkit-onboarding = { path = "../mspkit-onboarding" }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }

# As if it were published.
[patch.crates-io]
mspkit = { path = "../mspkit" }
mspkit-reconcile = { path = "../mspkit-reconcile" }

[workspace]
TOML
# The tested versions; cargo removes what this project does not need.
cp "$root/Cargo.lock" .
CARGO_TARGET_DIR="$place/target" cargo build --quiet
output="$("$with_simulator" -- "$place/target/debug/consumer")"
lines="$(wc -l <<<"$output")"
[ "$lines" -gt 2 ] && grep -q '^created customer [0-9]' <<<"$output" || { echo "$output" >&2; echo "the program of README.md does not work" >&2; exit 1; }
echo "the crates are built, and the program prints $lines lines"
