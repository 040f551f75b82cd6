#!/usr/bin/env bash
# Checks requests with Prism: it serves a mock of each API document, and a command runs against the mocks.
#
#   tests/contract/prism.sh COMMAND [ARGUMENT ...]
#
# The command finds the mocks in MSPKIT_PRISM_NCENTRAL, MSPKIT_PRISM_CLOUDMORE and MSPKIT_PRISM_WIV. This script fails
# if the command does, if Prism reports that a request violates its document, and if no request arrived at all.
# TOOLS_DIR is where the pinned Prism is installed; .tools is the default.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tools=${TOOLS_DIR:-$root/.tools}
mkdir -p "$tools"
tools=$(cd "$tools" && pwd)
home=$tools/prism
services=(ncentral cloudmore wiv)

fail() {
  echo "prism: $*" >&2
  exit 1
}

[ $# -gt 0 ] || fail "no command given; usage: tests/contract/prism.sh COMMAND [ARGUMENT ...]"
command -v node >/dev/null || fail "node is missing; install Node.js 18 or later"
command -v npm >/dev/null || fail "npm is missing; it comes with Node.js"

if ! cmp -s "$here/prism/package-lock.json" "$home/installed.json"; then
  echo "prism: installing it into $home"
  mkdir -p "$home"
  cp "$here/prism/package.json" "$here/prism/package-lock.json" "$home/"
  # --prefix alone would still look for a project around the caller's directory.
  (cd "$home" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || fail "npm ci failed"
  cp "$here/prism/package-lock.json" "$home/installed.json"
fi

logs=$(mktemp -d "${TMPDIR:-/tmp}/mspkit-prism.XXXXXX")
pids=()
stop() {
  for pid in ${pids[@]+"${pids[@]}"}; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}
trap 'stop; rm -rf "$logs"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

free_port() {
  node -e 'const s = require("net").createServer(); s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# Starts the mock of a service and sets `url`. The port may be taken before it is used, so it
# retries.
start() {
  local service=$1 attempt port pid waited
  (cd "$root" && cargo run -q --locked -p mspkit-codegen -- --bundle "$service") >"$logs/$service.json" ||
    fail "the files of $service are not a document"
  for attempt in 1 2 3; do
    port=$(free_port)
    : >"$logs/$service.log"
    NO_COLOR=1 FORCE_COLOR=0 node "$home/node_modules/@stoplight/prism-cli/dist/index.js" mock --errors \
      --host 127.0.0.1 --port "$port" "$logs/$service.json" >"$logs/$service.log" 2>&1 &
    pid=$!
    for ((waited = 0; waited < 600; waited++)); do
      if grep -q "Prism is listening" "$logs/$service.log"; then
        pids+=("$pid")
        url=http://127.0.0.1:$port
        return
      fi
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    echo "prism: attempt $attempt to serve $service failed" >&2
  done
  cat "$logs/$service.log" >&2
  fail "the mock of $service did not start"
}

for service in "${services[@]}"; do
  start "$service"
  export "MSPKIT_PRISM_$(tr '[:lower:]' '[:upper:]' <<<"$service")=$url"
  echo "prism: $service at $url"
done

status=0
"$@" || status=$?
stop

# A request has a line that names it; error lines belong to the request before.
total=0
violations=0
for service in "${services[@]}"; do
  log=$logs/$service.log
  received=$(grep -c "Request received" "$log" || true)
  total=$((total + received))
  if ! awk -v service="$service" '
      /\[HTTP SERVER\]/ { request = $0; sub(/.*\[HTTP SERVER\] */, "", request); sub(/ [^ ]+ +(info|error) .*/, "", request) }
      # Each violation is reported twice, the second time with its position.
      /✖/ { bad = 1 }
      /Violation:|\[HTTP SERVER\].*✖/ { text = $0; sub(/.*✖ +error +/, "", text); print "prism: " service ": " request ": " text }
      END { exit bad }' "$log" >&2; then
    violations=$((violations + 1))
  fi
  echo "prism: $service received $received requests"
done

[ "$status" -eq 0 ] || fail "the command failed with status $status"
[ "$violations" -eq 0 ] || fail "requests violate their documents, see above"
[ "$total" -gt 0 ] || fail "no request arrived, so nothing was checked"
echo "prism: all $total requests match their documents"
