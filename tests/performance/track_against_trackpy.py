#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much faster than trackpy does `anomalousnet track` localise and link?

usage: track_against_trackpy.py BENCHMARK VIDEO.tif [--python PYTHON] [--runs 5]

BENCHMARK is the build's track_benchmark; PYTHON needs trackpy 0.7, numba and tifffile. Both take the same 200 frames from memory, on one
core, taking turns, with the parameters of configs/tracking_paper.toml; trackpy uses its compiled engine, compiled beforehand.
Seconds a video, median and range over the runs, as JSON.
"""
import argparse
import json
import statistics
import subprocess

TRACKPY = """
import sys, time, logging, warnings
warnings.simplefilter("ignore")
import numpy as np, tifffile, trackpy as tp
tp.quiet()
video = sys.argv[1]
with tifffile.TiffFile(video) as file:
    frames = np.stack([page.asarray() for page in file.pages])[1:].astype(float)
padded = []
for f in frames:
    median = np.median(f)
    padded.append(np.pad((f - median) / (1.4826 * np.median(abs(f - median))), 5))
options = dict(minmass=13, separation=2.6, noise_size=0, smoothing_size=3, engine="numba")
tp.locate(padded[0], 3, **options)
start = time.process_time()
found = tp.batch(padded, 3, processes=1, **options)
middle = time.process_time()
tp.link(found[found.frame < 3], 7, memory=3)
again = time.process_time()
tp.link(found, 7, memory=3)
print(middle - start, time.process_time() - again, len(found))
"""


def theirs(python, video):
    done = subprocess.run(["taskset", "-c", "0", python, "-c", TRACKPY, video], check=True, capture_output=True, text=True)
    locate, link, _ = map(float, done.stdout.split())
    return {"crocker_grier_locate": locate, "crocker_grier_link": link}


def ours(program, video):
    done = subprocess.run(["taskset", "-c", "0", program, video, "--benchmark_format=json", "--benchmark_filter=grier|locate|link|whole"],
                          check=True, capture_output=True, text=True)
    return {b["name"]: b["cpu_time"] / 1e3 for b in json.loads(done.stdout)["benchmarks"]}


def summary(values):
    return {"median": round(statistics.median(values), 5), "low": round(min(values), 5), "high": round(max(values), 5)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmark")
    parser.add_argument("video")
    parser.add_argument("--python", default="python3")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    own, peer = [], []
    for _ in range(options.runs):
        own.append(ours(options.benchmark, options.video))
        peer.append(theirs(options.python, options.video))
    result = {"video": options.video, "runs": options.runs,
              "anomalousnet": {name: summary([r[name] for r in own]) for name in own[0]},
              "trackpy": {name: summary([r[name] for r in peer]) for name in peer[0]}}
    result["times_as_fast"] = {name: round(result["trackpy"][name]["median"] / result["anomalousnet"][name]["median"], 1) for name in peer[0]}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
