#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds and runs all tests but those labelled `long` and those that need a GPU (jobs/test_gpu.sh). With AN_ORACLES=FOLDER the parity tests run on the whole
# reference data in FOLDER, else on the selection kept in tests/fixtures.
set -uo pipefail
cd "$(dirname "$0")/.."
source jobs/environment.sh

passed=0
failed=0
skipped=0
finish() {
  [[ $skipped -eq 0 ]] || echo "$skipped skipped, and not counted as passed"
  echo "$passed passed, $failed failed"
  [[ $failed -eq 0 && $passed -gt 0 ]]
  exit $?
}
stage() {
  echo "== $1"
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    finish
  fi
}
# Runs ctest, in any order, and adds its counts to ours.
run_ctest() {
  local log
  log=$(mktemp)
  (cd "$1" && shift && ctest --output-on-failure -j2 --schedule-random "$@") 2>&1 | tee "$log"
  local summary
  summary=$(grep -E '^[0-9]+% tests passed' "$log")
  local lost total
  lost=$(sed -E 's/.* ([0-9]+) tests failed out of ([0-9]+)/\1/' <<<"$summary")
  total=$(sed -E 's/.* ([0-9]+) tests failed out of ([0-9]+)/\2/' <<<"$summary")
  local left_out
  left_out=$(grep -c '\*\*\*Skipped' "$log")
  rm -f "$log"
  skipped=$((skipped + left_out))
  passed=$((passed + ${total:-0} - ${lost:-1} - left_out))
  failed=$((failed + ${lost:-1}))
  [[ ${lost:-1} -eq 0 ]] || finish
}
# Compiles the GPU's back end and runs its checks that need no device, where nvcc is.
gpu_without_device() {
  local nvcc frontend
  nvcc=$(command -v nvcc || command -v /usr/local/cuda/bin/nvcc) || { echo "skipped: no nvcc"; return; }
  frontend=$(jobs/cudnn_frontend.sh) || { echo "skipped: the checks of the GPU's back end need cuDNN's front end"; return; }
  stage "configure (nvcc)" cmake --preset cuda -DAN_WITH_TESTS=ON -DAN_WITH_ONEDNN=OFF -DAN_WARNINGS_AS_ERRORS=ON -DCMAKE_CUDA_COMPILER="$nvcc" \
    -DAN_CUDNN_FRONTEND="$frontend" -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_CUDA_COMPILER_LAUNCHER=ccache
  stage "build" cmake --build build-cuda --target cudnn_plans_test network_on_gpu_test network_gpu_benchmark
  run_ctest build-cuda -L cuda
}
formatted() { git ls-files -z '*.cpp' '*.hpp' '*.h' '*.cu' '*.cuh' | xargs -0 clang-format-14 --dry-run -Werror; }
# Of sources that the last commits changed, not only moved: earlier ones were looked at when they were new. AN_TIDY=all: of all.
tidy() {
  local sources=('src/*.cpp' 'evaluation/*.cpp') files
  if [[ ${AN_TIDY:-} == all ]] || ! git rev-parse -q --verify HEAD~15 >/dev/null; then
    files=$(git ls-files "${sources[@]}")
  else
    files=$(git diff --name-only -M90% --diff-filter=AM HEAD~15 -- "${sources[@]}")
  fi
  [[ -n $files ]] || return 0
  # shellcheck disable=SC2086
  timeout 1400 xargs -n 4 -P 2 clang-tidy-14 -p build-clang --quiet --warnings-as-errors='*' <<<$files >tidy.log 2>&1 ||
    { [[ $? -eq 124 ]] && echo "clang-tidy: stopped after 1400 s"; grep -E 'error:|warning:' tidy.log | head -40; return 1; }
  rm -f tidy.log
}

stage "packages" jobs/install_packages.sh --tests
stage "format" formatted
stage "configure (g++, release)" cmake --preset release -DAN_WITH_TESTS=ON -DAN_WARNINGS_AS_ERRORS=ON -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
stage "build" cmake --build build
run_ctest build -LE 'long|fuzz|cuda'
stage "configure (clang, address and undefined behaviour sanitizers)" cmake --preset asan -DAN_WARNINGS_AS_ERRORS=ON -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
stage "build" cmake --build build-asan
# Without whole fits of experiments, which take minutes there; what they are made of has unit tests.
run_ctest build-asan -L 'unit|parity|property|fuzz' -LE 'statistics|long' -E '^(experiment_fit|dimers)_test$'
echo "== the GPU's back end, without a GPU"
gpu_without_device
stage "configure (clang, for clang-tidy)" cmake -S . -B build-clang -G Ninja -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_C_COMPILER=clang-14 -DAN_WITH_TESTS=OFF
stage "generated headers" cmake --build build-clang --target an_app_git_hash
stage "clang-tidy" tidy
finish
