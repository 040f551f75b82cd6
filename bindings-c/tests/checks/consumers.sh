#!/usr/bin/env bash
# Installs into a prefix, or unpacks the tarball MSPKIT_TARBALL, and builds projects outside of the tree: by pkg-config
# shared and static, by CMake, by dlopen; then the examples, against the simulator.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/common.sh
. tests/common.sh
rm -rf "$PREFIX" "$WORK/outside"
mkdir -p "$WORK/outside"
if [ -n "${MSPKIT_TARBALL:-}" ]; then
  mkdir "$PREFIX"
  tar -xzf "$MSPKIT_TARBALL" -C "$PREFIX" --strip-components=1
else
  make --no-print-directory install PROFILE="${INSTALL_PROFILE:-debug}" PREFIX="$PREFIX" BINDIR="$PREFIX/bin" LIBDIR="$PREFIX/lib" INCLUDEDIR="$PREFIX/include" DESTDIR=
fi
cp tests/consumer/* examples/*.c examples/*.cpp "$WORK/outside/"
cp tests/with_simulator.c "$WORK/outside/"
"$CC" -std=c11 -D_GNU_SOURCE -O1 "${WARNINGS[@]}" -Itests tests/with_simulator.c "${SUPPORT[@]}" -o "$WORK/with_simulator"
cd "$WORK/outside"
export PKG_CONFIG_PATH="$PREFIX/lib/pkgconfig" LD_LIBRARY_PATH="$PREFIX/lib"
if command -v pkg-config >/dev/null; then
  # The output of pkg-config is for a shell: blanks in it are escaped.
  eval "cflags=($(pkg-config --cflags mspkit)) libs=($(pkg-config --libs mspkit)) private=($(pkg-config --static --libs mspkit))"
else
  echo "skipped: the same by pkg-config (pkg-config is missing)"
  cflags=("-I$PREFIX/include") libs=("-L$PREFIX/lib" -lmspkit)
  read -ra private <<<"$(sed -n 's/^Libs.private: //p' "$PREFIX/lib/pkgconfig/mspkit.pc")"
  private=("${libs[@]}" "${private[@]}")
fi
"$CC" -std=c99 "${WARNINGS[@]}" consumer.c -o shared "${cflags[@]}" "${libs[@]}"
"$CC" -std=c99 "${WARNINGS[@]}" consumer.c -o static "${cflags[@]}" "${private[@]/#-lmspkit/-l:libmspkit.a}"
"$CC" -std=c99 "${WARNINGS[@]}" -static consumer.c -o all-static "${cflags[@]}" "${private[@]}" 2>static.txt || { cat static.txt; fail "the line of pkg-config --static does not link a static program"; }
"$CXX" -std=c++17 "${WARNINGS[@]}" consumer.cpp -o shared-cpp "${cflags[@]}" "${libs[@]}"
"$CXX" -std=c++17 "${WARNINGS[@]}" consumer.cpp -o static-cpp "${cflags[@]}" "${private[@]/#-lmspkit/-l:libmspkit.a}"
"$CXX" -std=c++17 "${WARNINGS[@]}" wrong.cpp -o wrong-cpp "${cflags[@]}" "${libs[@]}"
"$CXX" -std=c++20 "${WARNINGS[@]}" named.cpp -o named-cpp "${cflags[@]}" "${libs[@]}"
"$CC" -std=c99 -D_GNU_SOURCE "${WARNINGS[@]}" dlopen.c -o dlopen "${cflags[@]}" -ldl
"$CC" -std=c11 -D_GNU_SOURCE "${WARNINGS[@]}" onboard.c -o onboard-c "${cflags[@]}" "${libs[@]}"
"$CC" -std=c11 -D_GNU_SOURCE "${WARNINGS[@]}" epoll.c -o epoll "${cflags[@]}" "${libs[@]}"
"$CXX" -std=c++17 "${WARNINGS[@]}" onboard.cpp -o onboard-cpp "${cflags[@]}" "${libs[@]}"
# Not in a pipe: grep ends at the first match, and a process that still writes would fail.
if grep -q libmspkit <<<"$(ldd static)"; then fail "the static consumer needs the shared library"; fi
grep -q "libmspkit.so.1 => $PREFIX" <<<"$(ldd shared)" || fail "the shared consumer does not use the installed library"
grep -q "statically linked" <<<"$(file all-static 2>/dev/null || echo statically linked)" || fail "the program is not static"
for file in valgrind.supp tsan.supp; do [ -s "$PREFIX/share/mspkit/$file" ] || fail "share/mspkit/$file is not installed"; done
for consumer in shared shared-cpp static-cpp wrong-cpp named-cpp; do "$WORK/with_simulator" -- "./$consumer"; done
"$WORK/with_simulator" -- ./dlopen "$PREFIX/lib/libmspkit.so.1"
for consumer in static all-static; do LD_LIBRARY_PATH='' "$WORK/with_simulator" -- "./$consumer"; done
if have cmake "the same by find_package"; then
  for static in OFF ON; do
    cmake -S . -B "cmake-$static" -DCMAKE_PREFIX_PATH="$PREFIX" -DMSPKIT_STATIC=$static >"cmake-$static.txt" || { cat "cmake-$static.txt"; exit 1; }
    cmake --build "cmake-$static" >>"cmake-$static.txt" || { cat "cmake-$static.txt"; exit 1; }
    "$WORK/with_simulator" -- "./cmake-$static/consumer"
    (cd "cmake-$static" && ctest --output-on-failure >ctest.txt) || { cat "cmake-$static/ctest.txt"; exit 1; }
  done
  for wanted in 0 0.1 0.1.0; do
    cmake -S . -B cmake-version -DCMAKE_PREFIX_PATH="$PREFIX" -DMSPKIT_WANTED=$wanted >cmake-version.txt 2>&1 || { cat cmake-version.txt; fail "find_package(Mspkit $wanted) is refused"; }
    rm -rf cmake-version
  done
  for wanted in 0.0 0.2 1; do
    if cmake -S . -B cmake-version -DCMAKE_PREFIX_PATH="$PREFIX" -DMSPKIT_WANTED=$wanted >cmake-version.txt 2>&1; then fail "find_package(Mspkit $wanted) is not refused"; fi
    rm -rf cmake-version
  done
fi
for example in onboard-c onboard-cpp; do
  "$WORK/with_simulator" -- "./$example" --write > "$example.txt"
  [ "$(wc -l < "$example.txt")" -eq 13 ] || { cat "$example.txt"; fail "$example did not do all of its steps"; }
  for line in 'create customers under it: 3 customers' 'walk all case pages: 60 cases'; do
    grep -qx "$line" "$example.txt" || fail "$example did not print: $line"
  done
  echo "$example: 13 steps done"
done
"$WORK/with_simulator" --customers 2000 -- ./epoll
"$PREFIX/bin/mspkit-sim" --customers 3 -- ./shared || fail "the consumer does not find the installed simulator"
if "$PREFIX/bin/mspkit-sim" -- false; then fail "the simulator does not exit with the status of its command"; fi
