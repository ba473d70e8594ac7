#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""jobs/scaling_study.sh, at its smallest. usage: scaling_study_test.py PROGRAM SOURCE"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = None, None


class ScalingStudy(unittest.TestCase):
    def study(self, output, **more):
        environment = {**os.environ, "AN_PROGRAM": str(PROGRAM), "AN_FOVS": "1", "AN_REPEATS": "1", **more}
        return subprocess.run([SOURCE / "jobs/scaling_study.sh", output], env=environment, capture_output=True, text=True, timeout=900)

    def test_it_leaves_what_was_measured_and_the_plan(self):
        with tempfile.TemporaryDirectory() as name:
            work, output = pathlib.Path(name) / "work", pathlib.Path(name) / "output"
            for again in (False, True):  # the runs are there the second time
                done = self.study(output, AN_WORK=str(work))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual("repeat 1: done" in done.stderr, not again)
                self.assertEqual({path.name for path in output.iterdir()}, {"README.md", "strong.svg", "weak.svg", *(
                    f"{kind}.{ending}" for kind in ("scaling", "schedule") for ending in ("txt", "md", "csv")), "schedule.svg"})
                readme = (output / "README.md").read_text()
                self.assertIn(f"program of the runs: {(output / 'scaling.txt').read_text().splitlines()[0]}.", readme)
                self.assertIn("anomalousnet", readme.splitlines()[2])
                compared = [line for line in readme.splitlines() if line.startswith("| predict: solve | 2 | ")]
                self.assertEqual(len(compared), 1, readme)
                ranks, apart, against = map(float, compared[0].strip("| ").split(" | ")[2:])
                self.assertAlmostEqual(ranks / apart, against, delta=0.01)
            done = self.study(output, AN_WORK=str(work), AN_FOVS="2")
            self.assertEqual(done.returncode, 2)
            self.assertIn("holds runs with 1 fields of view", done.stderr)

    def test_without_one_rank_there_is_nothing_to_compare_with(self):
        done = self.study("nowhere", AN_RANKS="2 4")
        self.assertEqual(done.returncode, 2)
        self.assertIn("AN_RANKS lacks 1", done.stderr)


if __name__ == "__main__":
    PROGRAM, SOURCE = pathlib.Path(sys.argv.pop(1)).resolve(), pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
