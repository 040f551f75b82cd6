#!/usr/bin/env bash
# Checks responses with Schemathesis, which drives a running simulator from the API documents.
#
#   tests/contract/schemathesis.sh URL [SERVICE ...]     ncentral, cloudmore and wiv by default
#
# URL is the simulator's, as `mspkit-sim` prints it; the simulator is reset, and returns its credentials. Exceptions are
# in schemathesis/schemathesis.toml and schemathesis/hooks.py, with reasons. TOOLS_DIR is where the pinned schemathesis
# is installed; .tools is the default.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tools=${TOOLS_DIR:-$root/.tools}
mkdir -p "$tools"
tools=$(cd "$tools" && pwd)
home=$tools/schemathesis

fail() {
  echo "schemathesis: $*" >&2
  exit 1
}

[ $# -gt 0 ] || fail "no address given; usage: tests/contract/schemathesis.sh URL [SERVICE ...]"
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || fail "Python 3.10 or later is missing"

if ! cmp -s "$here/schemathesis/requirements.txt" "$home/installed.txt"; then
  echo "schemathesis: installing it into $home"
  rm -rf "$home"
  "$python" -m venv "$home" || fail "cannot create a virtual environment; the venv module may be missing"
  "$home/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/schemathesis/requirements.txt" ||
    fail "pip install failed"
  cp "$here/schemathesis/requirements.txt" "$home/installed.txt"
fi

exec "$home/bin/python" "$here/schemathesis/run.py" "$@"
