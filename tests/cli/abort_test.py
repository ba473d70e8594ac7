#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An exception on any one rank ends all of them, at once and with the right exit code. usage: abort_test.py PROGRAM [all]

Where a file is to be written there is a folder that holds something: whichever rank comes there fails alone."""
import pathlib
import shutil
import sys
import tempfile
import time
import unittest

from breakable import Jobs, digests, wait_for_end

PROGRAM, STEP = None, 2  # without `all`, every second place
ENDS_IN = 5  # seconds, from the words of the first rank to the end of the last
SIMULATE = ("simulate", "--fovs", 4, "--raw", "--set", "simulate.videos=true")
SHARDS = ("simulate", "--fovs", 4, "--format", "hdf5", "--set", "simulate.shard_fovs=2")
PLACES = [(SIMULATE, "public/track_2/exp_1/trajs_fov_2.csv"), (SIMULATE, "ref/track_2/exp_2/traj_labs_fov_0.txt"),
          (SIMULATE, "public/track_1/exp_1/videos_fov_3.tiff"), (SIMULATE, "raw/exp_2_fov_1.h5"),
          (SIMULATE, "ref/track_1/exp_2/ensemble_labels.txt"), (SIMULATE, "ledger/all.txt"), (SIMULATE, "simulation.json"),
          (SHARDS, "shards/shard_00003.h5"),
          (("track",), "exp_2/videos_fov_1/localisations.csv"), (("track",), "tracking.json"),
          (("predict",), "details/track_1/exp_1/tracks_fov_2.json"), (("predict",), "details/track_2/exp_2/model.json"),
          (("predict",), "details/track_2/exp_1/segments_fov_1.csv"), (("predict",), "track_1/exp_2/fov_0.txt"),
          (("predict",), "track_2/exp_1/ensemble_labels.txt"),
          (("run",), "results.h5"), (("run",), "summary.json"), (("run",), "report.html"),
          (("train",), "weights.h5"), (("train",), "learning_curve.csv"), (("train",), "training.json")]
READ_FIRST = ("simulation.json", "tracking.json", "ledger/all.txt")  # inputs, too


class Abort(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.jobs = Jobs(PROGRAM, cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def check(self, output, command, ranks, code, words):
        with self.jobs.start([*command, "--resume"], ranks) as process:
            lines, said = [], None
            for line in process.stderr:
                lines.append(line)
                if said is None and "anomalousnet: error: " in line:
                    said = time.time()
            process.wait(100)
        everything = "".join(lines)
        self.assertEqual(process.returncode, code, everything)
        self.assertIsNotNone(said, everything)
        self.assertLess(time.time() - said, ENDS_IN, everything)
        self.assertEqual(wait_for_end(output, 1), {}, "processes are left")
        self.assertIn(words, everything)

    def test_files_that_cannot_be_written(self):
        finished = {}
        for number, ((name, *more), place) in enumerate(PLACES[::STEP]):
            key = (name, *more)
            if key not in finished:
                finished[key] = self.folder / f"finished_{number}"
                self.assertEqual(self.jobs.run(self.jobs.command(name, finished[key], *more), 2).returncode, 0)
            output = self.folder / f"blocked_{number}"
            shutil.copytree(finished[key], output)
            path = output / place
            path.unlink()
            (path / "in the way").mkdir(parents=True)
            ranks = 2 + 2 * (number % 2) if name == "train" else 2 + number % 3
            with self.subTest(place=place, ranks=ranks):
                code = 3 if place in READ_FIRST else 1
                self.check(output, self.jobs.command(name, output, *more), ranks, code, str(path))
                (path / "in the way").rmdir()
                path.rmdir()
                done = self.jobs.run([*self.jobs.command(name, output, *more), "--resume"], 2 if name == "train" else None)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(digests(output), digests(finished[key]))

    def test_a_ledger_that_one_rank_alone_cannot_write(self):
        for ranks in (2, 3, 4):
            output = self.folder / f"rank_{ranks}"
            (output / "ledger" / f"rank_{ranks - 1}.txt" / "in the way").mkdir(parents=True)
            # Reading it fails on all ranks.
            self.check(output, self.jobs.command("simulate", output, "--fovs", 30), ranks, 3, "is a folder")

    def test_a_reference_that_cannot_be_scored(self):
        benchmark = self.folder / "bad_truth"
        shutil.copytree(self.jobs.data, benchmark)
        (benchmark / "ref/track_2/exp_1/traj_labs_fov_1.txt").write_text("0,1,one\n")
        for ranks in (2, 4):
            output = self.folder / f"unscored_{ranks}"
            command = ["run", "--benchmark", str(benchmark), "--output", str(output)]
            self.check(output, command, ranks, 3, "traj_labs_fov_1.txt")


if __name__ == "__main__":
    PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
    if sys.argv[1:] == ["all"]:
        STEP = 1
        sys.argv.pop(1)
    unittest.main()
