#!/usr/bin/env bash
# Renders, builds and calls the vocabulary in the languages that are named, in all when none is:
#
#     core/codegen/tests/vocabulary/every.sh [rust] [python] [node] [c]
#
# It works in a copy of the repository under target, where vocabulary.yaml lies beside the files of a service. What was built of
# other packages is taken over, so that only mspkit's own are built. PYTHON names an interpreter.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
tree=$target/vocabulary/tree
built=$target/vocabulary/target
python=${PYTHON:-python3}
languages=${*:-rust python node c}

mkdir -p "$tree"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -c -T -) | tar -x -C "$tree"
cp -p "$here/vocabulary.yaml" "$tree/core/api/wiv/"
# Pages are numbered in words of their own here.
sed -i 's/^  refused:/  pages: {number: page, size: per_page}\n&/' "$tree/core/api/wiv/service.yaml"
(cd "$root" && cargo run -q --locked -p mspkit-codegen -- --root "$tree" | tail -1)

if [ ! -d "$built" ] && [ -d "$target/debug" ]; then
  for kind in .fingerprint build deps; do
    mkdir -p "$built/debug/$kind"
    (cd "$target/debug/$kind" && find . -mindepth 1 -maxdepth 1 ! -name '*mspkit*' ! -name 'lib_native*' -print0 |
      xargs -0 cp -al -t "$built/debug/$kind")
  done
fi
export CARGO_TARGET_DIR=$built
cd "$tree"

url=
serve() {
  coproc server { "$python" "$here/server.py"; }
  read -r url <&"${server[0]}"
}

of_rust() {
  "$built/debug/examples/vocabulary" "$url"
}

of_python() {
  local site=$target/vocabulary/python
  rm -rf "$site" && mkdir -p "$site/mspkit-0.1.0.dist-info"
  cp -r bindings-python/python/mspkit "$site/"
  cp "$built/debug/lib_native.so" "$site/mspkit/_native.abi3.so"
  printf 'Metadata-Version: 2.1\nName: mspkit\nVersion: 0.1.0\n' >"$site/mspkit-0.1.0.dist-info/METADATA"
  PYTHONPATH=$site "$python" "$here/calls.py" "$url"
}

of_node() {
  cd bindings-node
  [ -d node_modules ] || npm ci --silent --no-audit --no-fund
  MSPKIT_SIM=$here/every.sh npm run --silent build
  mkdir -p build/vocabulary/node_modules
  ln -sfn "$PWD" build/vocabulary/node_modules/mspkit
  cp "$here/calls.mts" build/vocabulary/
  npx tsc --ignoreConfig --strict --module nodenext --target es2022 --skipLibCheck --types node --typeRoots node_modules/@types \
    build/vocabulary/calls.mts
  node build/vocabulary/calls.mjs "$url"
  cd ..
}

of_c() {
  (cd bindings-c && "$built/debug/mspkit-c-header" .)
  # The library gets its name, and that of its interface, only where it is installed.
  for name in libmspkit.so libmspkit.so.1; do ln -sf libmspkit_c.so "$built/debug/$name"; done
  cc -std=c99 -Wall -Wextra -Werror -I bindings-c/include -o "$built/vocabulary-c" "$here/calls.c" \
    -L "$built/debug" -lmspkit_c -Wl,-rpath,"$built/debug"
  ln -sfn libmspkit_c.so "$built/debug/libmspkit.so.1"
  "$built/vocabulary-c" "$url"
}

# All at once, so that what others made is built with the same features as everywhere else.
cp "$here/calls.rs" core/examples/vocabulary.rs
cargo build -q --locked --workspace --lib --bins --example vocabulary
serve
for language in $languages; do
  "of_$language"
done
