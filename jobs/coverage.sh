#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Lines and branches of evaluation/, src/io and src/parallel that their tests, and those that run the program on files, reach: g++'s
# coverage of these three alone, in build-coverage; all else is compiled (or taken from ccache) as it always is.
# Ends with 1 where a file has fewer than 90 % of its lines, or a folder of its branches. usage: coverage.sh [LEAST_PERCENT]
set -euo pipefail
cd "$(dirname "$0")/.."
source jobs/environment.sh

build=build-coverage
cmake --preset release -B $build -DAN_WITH_TESTS=ON -DAN_WITH_COVERAGE=ON -DAN_WARNINGS_AS_ERRORS=ON -DCMAKE_CXX_COMPILER_LAUNCHER=ccache >/dev/null
tests=$(printf '%s\n' tests/unit/{io,evaluation,parallel}/*_test.cpp tests/property/{scoring,assignment}_test.cpp tests/mpi/*_test.cpp \
  tests/parity/{scoring_functions,ensemble_functions}_test.cpp | sed 's|.*/||; s|\.cpp$||')
# shellcheck disable=SC2086
cmake --build $build --target anomalousnet $tests
find $build -name '*.gcda' -delete
whole='scorer_oracles|score_command|report_command|simulate_command|track_command|network_command'
ctest --test-dir $build --output-on-failure -R "^($(tr '\n' '|' <<<"$tests")$whole)" -LE long
python3 jobs/coverage_table.py $build "${1:-90}"
