#!/usr/bin/env bash
# Who only wants the command and the library needs nothing of the tests: neither its packages nor
# its targets, and what the demo builds can be installed. plain_build_test.sh SOURCE_DIR COMPILER
set -euo pipefail
source=$1 compiler=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() {
  echo "plain_build_test: $*" >&2
  exit 1
}

echo "-- what building needs is far less than what testing needs"
"$source/tools/install_packages" --list build >"$scratch/building"
"$source/tools/install_packages" --list >"$scratch/testing"
for package in g++ cmake libsodium-dev liblmdb-dev libcli11-dev; do
  grep -qx -- "$package" "$scratch/building" || fail "building needs $package"
done
for package in r-base-core scala nodejs python3 softhsm2 swtpm catch2 libprotobuf-dev libbenchmark-dev; do
  grep -qx -- "$package" "$scratch/building" && fail "nobody who builds needs $package"
  [[ $package == nodejs ]] || grep -qx -- "$package" "$scratch/testing" || fail "a test needs $package"
done
grep -q '^tools/install_packages build$' "$source/tools/demo" || fail "the demo installs more than it builds with"
"$source/tools/install_packages" nonsense 2>/dev/null && fail "an unknown word is taken"

echo "-- it configures where nothing that only tests use can be found"
cmake --preset build -S "$source" -B "$scratch/build" -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_DISABLE_FIND_PACKAGE_Catch2=ON -DCMAKE_DISABLE_FIND_PACKAGE_benchmark=ON \
  -DCMAKE_DISABLE_FIND_PACKAGE_Protobuf=ON >"$scratch/log" 2>&1 || {
  cat "$scratch/log" >&2
  fail "the preset 'build' does not configure"
}
grep -qE '(rapidcheck|sqlcipher|libmicrohttpd)' "$scratch/build/CMakeCache.txt" &&
  fail "libraries of the tests are looked for"

echo "-- what is installed is what the preset builds, without running tests or root"
grep -q 'cmake --build --preset build' "$source/tools/demo" || fail "the demo builds by another preset"
targets=$(sed -n 's/.*"configurePreset": "build", "targets": \[\(.*\)\]}.*/\1/p' "$source/CMakePresets.json" | tr -d '",')
[[ -n $targets ]] || fail "no targets in the preset 'build'"
# shellcheck disable=SC2086 # A list of words.
ninja -C "$scratch/build" -t commands $targets >"$scratch/commands"
find "$scratch/build" -name cmake_install.cmake -exec cat {} + |
  grep -oE "\"$scratch/build/[^\"]*\"" | tr -d '"' | grep -vE '\.cmake$|CMakeFiles/Export|INSTALL_MANIFEST' | sort -u >"$scratch/installed"
[[ $(wc -l <"$scratch/installed") -ge 3 ]] || fail "nothing to be installed was found"
while read -r file; do
  [[ -e $file ]] || grep -qwF -- "${file#"$scratch/build/"}" "$scratch/commands" ||
    fail "$file is installed, and the demo does not build it"
done <"$scratch/installed"
echo "$(wc -l <"$scratch/building") packages instead of $(wc -l <"$scratch/testing"); $(wc -l <"$scratch/installed") files are installed"
