#!/usr/bin/env bash
# Prints what CARGO_ENCODED_RUSTFLAGS has to be for a release: binaries name no folder of the machine that builds them, so
# that a build elsewhere gives the same bytes. Arguments are further flags.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
# Of several prefixes that fit, rustc takes the last.
flags=("$@" "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo" "--remap-path-prefix=$root=/mspkit"
  "--remap-path-prefix=${CARGO_TARGET_DIR:-$root/target}=/mspkit/target")
# Separated by what no path holds.
IFS=$'\x1f'
printf '%s' "${flags[*]}"
