#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much faster than the official scorer is `anomalousnet score`, and do both give the same scores?

usage: score_against_official.py PROGRAM DATA [--runs 5] [--python PYTHON]
DATA holds ref/ and res/, e.g. as made by tests/performance/make_benchmark.py. PYTHON needs andi-datasets 2.1.13 (with numpy 1.26.4).
Both run on one core, one after the other, ours several times around it; minima and medians are printed as JSON.
"""
import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import tempfile
import time

OFFICIAL = """
import sys, time, warnings
warnings.simplefilter("ignore")
from andi_datasets.utils_challenge import codalab_scoring_local
start = time.perf_counter()
codalab_scoring_local(sys.argv[1], sys.argv[2], sys.argv[3])
print("SECONDS", time.perf_counter() - start)
"""


def timed(command):
    """Wall seconds, CPU seconds and peak memory (MiB) of a process bound to one core."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(["taskset", "-c", "0", "/usr/bin/time", "-f", "PEAK %M", *command], capture_output=True, text=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(done.stderr[-2000:])
    peak = int(done.stderr.split("PEAK ")[1].split()[0]) / 1024
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak, done.stdout


def scores(path):
    return dict(line.split(": ") for line in path.read_text().splitlines())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--python", default="python3")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        ours = [options.program, "score", "--reference", options.data / "ref", "--submission", options.data / "res", "--output", folder / "ours"]
        runs = [timed(ours) for _ in range(options.runs)]
        official_wall, official_cpu, official_peak, output = timed(
            [options.python, "-c", OFFICIAL, options.data / "res", options.data / "ref", folder / "official"])
        runs += [timed(ours) for _ in range(options.runs)]
        mine, theirs = scores(folder / "ours" / "scores.txt"), scores(folder / "official" / "scores.txt")
        difference = {name: abs(float(mine[name]) - float(value)) for name, value in theirs.items()}
    walls = [run[0] for run in runs]
    official = float(output.split("SECONDS ")[1])
    print(json.dumps({
        "official": {"scoring_seconds": official, "process_seconds": official_wall, "cpu_seconds": official_cpu, "peak_mib": official_peak},
        "ours": {"runs": len(runs), "wall_seconds": {"min": min(walls), "median": statistics.median(walls), "max": max(walls)},
                 "cpu_seconds_median": statistics.median(run[1] for run in runs), "peak_mib": max(run[2] for run in runs)},
        "times_faster": {"median": official / statistics.median(walls), "least": official / max(walls), "most": official / min(walls)},
        "largest_difference_of_a_score": max(difference.values())}, indent=1))


if __name__ == "__main__":
    main()
