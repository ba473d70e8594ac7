#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whole scoring runs against the official scorer's recorded results (andi_datasets 2.1.13).

usage: scorer_oracles_test.py PROGRAM FIXTURES
FIXTURES (or the folder named by AN_ORACLES) holds scoring/ with bench_*/, malformed/ and malformed_single/, each with expected.json. Change-point scores, MAE and F1 must be equal to
the last digit, MSLE to 1e-12 relative, ensemble distances to 1e-9 relative + 1e-12; where the official scorer raises, the exit code
is 3 and the message names its exception.
"""
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import h5py

PROGRAM, ORACLES = None, None
SINGLE = ["rmse_cp", "jsc_cp", "mae_alpha", "msle_k", "f1_state"]
ENSEMBLE = ["w1_alpha", "w1_k"]


def number(value):
    return float(value) if not isinstance(value, str) else float(value.lower())


def close(metric, found, expected):
    found, expected = number(found), number(expected)
    if math.isnan(expected):
        return math.isnan(found)
    if metric == "msle_k":
        return abs(found - expected) <= 1e-12 * abs(expected)
    if metric in ENSEMBLE:
        return abs(found - expected) <= 1e-9 * abs(expected) + 1e-12
    return found == expected


def score(reference, submission, output, *options):
    command = [PROGRAM, "score", "--reference", str(reference), "--submission", str(submission), "--output", str(output), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


class ScorerOracles(unittest.TestCase):
    def run_case(self, reference, submission):
        output = self.temporary_folder() / "out"
        run = score(reference, submission, output)
        summary = json.loads((output / "summary.json").read_text()) if (output / "summary.json").exists() else None
        text = (output / "scores.txt").read_text() if (output / "scores.txt").exists() else None
        self.output = output
        return run, summary, text

    def check_task(self, found, expected, metrics):
        """One task of a track: averages and the rows of experiments."""
        for metric, value in zip(metrics, expected["avg"]):
            self.assertTrue(close(metric, found["global"][metric], value), f"{metric}: {found['global'][metric]} != {value}")
        rows = expected["per_experiment"]["rows"]
        if rows and rows[0][0] is None:
            self.assertEqual(found["experiments"], [])
            return
        self.assertEqual(len(found["experiments"]), len(rows))
        for row, experiment in zip(rows, found["experiments"]):
            values = row[-len(metrics):]
            if metrics is SINGLE:
                self.assertEqual(experiment["experiment"], int(row[0]))
                self.assertEqual(experiment["trajectories"], int(row[1]))
            for metric, value in zip(metrics, values):
                self.assertTrue(close(metric, experiment[metric], value), f"{row[0]} {metric}: {experiment[metric]} != {value}")

    def check_scores_text(self, found, expected):
        """The same bytes, but for the last digits of the two kinds of number that may differ."""
        found_lines, expected_lines = found.splitlines(), expected.splitlines()
        self.assertEqual(len(found_lines), len(expected_lines))
        self.assertEqual(found.endswith("\n"), expected.endswith("\n"))
        for f, e in zip(found_lines, expected_lines):
            name, value = e.split(": ")
            self.assertEqual(f.split(": ")[0], name)
            metric = "w1_k" if ".ta2." in name else "msle_k" if name.endswith(".D") else "exact"
            self.assertTrue(f == e if metric == "exact" else close(metric, f.split(": ")[1], value), f"{f} != {e}")

    def test_benchmarks(self):
        for folder in sorted(ORACLES.glob("bench_*")):
            expected = json.loads((folder / "expected.json").read_text())
            for name, submission in expected["submissions"].items():
                with self.subTest(bench=folder.name, submission=name):
                    run, summary, text = self.run_case(folder / "ref", folder / f"sub_{name}")
                    self.assertEqual(run.returncode, 0, run.stderr)
                    for track, results in submission.items():
                        if not track.startswith("track_"):
                            continue
                        found = summary["tracks"][track[-1]]
                        self.check_task(found["single"], results["single"]["ok"], SINGLE)
                        self.check_task(found["ensemble"], results["ensemble"]["ok"], ENSEMBLE)
                    self.check_scores_text(text, submission["front_ends"]["codalab_scoring_local"]["scores_txt"])
                    if name != "bad":  # its running indices pair rows of different fields of view
                        self.check_fields_of_view(submission)

    def check_fields_of_view(self, submission):
        """The official function for one field of view, where the file's indices are those of the reference."""
        with h5py.File(self.output / "results.h5") as file:
            table = {name: column[:] for name, column in file["/fields_of_view"].items()}
        places = list(zip(table["track"], table["experiment"], table["fov"]))
        for track, results in submission.items():
            for fov in results.get("per_fov", []) if track.startswith("track_") else []:
                row = places.index((int(track[-1]), fov["exp"], fov["fov"]))
                self.assertEqual(table["trajectory_count"][row], fov["num_trajs"])
                for metric, value in zip(SINGLE, fov["scores"]["ok"]):
                    self.assertTrue(close(metric, table[metric][row], value), f"{fov} {metric}: {table[metric][row]}")

    def test_malformed(self):
        expected = json.loads((ORACLES / "malformed" / "expected.json").read_text())
        for name, case in expected.items():
            with self.subTest(case=name):
                folder = ORACLES / "malformed" / "cases" / name
                reference = folder / "ref" if (folder / "ref").is_dir() else ORACLES / "malformed" / "ref"
                if name == "ref_no_track":
                    reference = self.temporary_folder()
                submission = folder / "sub" if (folder / "sub").is_dir() else self.special_submission(name)
                run, summary, text = self.run_case(reference, submission)
                front_end = case["front_ends"]["codalab_scoring_local"]
                if name == "no_submission_folder":  # the official scorer goes on with nothing; a missing folder is a user's mistake
                    self.assertEqual(run.returncode, 3)
                    self.assertIn("no such folder", run.stderr)
                elif name == "T_1e15":  # the official scorer runs out of memory
                    self.assertEqual(run.returncode, 0, run.stderr)
                elif "exception" in front_end:
                    self.assertEqual(run.returncode, 3, run.stderr)
                    self.assertIn(front_end["exception"], run.stderr)
                    self.assertIsNone(text)
                else:
                    self.assertEqual(run.returncode, 4 if name == "no_track_folder" else 0, run.stderr)
                    self.check_scores_text(text, front_end["scores_txt"])
                    if name != "no_track_folder":
                        self.check_task(summary["tracks"]["2"]["single"], case["run_single_task"]["ok"], SINGLE)
                        self.check_task(summary["tracks"]["2"]["ensemble"], case["run_ensemble_task"]["ok"], ENSEMBLE)

    def temporary_folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    def special_submission(self, name):
        """Cases that are about folders, which the recorded data cannot hold."""
        path = self.temporary_folder() / "sub"
        self.assertIn(name, ("no_submission_folder", "no_track_folder", "empty_track_folder"))
        if name != "no_submission_folder":
            path.mkdir()
        if name == "empty_track_folder":
            (path / "track_2").mkdir()
        return path

    def reference_with_empty_experiment(self, reference, submission):
        """The recorded data cannot hold an empty folder: an experiment that is only submitted stands for one."""
        copy = self.temporary_folder() / "ref"
        shutil.copytree(reference, copy)
        for experiment in (submission / "track_2").iterdir():
            (copy / "track_2" / experiment.name).mkdir(exist_ok=True)
        return copy

    def test_malformed_single(self):
        expected = json.loads((ORACLES / "malformed_single" / "expected.json").read_text())
        for name, case in expected.items():
            with self.subTest(case=name):
                folder = ORACLES / "malformed_single" / name
                reference = folder / "ref"
                if name.endswith("experiment_without_labels"):
                    reference = self.reference_with_empty_experiment(reference, folder / "sub")
                run, summary, _ = self.run_case(reference, folder / "sub")
                single = case["run_single_task"]
                if "exception" in single:
                    self.assertEqual(run.returncode, 3, run.stderr)
                    self.assertIn(single["exception"], run.stderr)
                else:
                    self.assertEqual(run.returncode, 0, run.stderr)
                    self.check_task(summary["tracks"][str(case["track"])]["single"], single["ok"], SINGLE)


if __name__ == "__main__":
    PROGRAM, ORACLES = sys.argv[1], pathlib.Path(os.environ.get("AN_ORACLES") or sys.argv[2]) / "scoring"
    unittest.main(argv=sys.argv[:1], verbosity=1)
