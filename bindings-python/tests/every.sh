#!/usr/bin/env bash
# Runs the long tests on every CPython from 3.10 up on this machine, with the one wheel for all of them. An
# interpreter without the GIL has another ABI and gets its own wheel.
#
#   bindings-python/tests/every.sh [interpreter...]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tools=.tools
built=${CARGO_TARGET_DIR:-$PWD/target}

# Every interpreter once, whatever its names; those of version managers are not on the path.
interpreters() {
  local candidate
  for candidate in "${@:-}" $(compgen -c python3. | grep -Ex 'python3\.[0-9]+t?' | sort -u || true) ~/.pyenv/versions/3.*/bin/python3 \
    ~/.local/share/uv/python/cpython-3.*/bin/python3; do
    "$candidate" -c '
import sys, sysconfig
if sys.implementation.name == "cpython" and sys.version_info >= (3, 10) and sys.prefix == sys.base_prefix:
    free = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    print("%d.%d%s" % (*sys.version_info[:2], free), sys.executable)
' 2>/dev/null || true
  done | sort -V -u -k 1,1
}

found=$(interpreters "$@")
echo "$found"
while read -r version interpreter; do
  printf '\n-- CPython %s: %s (at %d s)\n' "$version" "$("$interpreter" -V)" "$SECONDS"
  environment=$tools/python-$version
  "$interpreter" -m venv --clear "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check -r bindings-python/tests/requirements.txt
  dist=$built/python
  if [[ $version == *t ]]; then
    dist=$built/python-$version
    rm -rf "$dist"
    $tools/wheel/bin/maturin build --release --locked --interpreter "$interpreter" \
      --manifest-path bindings-python/Cargo.toml --out "$dist"
  fi
  "$environment/bin/pip" install --quiet --disable-pip-version-check --no-index "$dist"/*.whl
  MSPKIT_SOAK=1 MSPKIT_SIM="$built/debug/mspkit-sim" MSPKIT_DIST="$built/python" PYTHONDONTWRITEBYTECODE=1 \
    "$environment/bin/python" -m pytest -p no:cacheprovider --durations 5 --rootdir bindings-python bindings-python/tests
done <<<"$found"
