#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What two ranks gain in scoring two million trajectories, and how long the disk alone takes for their tables.

usage: score_scaling.py PROGRAM [TURNS] (5)
Median (range) of the turns. The last row is the peer: as many bytes as results.h5 has, written to one file by one and by two processes in
blocks of 1 MiB past the kernel's cache (O_DIRECT, which the folder's file system has to know). Two million trajectories are 400,000 of make_benchmark.py, each field of view five times."""
import json
import mmap
import multiprocessing
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

COPIES, FOVS, EXPERIMENTS = 5, 120, 9
BLOCK = 1 << 20


def make_data(folder):
    subprocess.run([sys.executable, pathlib.Path(__file__).with_name("make_benchmark.py"), folder / "once", "--trajectories", "400000",
                    "--fovs", str(FOVS), "--experiments", str(EXPERIMENTS)], check=True)
    for side, file in (("ref", "traj_labs_fov_{}.txt"), ("res", "fov_{}.txt")):
        for e in range(EXPERIMENTS):
            once, many = (folder / place / side / "track_2" / f"exp_{e}" for place in ("once", "many"))
            many.mkdir(parents=True)
            shutil.copy(once / "ensemble_labels.txt", many)
            for fov in range(COPIES * FOVS):
                (many / file.format(fov)).symlink_to(once / file.format(fov % FOVS))


def scored(program, folder, ranks):
    shutil.rmtree(folder / "out", ignore_errors=True)
    os.sync()
    subprocess.run(["mpirun", "-n", str(ranks), program, "score", "--reference", folder / "many/ref", "--submission", folder / "many/res",
                    "--output", folder / "out", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return json.loads((folder / "out/summary.json").read_text())["run"]["seconds"]


def write_blocks(path, begin, end):
    block = mmap.mmap(-1, BLOCK)  # aligned, as O_DIRECT wants it
    file = os.open(path, os.O_WRONLY | os.O_DIRECT)
    for place in range(begin, end, BLOCK):
        os.pwrite(file, block, place)


def written(folder, size, processes):
    path = folder / "bytes"
    path.unlink(missing_ok=True)
    os.sync()
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    share = size // processes // BLOCK * BLOCK
    start = time.monotonic()
    workers = [multiprocessing.Process(target=write_blocks, args=(path, i * share, (i + 1) * share)) for i in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    os.fsync(file)
    return time.monotonic() - start


def main():
    program, turns = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    seconds = {}
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = pathlib.Path(name).resolve()
        make_data(folder)
        for _ in range(turns):
            for ranks in (1, 2):
                stages = scored(program, folder, ranks)
                size = (folder / "out/results.h5").stat().st_size
                measured = {"scoring": stages["score"], "writing tables": stages["write"], "both": sum(stages.values()),
                            f"{size >> 20} MiB alone": written(folder, size, ranks)}
                for what, time_ in measured.items():
                    seconds.setdefault(what, {1: [], 2: []})[ranks].append(time_)
    print(f"{'seconds':16} {'one':>20} {'two':>20}  gain")
    for what, by_ranks in seconds.items():
        row = [f"{statistics.median(t):.3f} ({min(t):.3f}-{max(t):.3f})" for t in by_ranks.values()]
        print(f"{what:16} {row[0]:>20} {row[1]:>20}  {statistics.median(by_ranks[1]) / statistics.median(by_ranks[2]):.2f}")


if __name__ == "__main__":
    main()
