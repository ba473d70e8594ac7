#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mutated submissions scored by this program and by the official scorer: both must give the same scores, or both none.

usage: scorer_against_official.py PROGRAM REFERENCE SUBMISSION [--seconds 60] [--seed 1] [--keep FOLDER]
Runs in a Python that has andi-datasets 2.1.13 (with numpy 1.26.4). Small data make many cases, e.g. ref and good of
tests/fixtures/scoring/malformed. Ends with 1 where a case differs; --keep FOLDER keeps those cases. A case whose seed
is known can be made again: --seed SEED --seconds 0.
"""
import argparse
import collections
import contextlib
import io
import json
import math
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

from andi_datasets.utils_challenge import run_ensemble_task, run_single_task

SINGLE = ["rmse_cp", "jsc_cp", "mae_alpha", "msle_k", "f1_state"]
ENSEMBLE = ["w1_alpha", "w1_k"]
NUMBERS = ["0", "-1", "1", "2", "3", "4", "5", "0.5", "1.999", "2.0000001", "1e-12", "1e6", "1e7", "1e300", "-0.0", "nan", "inf", "-inf", "200", "199",
           "201", "1e2", "3.7", " 3", "0x10", "1_0", "abc", "", "+1", ".5", "1.", "١"]


def mutate_number(random_, lines):
    line = random_.randrange(len(lines))
    fields = lines[line].split(",")
    place = random_.randrange(len(fields))
    if random_.random() < 0.5:
        with contextlib.suppress(ValueError):
            fields[place] = repr(float(fields[place]) + random_.choice([-10, -1, -0.1, 0.1, 1, 10, 100]))
    else:
        fields[place] = random_.choice(NUMBERS)
    lines[line] = ",".join(fields)


def mutate_fields(random_, lines):
    line = random_.randrange(len(lines))
    fields = lines[line].split(",")
    place = random_.randrange(len(fields))
    kind = random_.randrange(4)
    if kind == 0:
        del fields[place]
    elif kind == 1:
        fields.insert(place, random_.choice(NUMBERS))
    elif kind == 2:
        fields = fields[: max(1, len(fields) - 4)]
    else:
        fields += fields[-4:]
    lines[line] = ",".join(fields)


def mutate_lines(random_, lines):
    line = random_.randrange(len(lines))
    kind = random_.randrange(5)
    if kind == 0:
        del lines[line]
    elif kind == 1:
        lines.insert(line, lines[random_.randrange(len(lines))])
    elif kind == 2:
        random_.shuffle(lines)
    elif kind == 3:
        lines.insert(line, "")
    else:
        del lines[line:]


def mutate_bytes(random_, text):
    if not text:
        return text
    at = random_.randrange(len(text))
    kind = random_.randrange(4)
    if kind == 0:
        return text[:at]
    if kind == 1:
        return text[:at] + random_.choice(",;\t\r \x0b\x00-.e9#\n") + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1 :]
    return text.replace("\n", "\r\n")


def mutate(random_, submission):
    """Changes one to three things; returns what it changed in words."""
    done = []
    for _ in range(random_.choice([1, 1, 2, 3])):
        files = sorted(path for path in submission.rglob("*.txt"))
        file = random_.choice(files)
        text = file.read_text()
        lines = text.splitlines()
        kind = random_.choice([mutate_number, mutate_number, mutate_fields, mutate_lines, mutate_bytes, None])
        done.append(f"{kind.__name__ if kind else 'no file'}: {file.relative_to(submission)}")
        if kind is None:
            file.unlink()
            if len(files) == 1:
                break
        elif kind is mutate_bytes:
            file.write_bytes(mutate_bytes(random_, text).encode())
        elif lines:
            kind(random_, lines)
            file.write_text("".join(line + "\n" for line in lines))
    return done


ENSEMBLES = {}  # known results: the official scorer takes seconds for one


def official_ensemble(experiments, track, submission, reference):
    files = sorted((submission / track).glob("*/ensemble_labels.txt"))
    key = tuple((path.parent.name, path.read_bytes()) for path in files)
    if key not in ENSEMBLES:
        ENSEMBLES[key] = list(run_ensemble_task(experiments, int(track[-1]), str(submission), str(reference))[0])
    return ENSEMBLES[key]


def official(submission, reference):
    """The averages of both tasks of every track, or the exception in words."""
    averages = {}
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            for track in sorted(path.name for path in reference.iterdir()):
                experiments = sorted(int(path.name.split("_")[1]) for path in (reference / track).iterdir())
                single = run_single_task(experiments, int(track[-1]), str(submission), str(reference))[0]
                averages[track[-1], "single"] = list(single)
                if not list((reference / track).glob("*/ensemble_labels.txt")):
                    continue
                averages[track[-1], "ensemble"] = official_ensemble(experiments, track, submission, reference)
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
    return averages, ""


def ours(program, submission, reference, output):
    run = subprocess.run([program, "score", "--reference", reference, "--submission", submission, "--output", output],
                         capture_output=True, text=True, timeout=60)
    if run.returncode not in (0, 3, 4):
        return None, f"exit code {run.returncode}: {run.stderr}"
    if run.returncode == 3:
        return None, run.stderr.strip()
    summary = json.loads((output / "summary.json").read_text())
    averages = {}
    for track, tasks in summary["tracks"].items():
        averages[track, "single"] = [tasks["single"]["global"][metric] for metric in SINGLE]
        averages[track, "ensemble"] = [tasks["ensemble"]["global"][metric] for metric in ENSEMBLE]
    return averages, run.stderr.strip()


def same(task, found, expected):
    """Change points, MAE and F1 to the last digit, MSLE to 1e-12, distances to 1e-9: as docs/testing.md has it."""
    for place, (f, e) in enumerate(zip(found, expected)):
        f, e = float(f), float(e)
        tolerance = 1e-9 * abs(e) + 1e-12 if task == "ensemble" else 1e-12 * abs(e) if SINGLE[place] == "msle_k" else 0
        if math.isnan(e) != math.isnan(f) or not (math.isnan(e) or f == e or abs(f - e) <= tolerance):
            return False
    return len(found) == len(expected)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("reference", type=pathlib.Path)
    parser.add_argument("submission", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    program, reference = options.program.resolve(), options.reference
    end = time.monotonic() + options.seconds
    counts = collections.Counter()
    seed = options.seed
    while counts["cases"] == 0 or time.monotonic() < end:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            submission = folder / "sub"
            shutil.copytree(options.submission, submission)
            changed = mutate(random.Random(seed), submission)
            expected, why = official(submission, reference)
            found, words = ours(program, submission, reference, folder / "out")
            counts["cases"] += 1
            if expected is None and found is None:
                name = why.split(":")[0]
                counts["neither scores" if name in words and not words.startswith("exit code") else "other exception"] += 1
                differs = "" if name in words else "another exception"
            elif expected is None or found is None:
                differs = "only this program scores" if expected is None else "only the official scorer scores"
            else:
                differs = "" if all(same(task[1], found[task], expected[task]) for task in expected) else "other scores"
                counts["both score"] += 1
            if differs:
                counts[differs] += 1
                print(f"seed {seed}: {differs}\n  {changed}\n  official: {why or expected}\n  ours: {found if found else ''} {words[:500]}", flush=True)
                if options.keep:
                    shutil.copytree(submission, options.keep / str(seed))
        seed += 1
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))
    differing = sum(counts[name] for name in ("another exception", "only this program scores", "only the official scorer scores", "other scores"))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
