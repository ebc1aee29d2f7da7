#!/usr/bin/env bash
# What a library may not do behind its host's back shows in its symbols: print to
# standard output, read the environment, start a shell, use a weak random source.
# symbols_test.sh LIBRARY COMPILER
set -euo pipefail
library=$1 compiler=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# fprintf is not among them: the last words of our own bug go to standard error.
forbidden='printf|vprintf|__v?printf_chk|puts|putchar|putc|stdout|perror'
forbidden+='|getenv|secure_getenv|setenv|putenv|environ|__environ'
forbidden+='|system|popen|execvp|execlp|rand|srand|random|srandom|rand_r|drand48'
forbidden+='|gets|strcpy|strcat|sprintf|__sprintf_chk|vsprintf|tmpnam|mktemp|exit'
forbidden+='|_ZSt4cout|_ZSt4cerr|_ZSt4clog|_ZSt3cin|_ZNSt8ios_base4InitC1Ev'
offenders() {
  nm --undefined-only --print-file-name "$1" 2>/dev/null | grep -E " U ($forbidden)(@.*)?$" || true
}

# The search must be able to find.
cat >"$scratch/bad.cc" <<'END'
#include <cstdio>
#include <cstdlib>
#include <iostream>
void bad(const char* s) { std::printf("%s%d", std::getenv(s), std::rand()); std::cout << s; }
END
"$compiler" -std=c++20 -O1 -c "$scratch/bad.cc" -o "$scratch/bad.o"
found=$(offenders "$scratch/bad.o" | wc -l)
[[ $found -ge 4 ]] || { echo "symbols_test: the search finds nothing" >&2; exit 1; }

objects=$(nm --undefined-only "$library" 2>/dev/null | grep -c '\.o:$') || true
[[ $objects -ge 10 ]] || { echo "symbols_test: only $objects objects in $library" >&2; exit 1; }
bad=$(offenders "$library")
if [[ -n $bad ]]; then
  echo "symbols_test: libcoffer uses what a library must not:" >&2
  echo "$bad" >&2
  exit 1
fi
echo "$objects objects, none of them prints, reads the environment or starts a shell"
