#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every command once under valgrind's memcheck, on one rank and little data: no byte is used before it is written or after it is freed,
and none is lost. usage: memory_test.py PROGRAM SOURCE"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = None, None
EXIT_OF_FAULTS = 99
EXPERIMENTS = """
[[experiment]]
model = "multi_state"
particles = 12
alpha = [0.6, 1.4]
k = [0.3, 1.5]
dwell = [20, 20]

[[experiment]]
model = "dimerization"
particles = 40
alpha = [1.2, 0.5]
k = [1.0, 0.3]
radius = 1.0
binding = 1
unbinding = 0.02
"""


class MemoryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(folder := tempfile.TemporaryDirectory())
        cls.folder = pathlib.Path(folder.name)
        (cls.folder / "experiments.toml").write_text(EXPERIMENTS)

    def faultless(self, *arguments, expected=0):
        valgrind = ["valgrind", "--quiet", f"--error-exitcode={EXIT_OF_FAULTS}", "--leak-check=full", "--errors-for-leak-kinds=definite",
                    "--num-callers=30"]
        done = subprocess.run([*valgrind, PROGRAM, *map(str, arguments), "--progress", "off"], capture_output=True, text=True)
        self.assertEqual(done.returncode, expected, done.stderr[-4000:])

    def test_a_benchmark_from_simulation_to_report(self):
        data, out = self.folder / "data", self.folder / "out"
        self.faultless("simulate", "--config", self.folder / "experiments.toml", "--output", data, "--set", "simulate.fovs=1", "--set",
                       "simulate.frames=40", "--set", "simulate.videos=true", "--set", "simulate.vips=2", "--set",
                       "simulate.shortest_trajectory=20")
        self.faultless("track", "--input", data / "public" / "track_1" / "exp_1", "--output", self.folder / "tracks")
        self.faultless("run", "--benchmark", data, "--output", out, "--method", "likelihood", "--set", "segmentation.fitted_trajectories=6")
        self.faultless("verify", out / "submission", "--public", data / "public")
        self.faultless("report", out, "--output", self.folder / "page")

    def test_networks(self):
        self.faultless("train", "--config", SOURCE / "configs" / "train_default.toml", "--output", self.folder / "net", "--set",
                       "train.network=small-state", "--set", "train.tiles=1", "--set", "train.validation_tiles=1", "--set",
                       "train.steps=1")
        self.faultless("network", "info", "--weights", self.folder / "net" / "weights.h5")

    def test_wrong_usage(self):
        self.faultless("score", "--no-such-option", expected=2)


if __name__ == "__main__":
    if shutil.which("valgrind") is None:
        print("skipped: there is no valgrind here")
        sys.exit(77)
    PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
