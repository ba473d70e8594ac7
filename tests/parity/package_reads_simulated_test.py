#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Simulated data sets are read and scored by the challenge's own package.

usage: package_reads_simulated_test.py PROGRAM CONFIGS
A virtual environment with andi-datasets 2.1.13 is made for it; AN_PACKAGE_PYTHON=PYTHON names one that has it already.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, CONFIGS = None, None
PACKAGES = ["andi-datasets==2.1.13", "numpy==1.26.4"]
SCORE = """
import sys, types, warnings
warnings.simplefilter("ignore")
sys.modules["andi_datasets.utils_videos"] = types.ModuleType("andi_datasets.utils_videos")
from andi_datasets.utils_challenge import codalab_scoring_local, load_file_to_df
import numpy, pandas
codalab_scoring_local(sys.argv[1], sys.argv[2], sys.argv[3])
lines = load_file_to_df(sys.argv[2] + "/track_2/exp_1/traj_labs_fov_0.txt")
rows = pandas.read_csv(sys.argv[2] + "/track_2/exp_1/trajs_fov_0.csv")
assert lines["traj_idx"].nunique() == rows["traj_idx"].nunique() == rows["traj_idx"].max() + 1
assert list(rows.columns) == ["traj_idx", "frame", "x", "y", "alpha", "D", "state"]
ensemble = numpy.loadtxt(sys.argv[2] + "/track_2/exp_1/ensemble_labels.txt", skiprows=1, delimiter=";")
assert ensemble.shape == (5, 3) and abs(ensemble[-1].sum() - 1) < 1e-12
"""


def package_python(folder):
    if os.environ.get("AN_PACKAGE_PYTHON"):
        return os.environ["AN_PACKAGE_PYTHON"]
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    subprocess.run([folder / "venv/bin/pip", "install", "--quiet", *PACKAGES], check=True)
    return folder / "venv/bin/python"


class PackageTest(unittest.TestCase):
    def test_the_truth_scores_perfectly_by_the_packages_own_scorer(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            python = package_python(folder)
            subprocess.run([PROGRAM, "simulate", "--config", CONFIGS / "andi2_benchmark.toml", "--fovs", "2", "--set", "simulate.videos=false",
                            "--output", folder / "data", "-q"], check=True)
            reference, submission = folder / "data/ref", folder / "submission"
            for labels in reference.rglob("traj_labs_fov_*.txt"):
                target = submission / labels.parent.relative_to(reference)
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(labels, target / labels.name.replace("traj_labs_", ""))
                shutil.copy(labels.parent / "ensemble_labels.txt", target)
            (folder / "scores").mkdir()
            done = subprocess.run([python, "-c", SCORE, submission, reference, folder / "scores"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])
            official = dict(line.split(": ") for line in (folder / "scores/scores.txt").read_text().splitlines())
            self.assertTrue(official)
            for name, value in official.items():
                perfect = 1 if name.endswith((".JI", ".state")) else 0
                self.assertAlmostEqual(float(value), perfect, places=9, msg=name)


if __name__ == "__main__":
    PROGRAM, CONFIGS = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
