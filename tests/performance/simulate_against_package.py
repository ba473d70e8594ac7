#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much faster than andi-datasets is `anomalousnet simulate`?

usage: simulate_against_package.py PROGRAM [--python PYTHON] [--runs 3] [--benchmark-2]

PYTHON needs andi-datasets 2.1.13 (with numpy 1.26.4). Both simulate fields of view of the package's default experiments
with labels and noise, each on one core, taking turns: the package in memory, ours with start-up and with its files
written (HDF5, deflate). CPU seconds a field of view, minimum of the runs, as JSON. With --benchmark-2 the benchmark's
experiment 2 (750 particles) as well, which takes the package a minute or more.
"""
import argparse
import json
import pathlib
import resource
import subprocess
import tempfile

PACKAGE = """
import sys, time, types, warnings, io, contextlib
from unittest import mock
warnings.simplefilter("ignore")
# The renderer of videos needs deeptrack; nothing of it is used here.
videos = types.ModuleType("andi_datasets.utils_videos")
videos.psf_width = videos.transform_to_video = mock.MagicMock()
sys.modules["andi_datasets.utils_videos"] = videos
import numpy as np
from andi_datasets.datasets_challenge import challenge_phenom_dataset, _get_dic_andi2
from andi_datasets.datasets_phenom import datasets_phenom
model, particles, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
dic = _get_dic_andi2({"single_state": 1, "multi_state": 2, "immobile_traps": 3, "dimerization": 4, "confinement": 5}[model])
dic.update(N=particles, T=200)
if particles == 750:
    dic.update(Ds=np.array([[.28, .001], [.0035, 1e-4]]), alphas=np.array([[1, .1], [1.1, .01]]), r=.5, Pb=1, Pu=.1)
start = time.process_time()
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for _ in range(count):
        challenge_phenom_dataset(dics=[dict(dic)], num_fovs=1, return_timestep_labs=True)
print((time.process_time() - start) / count)
"""
KINDS = {"single_state": "", "multi_state": "transition = [[0.99, 0.01], [0.01, 0.99]]",
         "immobile_traps": "traps = 300\nradius = 0.4\nbinding = 1\nunbinding = 0.01",
         "dimerization": "radius = 0.6\nbinding = 1\nunbinding = 0.01", "confinement": "discs = 30\nradius = 5\ntransmittance = 0.1"}
SECOND = """alpha = [{ normal = [1, 0.1] }, { normal = [1.1, 0.01] }]
k = [{ normal = [0.28, 0.001] }, { normal = [0.0035, 0.0001] }]
radius = 0.5
binding = 1
unbinding = 0.1"""


def package(python, model, particles, count):
    done = subprocess.run(["taskset", "-c", "0", python, "-c", PACKAGE, model, str(particles), str(count)], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def ours(program, model, particles, count, parameters):
    text = f'[[experiment]]\nmodel = "{model}"\nparticles = {particles}\n{parameters}\n'
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "one.toml"
        config.write_text(text)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["taskset", "-c", "0", program, "simulate", "--config", config, "--output", pathlib.Path(folder) / "out", "--fovs", str(count),
                        "--format", "hdf5", "-q"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--python", default="python3")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--benchmark-2", action="store_true")
    options = parser.parse_args()
    cases = [(model, 50, 3, 300, f'sampler = "challenge"\n{rest}') for model, rest in KINDS.items()]
    if options.benchmark_2:
        cases.append(("dimerization", 750, 1, 60, SECOND))
    result = {}
    for model, particles, theirs_count, ours_count, parameters in cases:
        theirs, mine = [], []
        for _ in range(options.runs):
            mine.append(ours(options.program, model, particles, ours_count, parameters))
            theirs.append(package(options.python, model, particles, theirs_count))
        result[f"{model}, {particles} particles"] = {"package_s": min(theirs), "ours_s": min(mine), "times_faster": min(theirs) / min(mine)}
    five = list(result.values())[:5]
    mean = {key: sum(entry[key] for entry in five) / 5 for key in ("package_s", "ours_s")}
    result["equal mix, 50 particles"] = mean | {"times_faster": mean["package_s"] / mean["ours_s"]}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
