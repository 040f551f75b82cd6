#!/usr/bin/env bash
# Puts the C sources of nanoarrow, which reads tables of Apache Arrow, into a folder: `nanoarrow.h` and what it includes in
# `include/nanoarrow`, the rest in `src`. A folder that has them already stays as it is.
#
#     get.sh FOLDER
set -euo pipefail
folder=$1
list="$(cd "$(dirname "$0")" && pwd)/requirements.txt"
! cmp -s "$list" "$folder/installed.txt" || exit 0

rm -rf "$folder"
mkdir -p "$folder"
echo "Unpacking the sources of nanoarrow into $folder"
"${PYTHON:-python3}" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --requirement "$list" --dest "$folder/download"
tar -xzf "$folder"/download/nanoarrow-*.tar.gz -C "$folder" --strip-components=4 --wildcards \
  '*/subprojects/arrow-nanoarrow/src/nanoarrow/common/*' '*/subprojects/arrow-nanoarrow/src/nanoarrow/nanoarrow.h' \
  '*/subprojects/arrow-nanoarrow/src/nanoarrow/nanoarrow_config.h.in'
version=$(sed -n 's/^nanoarrow==\([0-9.]*\).*/\1/p' "$list")
IFS=. read -r major minor patch <<< "$version"
mkdir -p "$folder/include" "$folder/src"
mv "$folder/nanoarrow" "$folder/include/"
sed -e "s/@NANOARROW_VERSION_MAJOR@/$major/; s/@NANOARROW_VERSION_MINOR@/$minor/; s/@NANOARROW_VERSION_PATCH@/$patch/" \
  -e "s/@NANOARROW_VERSION@/$version/; s/@NANOARROW_NAMESPACE_DEFINE@//" \
  "$folder/include/nanoarrow/nanoarrow_config.h.in" > "$folder/include/nanoarrow/nanoarrow_config.h"
mv "$folder"/include/nanoarrow/common/*.c "$folder/src/"
rm -rf "$folder/download"
cp "$list" "$folder/installed.txt"
