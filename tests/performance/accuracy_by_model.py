#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether methods know more than the benchmark's nine settings: their scores by diffusion model, on random experiments
of the wide prior and on the nine simulated ones.
usage: accuracy_by_model.py PROGRAM FOLDER [FOVS] [SEED]; the tables go to standard output, data and runs to FOLDER"""
import collections
import json
import pathlib
import subprocess
import sys

METHODS = ["likelihood", "hybrid", "unet"]
METRICS = ["rmse_cp", "jsc_cp", "mae_alpha", "msle_k", "f1_state"]
CONFIGURATIONS = pathlib.Path(__file__).resolve().parents[2] / "configs"
WIDE = range(237, 20000, 396)  # fifty experiments, all over the list
SETS = {
    "wide prior": ["--config", CONFIGURATIONS / "wide_training.toml", "--experiments", ",".join(map(str, WIDE))],
    "nine experiments": ["--config", CONFIGURATIONS / "andi2_benchmark.toml", "--set", "simulate.videos=false"],
}


def run(*arguments):
    subprocess.run([str(argument) for argument in arguments], check=True, capture_output=True)


def model_of(data, experiment):
    labels = data / "ref" / "track_2" / f"exp_{experiment}" / "ensemble_labels.txt"
    return labels.read_text().split(";")[0].removeprefix("model: ")


def scores_by_model(data, output):
    """Of each model the scores of its experiments."""
    found = collections.defaultdict(list)
    for scores in json.loads((output / "summary.json").read_text())["tracks"]["2"]["single"]["experiments"]:
        found[model_of(data, scores["experiment"])].append([scores[metric] for metric in METRICS])
    return found


def main(program, folder, fovs="6", seed="90034"):
    folder = pathlib.Path(folder)
    for name, settings in SETS.items():
        data = folder / name.replace(" ", "_")
        if not data.exists():
            run(program, "simulate", *settings, "--set", "simulate.format=text", "--seed", seed, "--fovs", fovs, "--output", data, "--progress", "off")
        print(f"Track 2, {name}, {fovs} fields of view each, seed {seed}; plain means over experiments\n")
        print(f"{'model':16}{'experiments':>12}  {'method':12}" + "".join(f"{m:>11}" for m in METRICS))
        of_method = {}
        for method in METHODS:
            output = folder / f"{data.name}_{method}"
            run(program, "run", "--benchmark", data, "--output", output, "--method", method, "--resume", "--progress", "off")
            of_method[method] = scores_by_model(data, output)
        for model in [*sorted(of_method[METHODS[0]]), "all"]:
            for method in METHODS:
                scores = of_method[method]
                rows = sum(scores.values(), []) if model == "all" else scores[model]
                means = [sum(column) / len(rows) for column in zip(*rows)]
                print(f"{model:16}{len(rows):12}  {method:12}" + "".join(f"{mean:11.3f}" for mean in means))
        print(flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
