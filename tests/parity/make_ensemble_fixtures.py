#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/fixtures/scoring/wide_ensembles.json: ensembles with wide modes of K, and the official distances of them.

    python3 -m pip install andi_datasets==2.1.13 numpy==1.26.4
    python3 tests/parity/make_ensemble_fixtures.py tests/fixtures/scoring/wide_ensembles.json

An immobile state holds nearly all the mass of K on the official grid, so that the distribution function is flat up to
10⁶, where points lie 40 apart: the distance is then small and made of the last digits of the sums.
"""
import json
import sys

import numpy
import scipy
from andi_datasets.utils_challenge import error_Ensemble_dataset


def ensemble(k_means, k_variances, weights):
    """Five rows: mean and variance of alpha, mean and variance of K, weight; a column a state."""
    return [[1.0] * len(weights), [0.01] * len(weights), k_means, k_variances, weights]


PAIRS = [
    (ensemble([0.0, 9000.0], [0.0, 8.1e5], [0.3, 0.7]), ensemble([0.0, 3.22e5], [0.0, 1e10], [0.3, 0.7])),
    (ensemble([0.0, 1.0], [0.0, 0.01], [0.3, 0.7]), ensemble([0.0, 1e6], [0.0, 1e10], [0.3, 0.7])),
    (ensemble([0.0, 1.0], [0.0, 0.01], [0.3, 0.7]), ensemble([0.0, 1e5], [0.0, 1e8], [0.4, 0.6])),
    (ensemble([0.0, 50.0], [0.0, 25.0], [0.5, 0.5]), ensemble([0.0, 2e5], [0.0, 4e9], [0.45, 0.55])),
    (ensemble([0.0, 4e5], [0.0, 1.6e10], [0.8, 0.2]), ensemble([0.0, 3e4], [0.0, 9e6], [0.2, 0.8])),
    (ensemble([0.0, 10.0, 7e4], [0.0, 9.0, 4.9e8], [0.2, 0.3, 0.5]), ensemble([0.0, 3e5], [0.0, 8.1e9], [0.6, 0.4])),
]


def main():
    cases = []
    for true, predicted in PAIRS:
        distances = error_Ensemble_dataset(numpy.array(true), numpy.array(predicted))
        cases.append({"true": true, "predicted": predicted, "distances": [float(d) for d in distances]})
    source = f"andi_datasets 2.1.13, numpy {numpy.__version__}, scipy {scipy.__version__}"
    with open(sys.argv[1], "w") as file:
        lines = ",\n".join(json.dumps(case) for case in cases)
        file.write(f'{{"source": {json.dumps(source)}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
