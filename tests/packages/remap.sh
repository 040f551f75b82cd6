#!/usr/bin/env bash
# Prints CARGO_ENCODED_RUSTFLAGS for a release: binaries contain no folder names of the build machine, so that another
# machine builds the same bytes. Arguments are further flags.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
# Of several matching prefixes, rustc uses the last.
flags=("$@" "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo" "--remap-path-prefix=$root=/mspkit"
  "--remap-path-prefix=${CARGO_TARGET_DIR:-$root/target}=/mspkit/target")
# Separated by a character that no path contains.
IFS=$'\x1f'
printf '%s' "${flags[*]}"
