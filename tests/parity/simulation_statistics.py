#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares simulated experiments with statistics recorded from andi-datasets 2.1.13.

usage: simulation_statistics.py PROGRAM STATS.json… [--experiments N] [--seed N] [-- options of simulate]

Runs `PROGRAM simulate --raw --params` with the parameters of each file and as many experiments as it has, computes the
same scalars and prints those that differ by more than 4.5 standard errors (each by sections of the experiments). Exit
code 1 if there are any. A quantile that lies in a gap of its distribution (the median of K in two states that are
equally frequent) jumps from one side to the other by chance: a quantile passes as well if as many of our values lie
below the recorded one as should, within 4.5 standard errors. The scalars: `raw.*` of whole boxes without noise or smoothing of labels, `fov.*` of what the
field of view shows, with noise and smoothed labels.
"""
import argparse
import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

SECTIONS = 24
LIMIT = 4.5
QUANTILES = (5, 25, 50, 75, 95)


class Scalars(dict):
    """Scalars by name; of quantiles also the values they are of."""

    def __init__(self, *given):
        super().__init__(*given)
        self.values_of = {}

    def __ior__(self, other):
        self.update(other)
        self.values_of |= getattr(other, "values_of", {})
        return self


def distribution(name, values):
    values = np.asarray(values, float)
    scalars = Scalars()
    if not values.size:
        return scalars
    scalars |= {f"{name}_mean": values.mean(), f"{name}_std": values.std()}
    for q, value in zip(QUANTILES, np.percentile(values, QUANTILES)):
        scalars[f"{name}_q{q:02d}"] = value
        scalars.values_of[f"{name}_q{q:02d}"] = values
    return scalars


def box_scalars(boxes):
    """boxes: (positions T x N x 2, labels T x N x 4) of each experiment."""
    scalars = Scalars()
    paths = [positions for positions, _ in boxes]
    steps = [np.diff(path, axis=0) for path in paths]
    for lag in (1, 2, 5, 10, 20, 50):
        scalars[f"raw.ta_msd_lag{lag}"] = np.mean([((p[lag:] - p[:-lag]) ** 2).sum(2).mean() for p in paths])
        scalars[f"raw.ea_msd_from_t0_lag{lag}"] = np.mean([((p[lag] - p[0]) ** 2).sum(1).mean() for p in paths])
    for lag in (0, 1, 2, 5, 10, 20):
        scalars[f"raw.vacf_k{lag}"] = np.mean([(s[lag:] * s[: len(s) - lag]).mean() for s in steps])
        if lag:
            scalars[f"raw.vacf_ratio_k{lag}"] = scalars[f"raw.vacf_k{lag}"] / scalars["raw.vacf_k0"]
    labels = np.concatenate([l for _, l in boxes], axis=1)
    alpha, k, state, number = (labels[..., i] for i in range(4))
    frames = len(alpha)
    for name, values in (("alpha_frames", alpha), ("K_frames", k), ("alpha_frame0", alpha[0]), ("K_frame0", k[0])):
        scalars |= distribution(f"raw.{name}", values)
    for s in range(4):
        scalars[f"raw.occ_label{s}"] = (state == s).mean()
    numbers = np.unique(number).astype(int)
    for s in numbers:
        there = number == s
        scalars[f"raw.occ_state{s}"] = there.mean()
        for t in (0, 1, 20, 50, 100, 199):
            if t < frames:
                scalars[f"raw.occ_state{s}_t{t}"] = there[t].mean()
        for name, values in (("alpha", alpha), ("K", k)):
            scalars[f"raw.{name}_in_state{s}_mean"] = values[there].mean()
            scalars[f"raw.{name}_in_state{s}_std"] = values[there].std()
    squared = np.concatenate([(s**2).sum(2) for s in steps], axis=1)
    for a in numbers:  # which label rules which step
        for b in numbers:
            between = (number[:-1] == a) & (number[1:] == b)
            if between.sum() >= 10:
                scalars[f"raw.step2_{a}to{b}"] = squared[between].mean()
            scalars[f"raw.transfrac_{a}to{b}"] = between.mean()
    changes = (labels[1:, :, :3] != labels[:-1, :, :3]).any(2)
    count = changes.sum(0)
    scalars |= distribution("raw.ncp", count)
    for j in range(6):
        scalars[f"raw.ncp_p{j}"] = (count == j).mean()
    starts = np.ones((labels.shape[1], frames), bool)
    starts[:, 1:] = changes.T
    begin = np.flatnonzero(starts)
    lengths = np.diff(np.append(begin, starts.size))
    scalars |= distribution("raw.seglen", lengths)
    scalars["raw.seglen_lt3_frac"] = (lengths < 3).mean()
    scalars["raw.pos_var"] = np.mean([p.var(axis=(0, 1)).mean() for p in paths])
    return scalars


def fov_scalars(fovs, frames):
    """fovs: (rows of the CSV, lines of labels, weights of the ensemble) of each experiment, or None where it is empty."""
    seen = [fov for fov in fovs if fov is not None]
    scalars = Scalars({"fov.frac_empty": 1 - len(seen) / len(fovs)})
    scalars |= distribution("fov.ntraj", [0 if fov is None else len(fov[1]) for fov in fovs])
    scalars["fov.nrows_mean"] = np.mean([0 if fov is None else len(fov[0]) for fov in fovs])
    lines = [line for fov in seen for line in fov[1]]
    length = np.array([line[-1] for line in lines])
    scalars |= distribution("fov.len", length)
    scalars["fov.len_eqT_frac"] = (length == frames).mean()
    scalars["fov.len_min"] = length.min()
    points = [line[4:-1:4] for line in lines]
    count = np.array([len(p) for p in points])
    scalars |= distribution("fov.ncp", count)
    for j in range(6):
        scalars[f"fov.ncp_p{j}"] = (count == j).mean()
    segments = np.concatenate([np.diff(np.concatenate([[0], p, [n]])) for p, n in zip(points, length)])
    scalars |= distribution("fov.seglen", segments)
    scalars["fov.seglen_min"] = segments.min()
    values = {name: np.array([v for line in lines for v in line[first:-1:4]]) for name, first in (("K", 1), ("alpha", 2), ("state", 3))}
    scalars |= distribution("fov.segK", values["K"])
    scalars |= distribution("fov.segalpha", values["alpha"])
    for s in range(4):
        scalars[f"fov.segstate{s}_frac"] = (values["state"] == s).mean()
    from_start, msd = 0, {lag: [0.0, 0] for lag in (1, 2, 5, 10)}
    states = np.zeros(4)
    for rows, _, _ in seen:
        index = rows[:, 0]
        first = np.concatenate([[True], index[1:] != index[:-1]])
        from_start += (rows[first, 1] == 0).sum()
        for lag, total in msd.items():
            same = index[lag:] == index[:-lag]
            total[0] += ((rows[lag:, 2:4] - rows[:-lag, 2:4]) ** 2).sum(1)[same].sum()
            total[1] += same.sum()
        states += [(rows[:, -1] == s).sum() for s in range(4)]
    scalars["fov.start0_frac"] = from_start / len(lines)
    for lag, (total, pairs) in msd.items():
        scalars[f"fov.noisy_ta_msd_lag{lag}"] = total / pairs
    for s in range(4):
        scalars[f"fov.occ_label{s}"] = states[s] / states.sum()
    weights = np.sum([ensemble for _, _, ensemble in seen], axis=0)
    for j, share in enumerate(np.atleast_1d(weights / weights.sum())):
        scalars[f"fov.ensemble_frac_col{j}"] = share
    return scalars


def scalars_of(experiments):
    boxes = [(positions, labels) for positions, labels, _ in experiments]
    scalars = box_scalars(boxes)
    scalars |= fov_scalars([fov for _, _, fov in experiments], len(boxes[0][0]))
    return scalars


def with_errors(experiments):
    pooled = scalars_of(experiments)
    sections = [scalars_of(experiments[i::SECTIONS]) for i in range(SECTIONS)]
    result = {}
    for name, value in pooled.items():
        values = [section[name] for section in sections if name in section]
        error = np.std(values, ddof=1) / math.sqrt(len(values)) if len(values) > 1 else None
        samples = [section.values_of[name] for section in sections if name in section.values_of]
        result[name] = (float(value), error, samples)
    return result


def read_fov(folder, fov):
    if not (folder / f"traj_labs_fov_{fov}.txt").exists():
        return None
    rows = np.loadtxt(folder / f"trajs_fov_{fov}.csv", delimiter=",", skiprows=1, ndmin=2)
    with open(folder / f"traj_labs_fov_{fov}.txt") as file:
        lines = [[float(value) for value in line] for line in csv.reader(file)]
    ensemble = np.loadtxt(folder / f"ens_labs_fov_{fov}.txt", delimiter=";", skiprows=1, ndmin=2)[-1]
    return rows, lines, ensemble


def simulate(program, parameters, experiments, seed, options, folder):
    (folder / "params.json").write_text(json.dumps(parameters))
    subprocess.run([program, "simulate", "--params", folder / "params.json", "--output", folder / "out", "--raw", "--quiet",
                    "--fovs", str(experiments), "--seed", str(seed), "--format", "text", *options], check=True)
    made = []
    for fov in range(experiments):
        with h5py.File(folder / f"out/raw/exp_1_fov_{fov}.h5") as file:
            made.append((file["positions"][..., :2], file["labels"][...], read_fov(folder / "out/ref/track_2/exp_1", fov)))
    return made


def rank_z(samples, value, share):
    """How far the share of values below `value` is from `share`, in standard errors of two such samples."""
    below = np.array([(sample < value).mean() for sample in samples])
    error = math.sqrt(2) * below.std(ddof=1) / math.sqrt(len(below))
    return abs(below.mean() - share) / max(error, 1e-9)


def differences(recorded, found):
    """Scalars that differ, and the root mean square of all z."""
    wrong, zs = [], []
    for name, known in recorded.items():
        if name not in found:
            wrong.append((name, known["v"], "missing", None))
            continue
        value, error, samples = found[name]
        if known["se"] is None or error is None or name.endswith("_min"):
            continue
        error = math.hypot(known["se"], error)
        difference = abs(value - known["v"])
        lattice = any(part in name for part in ("ncp_q", "len_q", "seglen_q", "ntraj_q"))
        if error == 0 or lattice:  # quantiles of whole numbers may jump by one
            if difference > (max(1, LIMIT * error) if lattice else 1e-9 + 1e-6 * abs(known["v"])):
                wrong.append((name, known["v"], value, None))
            continue
        z = difference / error
        if z > LIMIT and samples:
            z = min(z, rank_z(samples, known["v"], float(name[-2:]) / 100))
        zs.append(z)
        if z > LIMIT:
            wrong.append((name, known["v"], value, zs[-1]))
    return wrong, math.sqrt(np.mean(np.square(zs))), max(zs), len(zs)


def compare(program, path, experiments=None, seed=1, options=()):
    recorded = json.loads(pathlib.Path(path).read_text())
    with tempfile.TemporaryDirectory() as folder:
        made = simulate(program, recorded["params"], experiments or recorded["n_experiments"], seed, options, pathlib.Path(folder))
        return differences(recorded["stats"], with_errors(made))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("stats", nargs="+")
    parser.add_argument("--experiments", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = sys.argv[1:]
    options = arguments[arguments.index("--") + 1:] if "--" in arguments else []
    known = parser.parse_args(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    failed = False
    for path in known.stats:
        wrong, rms, largest, count = compare(known.program, path, known.experiments, known.seed, options)
        print(f"{pathlib.Path(path).stem}: {count} z-scores, rms {rms:.2f}, largest {largest:.2f}; beyond {LIMIT}: {len(wrong)}", flush=True)
        for difference in wrong:
            print("  ", *difference)
        failed |= bool(wrong)
    sys.exit(failed)


if __name__ == "__main__":
    main()
