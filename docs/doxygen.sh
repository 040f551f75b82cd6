#!/usr/bin/env bash
# Runs doxygen: `doxygen.sh FOLDER CONFIGURATION`. If the machine has none, it and the missing libraries come from
# Debian's packages, unpacked into the folder rather than installed.
set -euo pipefail
folder="$1" configuration="$2"
missing() { echo "mspkit: $1" >&2; exit 1; }
if ! command -v doxygen >/dev/null && [ ! -e "$folder/usr/bin/doxygen" ]; then
  if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then missing "doxygen is missing"; fi
  rm -rf "$folder"
  mkdir -p "$folder"
  cd "$folder"
  packages=(doxygen)
  while read -r package; do
    grep -q '^Status: .* installed' <<<"$(dpkg --status "$package" 2>/dev/null)" || packages+=("$package")
  done < <(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances doxygen |
    grep -E '^lib' | sort -u)
  apt-get download "${packages[@]}" >apt.txt 2>&1 || missing "doxygen could not be fetched: $(tail -1 apt.txt)"
  for package in *.deb; do dpkg -x "$package" .; done
  cd "$OLDPWD"
fi
if [ -e "$folder/usr/bin/doxygen" ]; then
  PATH="$folder/usr/bin:$PATH"
  LD_LIBRARY_PATH="$(find "$PWD/$folder/usr/lib" -type d | tr '\n' ':')${LD_LIBRARY_PATH:-}"
  export LD_LIBRARY_PATH
fi
doxygen "$configuration"
