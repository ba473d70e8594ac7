#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs that are killed or stopped, and taken up again at other numbers of ranks. usage: survival_test.py PROGRAM [KILLS SEED]

With KILLS, as many at random moments; the seed is printed when one fails."""
import pathlib
import random
import signal
import sys
import tempfile
import time
import unittest

import h5py
import numpy

from breakable import Jobs, digests, finished, kill, kill_everything, processes, wait_for_end

PROGRAM, KILLS, SEED = None, 0, 0
WAYS = ("all", "one", "term", "usr1", "time")
# Enough work that a job lasts another second from the moment it is to be broken off.
MORE = {"simulate": ("--fovs", 300), "track": (), "predict": (), "run": (), "train": ("--set", "train.steps=20")}
VIDEOS = 50  # of each experiment, to track


def arrays(path):
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def curve(folder):
    """All columns but the seconds."""
    rows = [line.split(",") for line in (folder / "learning_curve.csv").read_text().splitlines()]
    return [row[:2] + row[3:] for row in rows]


class Survival(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.jobs = Jobs(PROGRAM, cls.folder)
        cls.jobs.videos = cls.folder / "videos"
        for video in (cls.jobs.data / "public/track_1").glob("exp_*/videos_fov_0.tiff"):
            (cls.jobs.videos / video.parent.name).mkdir(parents=True)
            for number in range(VIDEOS):
                (cls.jobs.videos / video.parent.name / f"videos_fov_{number}.tiff").hardlink_to(video)
        cls.whole, cls.seconds = {}, {}
        cls.broken = 0

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def unbroken(self, name, ranks):
        """The folder of a run that nothing happened to; training depends on the number of ranks."""
        key = (name, ranks if name == "train" else 0)
        if key not in self.whole:
            output = self.folder / f"whole_{name}_{key[1]}" / "results"
            begin = time.time()
            done = self.jobs.run(self.jobs.command(name, output, *MORE[name]), ranks)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.whole[key], self.seconds[key] = output, time.time() - begin
        return self.whole[key], self.seconds[key]

    def assert_same(self, name, output, whole):
        self.assertEqual(digests(output), digests(whole))
        self.assertEqual([str(path) for path in output.rglob("*.part")], [])
        files = {"train": ["weights.h5"], "run": ["results.h5"]}.get(name, [])
        for file in files:
            found, expected = arrays(output / file), arrays(whole / file)
            self.assertEqual(found.keys(), expected.keys())
            for key, values in expected.items():
                numpy.testing.assert_array_equal(found[key], values, key)
        if name == "train":
            self.assertEqual(curve(output), curve(whole))

    def strike(self, way, process, output, choice):
        """Ends the run in one of the ways. Returns its exit code and its words."""
        running = processes(output)
        ranks = sorted(pid for pid, program in running.items() if program != "mpirun")
        if way == "all":
            kill_everything(output)
        elif way == "one" and ranks:
            kill(ranks[choice % len(ranks)], signal.SIGKILL)
        elif way == "term" and ranks:
            kill(ranks[choice % len(ranks)], signal.SIGTERM)
        elif way == "usr1":
            kill(process.pid, signal.SIGUSR1)
        words = process.communicate(timeout=120)[1]
        self.assertEqual(wait_for_end(output), {}, "processes are left")
        return process.returncode, words

    def break_and_resume(self, number, name, way, ranks, again_ranks, share, choice=0, after=None):
        """Breaks a run off after a share of its time, or once `after` says so of its folder, and takes it up again."""
        whole, seconds = self.unbroken(name, again_ranks)
        output = self.folder / f"broken_{number}_{name}" / "results"
        limit = ("--max-time", "1s") if way == "time" else ()
        process = self.jobs.start(self.jobs.command(name, output, *MORE[name], *limit), ranks)
        moment = time.time() + share * seconds
        while process.poll() is None and (after(output) if after else time.time() >= moment) is False:
            time.sleep(0.002)
        code, words = self.strike(way, process, output, choice)
        type(self).broken += code != 0
        before = finished(output)
        done = self.jobs.run(self.jobs.command(name, output, *MORE[name], "--resume"), again_ranks)
        self.assertEqual(done.returncode, 0, done.stderr)
        after_it = finished(output)
        self.assertEqual({path for path in before if after_it.get(path) != before[path]}, set(), "finished items were done again")
        self.assert_same(name, output, whole)
        return code, words, before


class Fast(Survival):
    def check(self, name, way, ranks, again_ranks, code=None, **options):
        count = {"simulate": 20, "track": 2, "predict": 3, "run": 3}.get(name, 0)
        if name == "train":
            options["after"] = lambda output: any("_0000000000_" not in path.name for path in output.glob("checkpoint_*_*"))
        else:
            options["after"] = lambda output: len(finished(output)) >= count
        found, words, before = self.break_and_resume(f"{way}{ranks}", name, way, ranks, again_ranks, 0, **options)
        if name != "train":
            self.assertGreaterEqual(len(before), count)
        if code is None:
            self.assertNotEqual(found, 0, "it had ended before it was killed")
        else:
            self.assertEqual(found, code, words)
            self.assertIn("--resume goes on", words)
            self.assertIn("are done", words)

    def test_simulate_killed(self):
        self.check("simulate", "all", 2, 3)

    def test_simulate_one_rank_killed(self):
        self.check("simulate", "one", 3, 2, choice=1)

    def test_simulate_asked_to_stop(self):
        self.check("simulate", "term", 2, 1, code=5, choice=1)

    def test_track_killed(self):
        self.check("track", "all", 2, 3)

    def test_track_asked_to_stop(self):
        self.check("track", "term", 2, 1, code=5, choice=1)

    def test_predict_killed(self):
        self.check("predict", "all", 2, 1)

    def test_predict_alone_asked_to_stop(self):
        self.check("predict", "term", None, 2, code=5)

    def test_predict_told_by_the_launcher_to_stop(self):
        self.check("predict", "usr1", 2, 3, code=5)

    def test_run_one_rank_killed(self):
        self.check("run", "one", 2, 3)

    def test_train_killed(self):
        self.check("train", "all", 2, 2)

    def test_train_asked_to_stop(self):
        self.check("train", "term", 2, 2, code=5)

    def test_simulate_out_of_time(self):
        output = self.folder / "late"
        command = self.jobs.command("simulate", output, "--fovs", 4000, "--format", "text", "--max-time", "1s", "-q")
        begin = time.time()
        done = self.jobs.run(command, 2)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertLess(time.time() - begin, 8)
        self.assertIn("--max-time", done.stderr)
        self.assertRegex(done.stderr, r"\d+ of 8000 fields of view are done")

    def test_training_goes_on_at_another_number_of_ranks(self):
        output = self.folder / "other_ranks"
        steps = ("--set", "train.steps=80")
        stopped = self.jobs.run(self.jobs.command("train", output, *steps, "--max-time", "1s"), 2)
        self.assertEqual(stopped.returncode, 5, stopped.stderr)
        done = self.jobs.run(self.jobs.command("train", output, *steps, "--resume"), 1)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(curve(output)[-1][0], "80")

    def test_resume_on_a_first_run_is_harmless(self):
        whole, _ = self.unbroken("simulate", 2)
        output = self.folder / "first"
        self.assertEqual(self.jobs.run(self.jobs.command("simulate", output, *MORE["simulate"], "--resume")).returncode, 0)
        self.assert_same("simulate", output, whole)


class Long(Survival):
    def test_random_moments(self):
        chance = random.Random(SEED)
        codes = []
        for number in range(KILLS):
            name = tuple(MORE)[number % len(MORE)]
            way = WAYS[chance.randrange(len(WAYS))]
            ranks = chance.choice((None, 2, 3, 4)) if way != "one" else chance.choice((2, 3, 4))
            ranks = chance.choice((1, 2, 4)) if name == "train" else ranks
            again_ranks = ranks if name == "train" else chance.choice((None, 1, 2, 3, 4))
            share, choice = chance.random(), chance.randrange(8)
            with self.subTest(seed=SEED, number=number, name=name, way=way, ranks=ranks, again=again_ranks, share=share):
                code, _, before = self.break_and_resume(number, name, way, ranks, again_ranks, share, choice)
                codes.append((name, way, code, len(before)))
        print(f"{len(codes)} runs broken off (seed {SEED}), {self.broken} of them before their end, "
              f"{sum(code == 5 for _, _, code, _ in codes)} stopped in order, {sum(count for *_, count in codes)} finished items kept")
        self.assertGreater(self.broken, KILLS // 3)
        self.assertTrue(any(code == 5 for _, _, code, _ in codes))


if __name__ == "__main__":
    PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
    KILLS, SEED = map(int, sys.argv[2:4]) if len(sys.argv) > 3 else (0, 0)
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Long if KILLS else Fast)
    sys.exit(not unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful())
