#!/usr/bin/env bash
# Unpacks packages of this machine's Debian, with everything not installed that they depend on, into a folder:
#
#     debian.sh [--architecture arm64] FOLDER PACKAGE...
#
# Nothing is installed, and no rights are needed. apt checks the signatures and digests. A folder that has the packages
# already stays as it is. For another architecture nothing counts as installed.
set -euo pipefail

own=$(dpkg --print-architecture)
architecture=$own
if test "$1" = --architecture; then
  architecture=$2
  shift 2
fi
folder=$1
shift
test "$(cat "$folder/packages.txt" 2>/dev/null)" != "$*" || exit 0

rm -rf "$folder"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# Lists and state of apt's own, which are not the system's to read or to change.
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state"/{lists,archives}/partial
status=/var/lib/dpkg/status
if test "$architecture" != "$own"; then
  status=$state/status
  : > "$status"
fi
options=(-qq -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o "Dir::State=$state"
  -o "Dir::State::lists=$state/lists" -o "Dir::State::status=$status" -o "Dir::Cache=$state"
  -o APT::Sandbox::User= -o APT::Install-Recommends=false -o Debug::NoLocking=true)

echo "Unpacking the Debian packages $* into $folder"
apt-get "${options[@]}" update
apt-get "${options[@]}" install --yes --reinstall --download-only "$@"
for package in "$state"/archives/*.deb; do
  dpkg -x "$package" "$folder"
done
echo "$*" > "$folder/packages.txt"
