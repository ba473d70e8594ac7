#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every recorded set of statistics passes. usage: simulation_statistics_test.py PROGRAM FIXTURES"""
import os
import pathlib
import sys
import unittest

import simulation_statistics as statistics

PROGRAM, FIXTURES, STATS = None, None, None


class RecordedStatistics(unittest.TestCase):
    def test_every_set_passes(self):
        paths = sorted({path.name: path for folder in (FIXTURES, STATS) for path in folder.glob("stats_*.json")}.values())
        self.assertTrue(paths)
        for path in paths:
            wrong, rms, largest, count = statistics.compare(PROGRAM, path)
            print(f"{path.stem}: {count} z-scores, rms {rms:.2f}, largest {largest:.2f}", flush=True)
            self.assertEqual(wrong, [], path.stem)
            self.assertLess(rms, 1.8, path.stem)


if __name__ == "__main__":
    PROGRAM, FIXTURES = sys.argv[1], pathlib.Path(sys.argv[2]) / "simulation"
    STATS = pathlib.Path(os.environ.get("AN_ORACLES", sys.argv[2])) / "simulation"
    unittest.main(argv=sys.argv[:1])
