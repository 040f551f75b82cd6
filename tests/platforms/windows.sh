#!/usr/bin/env bash
# Runs what windows-build.sh has built for Windows in Wine, or the packages of a release:
#
#     windows.sh PART...           some of rust, python, node, c; then what was left out
#     windows.sh packages FOLDER
#
# What fails is named at the end, and does not keep the rest from running.
#
# BUILT is cargo's folder for Windows, WORK the folder of what was made of it. ONLY selects conformance cases.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=tests/platforms
root=$PWD
tools=$root/.tools/windows
python=$tools/python/python.exe
node=$tools/node/node.exe
judge=$BUILT/mspkit-conformance.exe
list=$here/windows-left-out.txt

say() { printf '\n-- %s (at %d s)\n' "$1" "$SECONDS"; }
# A path as Windows programs know it.
win() { printf 'Z:%s' "${1//\//\\}"; }
# The tests of a part that are left out.
left_out() { awk -F ' [|] ' -v part="$1" '!/^#/ && $1 == part { print $2 }' "$list"; }
failures=()
attempt() {
  local command="$*"
  "$@" || failures+=("$part: ${command:0:200}")
}
# What serves the programs, and starts Wine.
around=()
# Python's streams have to be pipes under Wine, and those of Node.js files.
piped() { ${around[@]+"${around[@]}"} "$here/wine.sh" "$@" < /dev/null 2>&1 | cat; }
filed() {
  local status=0
  ${around[@]+"${around[@]}"} "$here/wine.sh" "$@" < "$list" > "$WORK/output.txt" 2>&1 || status=$?
  cat "$WORK/output.txt"
  return "$status"
}
# The judge runs in Wine, too: its pipes are Windows' own.
judged() { attempt piped "$judge" --cases "$(win "$root/tests/conformance")" --workers 4 --limit 120 --again --without-proof ${ONLY:+--only "$ONLY"} -- "$@"; }

mkdir -p "$WORK"
# Wine's own processes would keep the first program's pipes open.
"$here/wine.sh" wineboot < /dev/null > "$WORK/output.txt" 2>&1
MSPKIT_SIM=$(win "$BUILT/mspkit-sim.exe")
export MSPKIT_SIM PYTHONDONTWRITEBYTECODE=1 NO_COLOR=1

# Compiles for Windows, beside the headers and the import library of a folder.
compile() {
  "$root/.tools/release/bin/python" -m ziglang cc -target x86_64-windows-gnu -std=c11 -D_GNU_SOURCE -g -O1 -Wall -Wextra -Wpedantic -Werror \
    -I"$1/include" "${@:2}" -L"$1/lib" -lmspkit -lws2_32 -lpthread
}

packages() {
  # Windows' paths have blanks and letters beyond ASCII.
  local dist=$1 work="$WORK/packages für Windows"
  # What is installed brings its own simulator.
  unset MSPKIT_SIM
  rm -rf "$work"
  mkdir -p "$work"/{node,c}
  say 'the wheels of the release, installed by pip'
  piped "$python" -m pip install --quiet --no-index --no-deps --force-reinstall --no-warn-script-location "$dist"/*-win_amd64.whl
  local around=("${BUILT%/*/debug}/debug/mspkit-doc-examples" around)
  piped "$python" "$here/smoke.py"
  piped "$python" "$here/windows_settings.py"
  say 'the npm packages of the release'
  echo '{"private": true}' > "$work/node/package.json"
  # By force: a package that is named must be for this machine.
  (cd "$work/node" && npm install --silent --offline --no-audit --no-fund --force "$dist"/mspkit-{,sim-}{,win32-x64-}[0-9]*.tgz)
  cp "$here/smoke.mjs" "$work/node/"
  filed "$node" "$(win "$work/node/smoke.mjs")"
  say 'the C library of the release'
  tar -xzf "$dist"/mspkit-c-*-win32-x64.tar.gz -C "$work/c" --strip-components=1
  compile "$work/c" "$here/smoke.c" -o "$work/c/bin/smoke.exe"
  piped "$work/c/bin/mspkit-sim.exe" --customers 30 -- "$(win "$work/c/bin/smoke.exe")"
  say 'how long a call takes, beside this machine'"'"'s own system'
  around=("${BUILT%/*/debug}/debug/mspkit-sim" --)
  "${around[@]}" "$root/.tools/python/bin/python" "$here/latency.py"
  piped "$python" "$here/latency.py"
}

rust() {
  local skipped=()
  while read -r name; do skipped+=(--skip "$name"); done < <(left_out rust)
  say 'Rust: the conformance cases'
  judged "$(win "$WORK/rust/conformance.exe")" answer
  say 'Rust: unit tests, and tests over real sockets with TLS and proxies'
  for program in "$WORK"/rust/*.exe; do
    case $program in *conformance*) continue ;; esac
    echo "$(basename "$program"):"
    attempt piped "$program" --quiet ${skipped[@]+"${skipped[@]}"}
  done
}

python() {
  local loop left=()
  while read -r name; do
    case $name in
      *::*) left+=(--deselect "$name") ;;
      not\ *) left+=(-k "$name") ;;
      *) left+=(--ignore "bindings-python/$name") ;;
    esac
  done < <(left_out python)
  say 'Python: the wheels, installed by pip'
  piped "$python" -m pip install --quiet --no-index --no-deps --force-reinstall --no-warn-script-location "$WORK"/wheels/*.whl
  for loop in proactor selector; do
    local with=()
    test "$loop" = proactor || with=("$here/windows-selector.py")
    say "Python: the conformance cases, both kinds of clients, the $loop loop"
    judged "$(win "$python")" ${with[@]+"${with[@]}"} bindings-python/tests/conformance/program.py
    say "Python: the tests, the $loop loop"
    attempt piped "$python" ${with[@]+"${with[@]}"} -m pytest -q -p no:cacheprovider -o faulthandler_timeout=120 \
      --durations 10 --show-capture no --rootdir bindings-python bindings-python/tests ${left[@]+"${left[@]}"}
  done
}

node() {
  say 'Node.js: the conformance cases, both kinds of clients'
  judged "$(win "$node")" bindings-node/build/conformance/program.js
  say 'Node.js: the tests'
  local left files=()
  left=$(left_out node)
  for file in bindings-node/build/*.test.js; do
    grep -qxF "$(basename "$file")" <<< "$left" || files+=("$(win "$root/$file")")
  done
  local skipped=()
  while read -r name; do
    case $name in ''|*.test.js) ;; *) skipped+=("--test-skip-pattern=^$name\$") ;; esac
  done <<< "$left"
  attempt filed "$node" --expose-gc --enable-source-maps --test --test-reporter=spec --test-concurrency=1 ${skipped[@]+"${skipped[@]}"} "${files[@]}"
}

c() {
  local support=(tests/support/{json,memory,sim,system}.c)
  export WINEPATH
  WINEPATH=$(win "$WORK/c/bin")
  cd bindings-c
  say 'C: the conformance cases'
  compile "$WORK/c" tests/conformance/*.c tests/generated/dispatch.c tests/support/{json,memory}.c -o "$WORK/conformance-c.exe"
  (cd .. && judged "$(win "$WORK/conformance-c.exe")")
  say 'C: behaviour'
  local name own
  for name in behaviour options lists paginate waits windows; do
    compile "$WORK/c" "tests/$name.c" tests/support/service.c "${support[@]}" -o "$WORK/$name.exe"
  done
  compile "$WORK/c" tests/threads.c "${support[@]}" -o "$WORK/threads.exe"
  compile "$WORK/c" tests/fuzz.c -o "$WORK/fuzz.exe"
  cd ..
  for name in behaviour options lists paginate waits; do attempt piped "$WORK/$name.exe"; done
  cp "$WORK/c/bin/mspkit.dll" "$WORK/copy.dll"
  attempt piped "$WORK/windows.exe" "$(win "$WORK/copy.dll")"
  for own in 0 2; do attempt piped "$WORK/threads.exe" 20 "$own"; done
  say 'C: hostile input'
  attempt piped "$WORK/fuzz.exe" 50000 "$RANDOM"
}

summary() {
  say 'what was left out'
  grep -v '^#' "$list"
  grep -v '^#' "$list" | awk -F ' [|] ' '{ count[$1]++ } END { for (part in count) print count[part], "left out of", part }' | sort
  test ${#failures[@]} -eq 0 || printf 'failed: %s\n' "${failures[@]}"
}

if test "$1" = packages; then
  packages "$2"
  exit
fi
for part; do "$part"; done
summary
exit $((${#failures[@]} > 0))
