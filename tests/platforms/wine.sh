#!/usr/bin/env bash
# Runs a Windows program in the Wine of .tools, which windows-tools.sh installs: wine.sh PROGRAM.exe ARGUMENT...
set -euo pipefail

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.tools
root=$tools/debian-wine
export LD_LIBRARY_PATH="$root/usr/lib/x86_64-linux-gnu:$root/usr/lib/x86_64-linux-gnu/pulseaudio"
export WINEPREFIX="$tools/windows/prefix" WINEDEBUG="${WINEDEBUG:--all}"
# The names of files have letters beyond ASCII.
export LC_ALL=C.UTF-8
# Neither browsers, menus nor windows.
export WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe='
unset DISPLAY WAYLAND_DISPLAY
# It goes on for a while after the last program, so that the next one starts fast.
test ! -d "$WINEPREFIX" || "$root/usr/lib/wine/wineserver64" --persistent=60 < /dev/null > /dev/null 2>&1 || true
exec "$root/usr/lib/wine/wine64" "$@"
