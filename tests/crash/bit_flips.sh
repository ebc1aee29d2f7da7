#!/bin/sh
# Runs crash.bit_flips at length: by default 54,000 flips, each with its own open and nearly 200
# questions. Takes minutes of CPU; use an optimised build.
# Usage: tests/crash/bit_flips.sh BUILD_DIRECTORY [FLIPS [SEED]]
set -eu
build=${1:?usage: bit_flips.sh BUILD_DIRECTORY [FLIPS [SEED]]}
COFFER_BIT_FLIPS=${2:-54000} COFFER_BIT_FLIPS_SEED=${3:-1} exec "$build/tests/crash/crash" --filenames-as-tags "[#bit_flips_test]"

