#!/usr/bin/env bash
# Runs the session that the README shows and compares what it shows:
# readme_test.sh README FOLDER_OF_THE_COMMAND
#
# In a line of expected output "..." stands for any text; a line of nothing else
# stands for any lines or none.
set -uo pipefail
readme=$(realpath "$1")
export PATH=$2:$PATH LC_ALL=C.UTF-8
unset COFFER_STORE COFFER_KEY COFFER_FORMAT
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/work"
cd "$scratch/work" || exit 1

# A pattern for [[ == ]]: everything literal, but for "...".
pattern_of() {
  local line=$1 pattern="" part
  while [[ $line == *...* ]]; do
    part=${line%%...*}
    pattern+="$(printf %q "$part")*"
    line=${line#*...}
  done
  pattern+=$(printf %q "$line")
  printf %s "${pattern//\'\'/}"
}

commands=0
compare() { # COMMAND, with the files `expected` and `actual`
  local expected actual whole=""
  if [[ $(<"$scratch/expected") == ... ]]; then return 0; fi
  while IFS= read -r expected; do whole+="$(pattern_of "$expected")"$'\n'; done <"$scratch/expected"
  actual=$(cat "$scratch/actual")
  [[ -z $actual ]] || actual+=$'\n'
  # shellcheck disable=SC2053 # A pattern is what it is.
  [[ $actual == $whole ]] && return 0
  printf 'readme_test: %s\n-- shown:\n%s\n-- got:\n%s\n' "$1" "$(cat "$scratch/expected")" "$actual" >&2
  exit 1
}

current=""
finish() {
  [[ -n $current ]] || return 0
  compare "$current"
  commands=$((commands + 1))
}
while IFS= read -r line <&9; do
  if [[ $line == '$ '* ]]; then
    finish
    current=${line#'$ '}
    : >"$scratch/expected"
    eval "$current" >"$scratch/actual" 2>&1 </dev/null
    code=$?
    # A command that fails says so in the README too (|| echo ...), but for grep -c 0.
    if [[ $code -ne 0 && $current != grep* ]]; then
      printf 'readme_test: exit code %d: %s\n' "$code" "$current" >&2
      cat "$scratch/actual" >&2
      exit 1
    fi
  else
    printf '%s\n' "$line" >>"$scratch/expected"
  fi
done 9< <(awk '/^```sh session$/ { on = 1; next } /^```$/ { on = 0 } on' "$readme")
finish
if [[ $commands -lt 8 ]]; then
  echo "readme_test: only $commands commands found in the README" >&2
  exit 1
fi
echo "$commands commands do what the README shows"
