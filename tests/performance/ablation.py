#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What each part of the likelihood method is worth: nine simulated experiments solved without it.
usage: ablation.py PROGRAM FOLDER [FOVS] [SEED]; the table goes to standard output, data and runs to FOLDER"""
import json
import pathlib
import subprocess
import sys

PARTS = {
    1: ["none", "sharing", "partners", "first_frame", "tracking_errors"],
    2: ["none", "sharing", "partners", "first_frame", "label_filter", "expected_score"],
}
SINGLE = ["rmse_cp", "jsc_cp", "mae_alpha", "msle_k", "f1_state"]
ENSEMBLE = ["w1_alpha", "w1_k"]
CONFIGURATION = pathlib.Path(__file__).resolve().parents[2] / "configs" / "andi2_benchmark.toml"


def run(*arguments):
    subprocess.run([str(argument) for argument in arguments], check=True, capture_output=True)


def one_track(data, folder, track):
    """The data of one track alone."""
    for part in ("public", "ref"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        link = folder / part / f"track_{track}"
        if not link.exists():
            link.symlink_to((data / part / f"track_{track}").resolve())
    return folder


def plain_means(summary, track):
    tasks = summary["tracks"][str(track)]
    experiments = tasks["single"]["experiments"]
    means = [sum(e[metric] for e in experiments) / len(experiments) for metric in SINGLE]
    return means + [sum(e[metric] for e in tasks["ensemble"]["experiments"]) / len(experiments) for metric in ENSEMBLE]


def main(program, folder, fovs="6", seed="90010"):
    folder = pathlib.Path(folder)
    data = folder / "data"
    if not data.exists():
        run(program, "simulate", "--config", CONFIGURATION, "--seed", seed, "--fovs", fovs, "--output", data, "--progress", "off")
    print(f"Plain means over the nine experiments, {fovs} fields of view each, seed {seed}")
    for track in (2, 1):
        benchmark = one_track(data, folder / f"track_{track}", track)
        print(f"\n{'Track ' + str(track) + ' without':20}" + "".join(f"{m:>11}" for m in SINGLE + ENSEMBLE))
        for part in PARTS[track]:
            output = folder / f"without_{part}_{track}"
            run(program, "run", "--benchmark", benchmark, "--output", output, "--method", "likelihood", "--set", f"segmentation.leave_out={part}", "--resume", "--progress", "off")
            means = plain_means(json.loads((output / "summary.json").read_text()), track)
            print(f"{part.replace('none', 'nothing').replace('_', ' '):20}" + "".join(f"{mean:11.3f}" for mean in means), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
