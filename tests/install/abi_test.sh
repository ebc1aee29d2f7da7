#!/usr/bin/env bash
# Freezes the C interface: every function of <coffer/coffer.h>, its arguments, and the layout of
# every struct and enumeration, against coffer.abi beside this file.
#   abi_test.sh LIBRARY SOURCE_DIR           the test
#   abi_test.sh --renew LIBRARY SOURCE_DIR   writes coffer.abi again, for a change on purpose
# The header alone is compiled, with an empty body for each function, so that what libabigail
# compares is C and small; then the library must export these functions and no other.
set -euo pipefail
renew=""
if [[ $1 == --renew ]]; then
  renew=yes
  shift
fi
library=$1 source=$2
reference=$source/tests/install/coffer.abi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() {
  echo "abi_test: $*" >&2
  exit 1
}
command -v abidiff >/dev/null || fail "abidiff is missing: tools/install_packages installs it"

# Writes $2, a shared object of the functions that the header below $1 declares.
shared_object() {
  local code=$scratch/header.c
  echo '#include <coffer/coffer.h>' >"$code"
  cc -std=c99 -I "$1" -E -P "$code" | grep -v '^#' | tr '\n' ' ' | sed 's/;/;\n/g' |
    grep -E '^ *[a-z_ *]*\bcoffer_[a-z_]+\([^()]*\);$' | grep -v typedef >"$scratch/declarations"
  sed 's/);$/) { __builtin_trap(); }/' "$scratch/declarations" >>"$code"
  cc -std=c99 -Wall -Wno-unused-parameter -Werror -g -O0 -fPIC -shared -fdebug-prefix-map="$scratch"=. \
    -I "$1" "$code" -o "$2" || fail "the declarations of coffer.h do not compile in C"
}

echo "-- the library exports what the header declares, and no other name of C"
shared_object "$source/engine/include" "$scratch/libcoffer.so"
exported() { readelf -Ws "$1" 2>/dev/null | awk '$5 == "GLOBAL" && $6 == "DEFAULT" && $7 != "UND" { print $8 }' |
  grep -E '^coffer_' | sort -u; }
exported "$scratch/libcoffer.so" >"$scratch/declared"
exported "$library" >"$scratch/defined"
[[ $(wc -l <"$scratch/declared") -ge 70 ]] || fail "only $(wc -l <"$scratch/declared") functions were found in coffer.h"
diff "$scratch/declared" "$scratch/defined" || fail "'<': declared, but not exported; '>': exported, but not declared"

if [[ -n $renew ]]; then
  abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed --no-architecture --type-id-style hash \
    --out-file "$reference" "$scratch/libcoffer.so"
  echo "$reference is written: review its change, and say in the commit why the interface changes"
  exit 0
fi

echo "-- nothing in it has changed"
same() { abidiff --no-show-locs --no-architecture --harmless "$@" >"$scratch/report"; }
same "$reference" "$scratch/libcoffer.so" || {
  cat "$scratch/report" >&2
  fail "the C interface is not what tests/install/coffer.abi holds. Programs that were compiled
before may break: add at the end of a struct, or add a function, rather than change one. If the
change is meant: tests/install/abi_test.sh --renew LIBRARY SOURCE_DIR"
}

echo "-- and the comparison can find a change"
# What is edited in a copy of the header must be seen: a signature, a layout, a constant, a name.
for edit in 's/const char\* path, uint64_t version,/const char* path, uint32_t version,/' \
  's/^  uint64_t if_version; /  uint32_t if_version; /' 's/COFFER_BUSY = 16/COFFER_BUSY = 61/' \
  's/coffer_anchor_update/coffer_anchor_renew/' 's/^  int is_json; /  int is_json; int other; /'; do
  rm -rf "$scratch/include"
  cp -r "$source/engine/include" "$scratch/include"
  sed -i -E "$edit" "$scratch/include/coffer/coffer.h"
  cmp -s "$scratch/include/coffer/coffer.h" "$source/engine/include/coffer/coffer.h" && fail "nothing to edit: $edit"
  shared_object "$scratch/include" "$scratch/edited.so"
  same "$reference" "$scratch/edited.so" && fail "this change is not noticed: $edit"
done
echo "$(wc -l <"$scratch/declared") functions are as they were"
