#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the ledger of finished items costs, as a share of a job's processor time. usage: ledger_overhead.py PROGRAM CONFIGS [TURNS]

Taking up a job that is finished does what the ledger does (hashes of all inputs and outputs), and plans the work, which --dry-run does
alone. The difference is a little more than what the ledger adds to the job: ensemble labels are written, too. Least of all turns."""
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile


def processor_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    program, configs = sys.argv[1], pathlib.Path(sys.argv[2])
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        data = ["--config", configs / "andi2_benchmark.toml", "--output"]
        processor_seconds([program, "simulate", *data, folder / "data", "--fovs", "2"])
        shutil.copytree(folder / "data/public/track_2", folder / "public/track_2")
        without_videos = ["--set", "simulate.videos=false"]
        jobs = {"simulate, text": ["simulate", *data, folder / "out", *without_videos, "--fovs", "10"],
                "simulate, videos": ["simulate", *data, folder / "out", "--fovs", "2"],
                "simulate, shards": ["simulate", *data, folder / "out", *without_videos, "--fovs", "16", "--format", "hdf5", "--set",
                                     "simulate.shard_fovs=8"],
                "track": ["track", "--input", folder / "data/public/track_1", "--output", folder / "out"],
                "predict": ["predict", "--input", folder / "public", "--output", folder / "out"]}
        for what, job in jobs.items():
            whole, again, planned = [], [], []
            for _ in range(turns):
                shutil.rmtree(folder / "out", ignore_errors=True)
                whole.append(processor_seconds([program, *job]))
                again.append(processor_seconds([program, *job, "--resume"]))
                planned.append(processor_seconds([program, *job, "--dry-run"]))
            ledger = min(again) - min(planned)
            print(f"{what:18} {min(whole):7.2f} s, of which the ledger at most {ledger:.3f} s: "
                  f"{100 * ledger / min(whole):.2f} %", flush=True)


if __name__ == "__main__":
    main()
