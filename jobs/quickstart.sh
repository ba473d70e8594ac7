#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From a fresh Debian machine to scores: installs what is missing, builds, solves and scores a small benchmark, scores three recorded
# submissions to another, and tracks a video.
set -euo pipefail
cd "$(dirname "$0")/.."
source jobs/environment.sh

jobs/install_packages.sh
cmake --preset release -DAN_WITH_TESTS=OFF -DCMAKE_CXX_COMPILER_LAUNCHER=ccache >build-quickstart.log 2>&1 || { cat build-quickstart.log; exit 1; }
cmake --build build --target anomalousnet
rm -f build-quickstart.log

benchmark=tests/fixtures/scoring/bench_A
mpirun -n 2 build/anomalousnet score --reference $benchmark/ref --submission $benchmark/sub_good --submission $benchmark/sub_mid \
  --submission $benchmark/sub_nocp --output build/quickstart --bootstrap 200
rm -rf build/quickstart-run
mpirun -n 2 build/anomalousnet run --benchmark tests/fixtures/benchmark --output build/quickstart-run
build/anomalousnet verify build/quickstart-run/submission --public tests/fixtures/benchmark/public
video=tests/fixtures/tracking/v2_multi
rm -rf build/quickstart-tracks
build/anomalousnet track --input $video.tif --check ${video}_gt.csv --output build/quickstart-tracks --overlay
echo "tracks: build/quickstart-tracks/trajectories.csv; over the video: build/quickstart-tracks/overlay.svg"
echo "solved: build/quickstart-run/submission; its report: build/quickstart-run/report.html; how sure each segment is: build/quickstart-run/submission/details"
echo "scores, per trajectory and segment too: build/quickstart/results.h5; as text: build/quickstart/*/summary.json"
