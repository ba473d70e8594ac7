#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Time and peak memory of predict and score as the number of fields of view grows, and what 100,000 would take.

usage: load.py PROGRAM [FOVS ...] (200 2000)
One experiment of two states, 100 particles a field of view; one rank, method likelihood. Nothing is kept."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

DATA = """[simulate]
videos = false
format = "text"
[[experiment]]
model = "multi_state"
particles = 100
k = [{ normal = [0.1, 0.01] }, { normal = [1, 0.01] }]
alpha = [{ normal = [0.7, 0.01] }, { normal = [1.2, 0.01] }]
transition = [[0.98, 0.02], [0.05, 0.95]]
"""
MANY = 100_000


def measured(*command):
    """Seconds and peak memory in MiB of a process."""
    begin = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command}: exit code {process.returncode}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def main():
    program, sizes = sys.argv[1], [int(n) for n in sys.argv[2:]] or [200, 2000]
    print(f"{'FOVs':>7} {'trajectories':>12} {'predict':>9} {'memory':>8} {'score':>8} {'memory':>8}")
    rows = []
    for fovs in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "data.toml").write_text(DATA)
            measured(program, "simulate", "--config", folder / "data.toml", "--fovs", fovs, "--output", folder / "data")
            predicted = measured(program, "predict", "--input", folder / "data/public", "--output", folder / "sub", "--method", "likelihood")
            scored = measured(program, "score", "--reference", folder / "data/ref", "--submission", folder / "sub", "--output", folder / "out")
            lines = sum(len(path.read_text().splitlines()) for path in (folder / "sub/track_2/exp_1").glob("fov_*.txt"))
        rows.append((fovs, predicted[0], scored[0]))
        print(f"{fovs:7} {lines:12} {predicted[0]:7.1f} s {predicted[1]:4.0f} MiB {scored[0]:6.2f} s {scored[1]:4.0f} MiB", flush=True)
    if len(rows) > 1:
        (few, *times), (many, *longer) = rows[0], rows[-1]
        ends = [t + (u - t) / (many - few) * (MANY - few) for t, u in zip(times, longer)]
        print(f"{MANY:7} {'':12} {ends[0] / 3600:7.2f} h {'':8} {ends[1] / 60:6.1f} min, extrapolated from the first and the last line, one core")


if __name__ == "__main__":
    main()
