#!/usr/bin/env bash
# Links for Windows as cargo-zigbuild does, with the list of what a library exports, which cargo-zigbuild 0.24 loses: it
# only looks for it among the files. Without the list everything is exported. The list that maturin adds names the module with
# its package, which is no symbol; that of rustc has the right one.
set -euo pipefail

arguments=()
for argument; do
  case $argument in
    */maturin/*.def) continue ;;
    -Wl,*.def) argument=${argument#-Wl,} ;;
  esac
  arguments+=("$argument")
done
exec "$CC_x86_64_pc_windows_gnu" "${arguments[@]}"
