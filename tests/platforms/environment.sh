#!/usr/bin/env bash
# Prints what cargo needs here to build for a target as it is released, as lines for `eval`:
#
#     eval "$(tests/platforms/environment.sh aarch64-unknown-linux-gnu)"
#
# MSPKIT_CARGO_BUILD is then the command, STRIP what knows the format of the binaries. Zig, which links them, is in PATH.
set -euo pipefail
triple=$1
root="$(cd "$(dirname "$0")/../.." && pwd)"
machine="$(uname -m)"
target=$triple
flags=()
case $triple in
  *-linux-gnu) target=$triple.$(python3 "$root/tests/packages/platform_list.py" "$triple" built glibc) ;;
  # A library is loaded by a program that has its own musl; Zig links programs statically all the same.
  *-linux-musl) flags=(-Ctarget-feature=-crt-static) ;;
  *-windows-gnu) "$root/tests/platforms/windows-environment.sh" ;;
esac
say() { printf 'export %s=%q\n' "$1" "$2"; }
say MSPKIT_CARGO_BUILD "cargo zigbuild --target $target"
say CARGO_ENCODED_RUSTFLAGS "$("$root/tests/packages/remap.sh" "${flags[@]}")"
if [ "$triple" != "$machine-unknown-linux-gnu" ]; then
  sysroot="$(rustc --print sysroot)"
  say STRIP "env LD_LIBRARY_PATH=$sysroot/lib $sysroot/lib/rustlib/$(rustc --print host-tuple)/bin/rust-objcopy"
  # In packages of npm, which are stripped by the linker.
  say CARGO_PROFILE_RELEASE_STRIP symbols
fi
