#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/fixtures/segmentation/ruptures.json: series and what ruptures finds in them.

    python3 -m pip install ruptures==1.1.10 numpy==1.26.4 scipy scikit-learn
    python3 tests/parity/make_ruptures_fixtures.py tests/fixtures/segmentation/ruptures.json

Series are noisy steps in one to three features, drawn as a network's per-frame alpha and K look, and such as make ties:
whole numbers (states), exact steps, constants, alternations, and short ones. Where ruptures finds others once its kernel
matrix is changed by rounding alone, the search is marked as a tie.
"""
import json
import sys
import warnings

import numpy
import ruptures
import scipy
import sklearn
from ruptures.exceptions import BadSegmentationParameters, NotEnoughPoints
from sklearn.cluster import KMeans

warnings.simplefilter("ignore")
ALGORITHMS = {"window": ruptures.Window, "pelt": ruptures.Pelt, "binary": ruptures.Binseg,
              "bottom_up": ruptures.BottomUp, "dynamic": ruptures.Dynp}
MODELS = ["l1", "l2", "linear", "normal", "rbf"]


def steps(random, frames, features, noise):
    out = numpy.empty((frames, features))
    begin = 0
    while begin < frames:
        end = min(frames, begin + int(random.integers(5, 60)))
        out[begin:end] = random.uniform(0, 2, features)
        begin = end
    return out + noise * random.standard_normal(out.shape)


def all_series(random):
    series = []
    for frames in (200, 120, 57, 20, 9):
        for features in (1, 2, 3):
            series.append(steps(random, frames, features, 0.15))
    series.append(steps(random, 200, 1, 0.6))
    series.append(steps(random, 200, 1, 0.0))
    series.append(random.integers(0, 3, (80, 1)).astype(float))
    series.append(numpy.repeat(random.integers(0, 4, 12), 9)[:, None].astype(float))
    series.append(numpy.full((60, 1), 0.1))
    series.append(numpy.tile([[0.0], [1.0]], (40, 1)))
    series.append(numpy.cumsum(random.standard_normal((150, 1)), axis=0))
    # A straight line in pieces, with the time and a constant as regressors.
    time = numpy.arange(90.0)
    bent = numpy.where(time < 40, 0.1 * time, 4 - 0.05 * (time - 40)) + 0.05 * random.standard_normal(90)
    series.append(numpy.stack([bent, time, numpy.ones(90)], axis=1))
    # Regressors that depend on each other.
    series.append(numpy.stack([bent, time, 2 * time], axis=1))
    return [numpy.round(s, 6) for s in series]


def ends_of(algorithm, scale):
    if algorithm == "pelt":
        return [{"penalty": scale * p} for p in (0.02, 0.2, 2)]
    if algorithm == "dynamic":
        return [{"number": n} for n in (0, 1, 3)]
    return ([{"number": n} for n in (0, 1, 2, 5, 30)] + [{"penalty": scale * p} for p in (0.02, 0.3)] +
            [{"residual": scale * r} for r in (0.2, 0.8)])


class RoundedKernel(ruptures.costs.CostRbf):
    """ruptures' Gaussian kernel, its matrix changed by some last digits."""
    model = "rounded rbf"
    random = numpy.random.default_rng(1)

    def fit(self, signal):
        self._gram = None
        super().fit(signal)
        change = 1e-14 * self.random.standard_normal(self.gram.shape)
        self._gram = self.gram * (1 + change + change.T)
        return self


def found(algorithm, model, signal, shape, end, rounded=False):
    options = {"min_size": shape["shortest"], "jump": shape["jump"]}
    if algorithm == "window":
        options["width"] = shape["width"]
    if rounded:
        options["custom_cost"] = RoundedKernel(shape.get("gamma"))
    else:
        options["model"] = model
        if "gamma" in shape:
            options["params"] = {"gamma": shape["gamma"]}
    names = {"number": "n_bkps", "penalty": "pen", "residual": "epsilon"}
    try:
        ends = ALGORITHMS[algorithm](**options).fit_predict(signal, **{names[k]: v for k, v in end.items()})
    except (BadSegmentationParameters, NotEnoughPoints, AssertionError):
        return None
    return [int(e) for e in ends[:-1]]


def main():
    random = numpy.random.default_rng(2024)
    series = all_series(random)
    cases, costs = [], []
    for number, signal in enumerate(series):
        for model in MODELS:
            if model == "linear" and signal.shape[1] == 1:
                continue
            cost = ruptures.costs.cost_factory(model).fit(signal)
            for _ in range(6):
                begin = int(random.integers(0, len(signal) - 2))
                end = int(random.integers(begin + 2, len(signal) + 1))
                costs.append({"series": number, "model": model, "begin": begin, "end": end,
                              "cost": float(cost.error(begin, end))})
            scale = max(abs(float(cost.error(0, len(signal)))), 1e-3)
            for algorithm in ALGORITHMS:
                for end in ends_of(algorithm, scale):
                    shape = {"shortest": int(random.choice([1, 2, 3, 5])), "jump": int(random.choice([1, 1, 2, 5])),
                             "width": int(random.choice([8, 20, 31]))}
                    if model == "rbf" and random.random() < 0.3:
                        shape["gamma"] = 1.5
                    points = found(algorithm, model, signal, shape, end)
                    case = {"series": number, "model": model, "algorithm": algorithm, **shape, **end,
                            "change_points": points}
                    if model == "rbf" and points is not None:
                        case["tie"] = any(found(algorithm, model, signal, shape, end, rounded=True) != points
                                          for _ in range(4))
                    cases.append(case)
    clusters = []
    for points, number in ((60, 1), (80, 2), (150, 3), (200, 2)):
        centres = random.uniform(0, 3, (number, 2))
        cloud = numpy.round(centres[random.integers(0, number, points)] + 0.3 * random.standard_normal((points, 2)), 6)
        fit = KMeans(number, n_init=50, random_state=0, tol=0, max_iter=1000).fit(cloud)
        clusters.append({"points": cloud.tolist(), "clusters": number, "inertia": float(fit.inertia_),
                         "centres": sorted(fit.cluster_centers_.tolist())})
    versions = {m.__name__: m.__version__ for m in (numpy, scipy, sklearn)}
    versions["ruptures"] = "1.1.10"
    with open(sys.argv[1], "w") as out:
        json.dump({"versions": versions, "cases": cases, "costs": costs, "clusters": clusters,
                   "series": [{"features": s.shape[1], "values": s.ravel().tolist()} for s in series]}, out,
                  separators=(",", ":"))
        out.write("\n")
    print(f"{len(series)} series, {len(cases)} searches ({sum(c['change_points'] is None for c in cases)} refused, "
          f"{sum(c.get('tie', False) for c in cases)} ties), "
          f"{len(costs)} costs")


main()
