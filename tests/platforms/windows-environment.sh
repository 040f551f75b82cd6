#!/usr/bin/env bash
# Prints what cargo needs to build for Windows here, as lines for `eval`. Zig, which links, is one of the release's tools.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
node=$root/.tools/windows-node
# Where the module's symbols of Node.js come from: the program that loads it. Without an import library nothing is linked.
mkdir -p "$node"
: > "$node/libnode.dll"
for name in libnode.dll.a node.lib; do printf '!<arch>\n' > "$node/$name"; done
say() { printf 'export %s=%q\n' "$1" "$2"; }
say PATH "$root/.tools/release/bin:$PATH"
say LIBNODE_PATH "$node"
say CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER "$root/tests/platforms/windows-linker.sh"
say CARGO_PROFILE_DEV_DEBUG 0
say DLLTOOL "$root/.tools/release/bin/python -m ziglang dlltool"
