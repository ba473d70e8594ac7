#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a reference and a submission of any size in the challenge's layout, without simulating motion. Needs numpy only.

usage: make_benchmark.py OUT [--trajectories 25063] [--fovs 30] [--experiments 9] [--seed 1]
Segments last 50 frames on average; the submission has most change points, moved by a few frames, noisy alpha and K, some wrong
states, and lacks one trajectory in 200.
"""
import argparse
import pathlib

import numpy as np



def trajectory(rng, states):
    length = int(rng.integers(20, 201))
    cps = np.sort(rng.choice(np.arange(3, length - 2), size=min(rng.poisson(length / 50), (length - 6) // 3), replace=False)) if length > 9 else []
    segments = len(cps) + 1
    state = rng.integers(0, len(states), segments)
    alpha, k = states[state, 0], states[state, 1]
    return length, np.asarray(cps), alpha, k, states[state, 2]


def line(index, length, cps, alpha, k, state, digits):
    ends = [*cps, length]
    return f"{index}," + ",".join(f"{x:.{digits}g},{a:.{digits}g},{int(s)},{int(e)}" for a, x, s, e in zip(alpha, k, state, ends))


def predicted(rng, length, cps, alpha, k, state):
    kept = np.clip(np.round(cps[rng.random(len(cps)) > 0.3] + rng.normal(0, 4)), 1, length - 1) if len(cps) else cps
    kept = np.unique(kept).astype(int)
    take = np.minimum(np.arange(len(kept) + 1), len(alpha) - 1)
    noise = rng.normal(size=(2, len(take)))
    wrong = rng.random(len(take)) < 0.1
    return (length, kept, np.clip(alpha[take] + 0.2 * noise[0], 0, 1.99), k[take] * np.exp(0.5 * noise[1]),
            np.where(wrong, rng.integers(0, 4, len(take)), state[take]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--trajectories", type=int, default=25063)
    parser.add_argument("--fovs", type=int, default=30)
    parser.add_argument("--experiments", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for e in range(options.experiments):
        states = np.array([[0.9, 1.0, 2], [0.4, 0.1, 2], [1.95, 0.3, 3]])[: 1 + e % 3]
        folders = [options.out / side / "track_2" / f"exp_{e}" for side in ("ref", "res")]
        for folder, shift in zip(folders, (0, 0.05)):
            folder.mkdir(parents=True, exist_ok=True)
            rows = np.stack([states[:, 0] - shift, np.full(len(states), 0.01), states[:, 1] + shift, 0.01 * states[:, 1], np.full(len(states), 1 / len(states))])
            (folder / "ensemble_labels.txt").write_text(
                f"model: multi_state; num_state: {len(states)} \n" + "".join(";".join(f"{v:.18e}" for v in row) + "\n" for row in rows))
        for f in range(options.fovs):
            rng = np.random.default_rng([options.seed, e, f])
            count = options.trajectories // (options.experiments * options.fovs) + (f < options.trajectories // options.experiments % options.fovs)
            with open(folders[0] / f"traj_labs_fov_{f}.txt", "w") as truth, open(folders[1] / f"fov_{f}.txt", "w") as submission:
                for i in range(count):
                    t = trajectory(rng, states)
                    truth.write(line(i, *t, 17) + "\n")
                    if i == count - 1 or rng.random() > 0.005:
                        submission.write(line(i, *predicted(rng, *t), 6) + "\n")


if __name__ == "__main__":
    main()
