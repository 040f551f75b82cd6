#!/usr/bin/env bash
# Runs a command against its own simulator: the address is appended to the command's arguments.
#
#   tests/contract/with-simulator.sh COMMAND [ARGUMENT ...]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ $# -gt 0 ] || { echo "with-simulator: no command given" >&2; exit 1; }

# Unoptimised: the tool is slower than the simulator.
cargo build --locked -p mspkit-sim
# It serves until its standard input closes, which happens when this script ends in any way.
coproc simulator { cargo run --quiet --locked -p mspkit-sim -- --seed 7 --until-stdin-closes; }
read -r line <&"${simulator[0]}" || { echo "with-simulator: the simulator did not start" >&2; exit 1; }
[[ $line =~ \"url\":\"([^\"]+)\" ]] || { echo "with-simulator: no address in: $line" >&2; exit 1; }
"$@" "${BASH_REMATCH[1]}"
