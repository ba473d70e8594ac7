#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times the change-point searches beside ruptures 1.1.10 on the same series, alternating, and compares what they find.

    python3 -m pip install ruptures==1.1.10 numpy==1.26.4 scipy
    cmake -S . -B build && cmake --build build
    python3 tests/performance/search_against_ruptures.py build/search_benchmark [ROUNDS]

Series: 200 frames of two features (as a network's alpha and K), steps of 5 to 60 frames with noise; one thread. Prints
the median over the rounds of ruptures' seconds a search, ours, and their ratio. Each round takes one series.
"""
import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import numpy
import ruptures

warnings.simplefilter("ignore")
ALGORITHMS = {"window": ruptures.Window, "pelt": ruptures.Pelt, "binary": ruptures.Binseg,
              "bottom_up": ruptures.BottomUp, "dynamic": ruptures.Dynp}
MODELS = ["l1", "l2", "linear", "normal", "rbf"]
FRAMES = 200


def series(random, model):
    out = numpy.empty((FRAMES, 2))
    begin = 0
    while begin < FRAMES:
        end = min(FRAMES, begin + int(random.integers(5, 60)))
        out[begin:end] = random.uniform(0, 2, 2)
        begin = end
    out += 0.15 * random.standard_normal(out.shape)
    if model == "linear":  # the time and a constant explain the first feature
        out = numpy.stack([out[:, 0], numpy.arange(FRAMES) / FRAMES, numpy.ones(FRAMES)], axis=1)
    return out


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    random = numpy.random.default_rng(7)
    times, differences = {}, 0
    for _ in range(rounds):
        for model in MODELS:
            signal = series(random, model)
            cost = ruptures.costs.cost_factory(model).fit(signal)
            penalty = 0.02 * abs(float(cost.error(0, FRAMES)))
            for name, algorithm in ALGORITHMS.items():
                end = {"number": 4} if name == "dynamic" else {"penalty": penalty}
                options = {"width": 20} if name == "window" else {}
                start = time.perf_counter()
                names = {"number": "n_bkps", "penalty": "pen"}
                found = algorithm(model=model, min_size=2, jump=1, **options).fit_predict(
                    signal, **{names[k]: v for k, v in end.items()})[:-1]
                theirs = time.perf_counter() - start
                with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                    json.dump([{"values": signal.ravel().tolist(), "features": signal.shape[1], "model": model,
                                "algorithm": name, "width": 20, **end}], file)
                    file.flush()
                    line = subprocess.run([program, file.name, "0.05"], check=True, capture_output=True,
                                          text=True).stdout
                ours, points = line.split(maxsplit=1)
                differences += json.loads(points) != [int(f) for f in found]
                times.setdefault((model, name), []).append((theirs, float(ours)))
    print(f"{'cost':8}{'search':12}{'ruptures [ms]':>15}{'ours [ms]':>12}{'ratio':>8}")
    for (model, name), pairs in times.items():
        theirs = statistics.median(p[0] for p in pairs)
        ours = statistics.median(p[1] for p in pairs)
        print(f"{model:8}{name:12}{1e3 * theirs:15.2f}{1e3 * ours:12.4f}{theirs / ours:8.0f}")
    print(f"{differences} of {rounds * len(MODELS) * len(ALGORITHMS)} searches found other change points")
    return differences > 0


sys.exit(main())
