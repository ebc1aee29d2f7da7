#!/usr/bin/env bash
# Installs into a temporary place and uses what stands there, and nothing else:
# install_test.sh BUILD_DIR SOURCE_DIR COMPILER
set -euo pipefail
build=$1 source=$2 compiler=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() {
  echo "install_test: $*" >&2
  exit 1
}

cmake --install "$build" --prefix "$scratch/first" >"$scratch/log" 2>&1 || {
  cat "$scratch/log" >&2
  fail "cmake --install failed"
}
# Moved after it was installed: nothing in it may remember where it stood.
mv "$scratch/first" "$scratch/prefix"
prefix=$scratch/prefix
if grep -rlF -e "$source" -e "$scratch/first" "$prefix" --include='*.cmake' --include='*.pc'; then
  fail "the files above name a folder of this machine"
fi

echo "-- each public header stands alone"
count=0
for header in "$prefix"/include/coffer/*.h; do
  name=coffer/$(basename "$header")
  echo "#include <$name>" | "$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
    -Wno-sign-conversion -Werror -I "$prefix/include" -fsyntax-only -x c++ - || fail "$name does not stand alone"
  count=$((count + 1))
done
[[ $count -ge 8 ]] || fail "only $count public headers were installed"

echo "-- a CMake project finds it"
cmake -S "$source/tests/install/consumer" -B "$scratch/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$compiler" >"$scratch/log" 2>&1 &&
  cmake --build "$scratch/build" >>"$scratch/log" 2>&1 || {
  cat "$scratch/log" >&2
  fail "the CMake project does not build"
}
mkdir "$scratch/one"
"$scratch/build/consumer" "$scratch/one"

echo "-- pkg-config finds it"
pc=$(find "$prefix" -name coffer.pc)
[[ -n $pc ]] || fail "no coffer.pc"
export PKG_CONFIG_PATH=${pc%/*}
read -ra flags <<<"$(pkg-config --cflags --libs coffer)"
"$compiler" -std=c++20 "$source/tests/install/consumer/consumer.cc" "${flags[@]}" -o "$scratch/consumer"
mkdir "$scratch/two"
"$scratch/consumer" "$scratch/two"

echo "-- a program in C links it, by pkg-config and by CMake"
c_home() { # a folder with a key file in it
  mkdir "$1"
  (umask 077 && head -c 32 /dev/urandom >"$1/master.key")
}
echo '#include <coffer/coffer.h>' | "$compiler" -std=c++98 -Wall -Wextra -Wpedantic -Wno-long-long -Werror \
  -I "$prefix/include" -fsyntax-only -x c++ - || fail "coffer.h does not serve older C++"
cc -std=c99 -Wall -Wextra -Wpedantic -Werror "$source/tests/install/consumer_c/consumer.c" "${flags[@]}" \
  -o "$scratch/consumer_c" || fail "what pkg-config says does not link a program in C"
c_home "$scratch/three"
"$scratch/consumer_c" "$scratch/three"
cmake -S "$source/tests/install/consumer_c" -B "$scratch/build_c" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
  >"$scratch/log" 2>&1 && cmake --build "$scratch/build_c" >>"$scratch/log" 2>&1 || {
  cat "$scratch/log" >&2
  fail "the CMake project in C does not build"
}
c_home "$scratch/four"
"$scratch/build_c/consumer_c" "$scratch/four"

echo "-- the README's lines build"
block() { # the first fenced block of language $1
  awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } /^```$/ { if (on) exit } on' "$source/README.md"
}
mkdir "$scratch/readme"
block cmake >"$scratch/readme/CMakeLists.txt"
block cpp >"$scratch/readme/agent.cc"
[[ $(wc -l <"$scratch/readme/CMakeLists.txt") -eq 5 ]] || fail "the README does not show five lines of CMake"
cmake -S "$scratch/readme" -B "$scratch/readme/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" >"$scratch/log" 2>&1 &&
  cmake --build "$scratch/readme/build" >>"$scratch/log" 2>&1 || {
  cat "$scratch/log" >&2
  fail "what the README shows does not build"
}
block c >"$scratch/readme/agent.c"
cc -std=c99 -Wall -Wextra -Wpedantic -Werror "$scratch/readme/agent.c" "${flags[@]}" -o "$scratch/readme/agent_c" ||
  fail "what the README shows in C does not build"
