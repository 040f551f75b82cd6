#!/usr/bin/env bash
# Builds the packages from a clone of HEAD in another folder, and compares them with those in DIST,
# file by file.
#
#   PLATFORMS=linux-x64-gnu tests/packages/reproduce.sh DIST
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
dist="$(cd "$1" && pwd)"
git -C "$root" diff --quiet HEAD || { echo "reproduce: commit first: the clone only has committed files" >&2; exit 1; }
place="$(mktemp -d)"
trap 'rm -rf "$place"' EXIT
git clone --quiet "$root" "$place/another folder of another length"
cd "$place/another folder of another length"
env -u CARGO_TARGET_DIR make release PLATFORMS="$PLATFORMS"
differ=0
for file in "$dist"/*; do
  if ! cmp -s "$file" "dist/$(basename "$file")"; then
    echo "differs: $(basename "$file")" >&2
    differ=1
  fi
done
[ "$differ" = 0 ] && echo "$(find "$dist" -type f | wc -l) files, the same bytes as from $PWD"
exit "$differ"
