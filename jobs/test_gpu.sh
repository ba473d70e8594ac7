#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests and measures the GPU's back end on this machine's device, and writes results/gpu/NAME.md. AN_BUILD=DIR takes a build made
# with AN_WITH_CUDA=ON, else one is made in build-cuda. Ends with 77 where there is no device.
set -uo pipefail
cd "$(dirname "$0")/.."
source jobs/environment.sh

build=${AN_BUILD:-}
if [[ -z $build ]]; then
  build=build-cuda
  frontend=$(jobs/cudnn_frontend.sh) || exit 1
  cmake --preset cuda -DAN_WITH_TESTS=ON -DAN_CUDNN_FRONTEND="$frontend" &&
    cmake --build $build --target network_on_gpu_test network_gpu_benchmark || exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
# note NAME COMMAND...: a line of the report, and the command's output where it fails.
note() {
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "- $name: passed$(sed -nE 's/^\[ *PASSED *\] ([0-9]+ tests?)\.$/ (\1)/p' "$work/log" | tail -1)" >>"$work/checks"
  else
    echo "- $name: FAILED" >>"$work/checks"
    failed=1
    tail -60 "$work/log"
  fi
  tail -1 "$work/checks"
}

"$build/network_gpu_benchmark" >"$work/table"
case $? in
  0) ;;
  77) cat "$work/table"; exit 77 ;;
  *) cat "$work/table"; exit 1 ;;
esac
cat "$work/table"
note "network_on_gpu_test (against the reference)" "$build/network_on_gpu_test"
small='--gtest_filter=NetworkOnGpu.*OfOddChannels:NetworkOnGpu.*OfTensorCoreChannels'
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck; do
    note "compute-sanitizer $tool (small nets)" compute-sanitizer --tool $tool --error-exitcode 1 "$build/network_on_gpu_test" "$small"
  done
else
  echo "- compute-sanitizer: skipped, not installed" | tee -a "$work/checks"
fi

# The table's first line: `NVIDIA H100 80GB HBM3, cuDNN 9.19.0`.
device=$(sed -n 1p "$work/table")
report=results/gpu/$(sed -E 's/,.*//; s/^NVIDIA //; s/[^A-Za-z0-9]+/_/g' <<<"$device").md
mkdir -p results/gpu
{
  echo "# ${device%%,*}"
  echo
  echo "Written by \`jobs/test_gpu.sh\` on $(date -u +%F), of commit $(git describe --always --abbrev=40 --exclude='*' --dirty=-modified);$(sed 's/^[^,]*,//' <<<"$device")."
  echo "FOVs of 64 particles and 208 frames; medians of 7 runs."
  echo
  cat "$work/checks"
  echo
  tail -n +3 "$work/table"
} >"$report"
echo "wrote $report"
exit $failed
