#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""scaling as users meet it. usage: scaling_test.py PROGRAM SOURCE MPIEXEC"""
import filecmp
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

from program import rows_of

PROGRAM, SOURCE, MPIEXEC = None, None, None
DATA = """
[simulate]
seed = 12
fovs = 3

[[experiment]]
model = "single_state"
repeat = 2
particles = 25
alpha = { normal = [1, 0.01] }
k = { normal = [1, 0.01] }
"""


def run(*arguments, ranks=None, launch=()):
    launch = [MPIEXEC, "-n", str(ranks)] if ranks else list(launch)
    return subprocess.run([*launch, PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)


class Scaling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        (cls.folder / "data.toml").write_text(DATA)
        cls.runs = []
        for name, ranks, fovs in (("a", None, 3), ("b", 2, 3), ("c", 2, 3), ("d", 2, 6)):
            made = run("simulate", "--config", cls.folder / "data.toml", "--fovs", fovs, "--set", "run.item_costs=true",
                       "--output", cls.folder / name / "data", ranks=ranks)
            solved = run("predict", "--input", cls.folder / name / "data/public", "--set", "run.item_costs=true",
                         "--output", cls.folder / name / "submission", ranks=ranks)
            assert made.returncode == 0 and solved.returncode == 0, made.stderr + solved.stderr
            cls.runs += [cls.folder / name / "data", cls.folder / name / "submission"]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def record(self, name):
        return json.loads((self.folder / name / "submission/prediction.json").read_text())

    def test_costs_are_those_of_the_record(self):
        for name, ranks in (("a", 1), ("b", 2)):
            rows = rows_of(self.folder / name / "submission/costs.csv")
            self.assertEqual({row["stage"] for row in rows}, {"solve"})
            fits, fovs = [r for r in rows if r["after"] == ""], [r for r in rows if r["after"] != ""]
            self.assertEqual((len(fits), len(fovs)), (2, 6))
            self.assertTrue(all(float(row["expected"]) > 0 and 0 <= int(row["rank"]) < ranks for row in rows))
            record = self.record(name)["run"]["seconds"]
            self.assertAlmostEqual(sum(float(r["seconds"]) for r in fits), record["of_all_ranks"]["fit"], 6)
            self.assertAlmostEqual(sum(float(r["seconds"]) for r in fovs), record["of_all_ranks"]["infer"], 6)
            self.assertLessEqual(sum(record["of_all_ranks"].values()), ranks * (record["track"] + record["solve"]))
            self.assertEqual(len(rows_of(self.folder / name / "data/costs.csv")), 6)

    def test_costs_are_written_only_where_they_are_asked_for(self):
        done = run("predict", "--input", self.folder / "a/data/public", "--output", self.folder / "plain")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse((self.folder / "plain/costs.csv").exists())

    def test_tables_of_strong_and_weak_scaling(self):
        output = self.folder / "tables"
        done = run("scaling", *self.runs, "--output", output)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((output / "scaling.txt").read_text(), done.stdout)
        rows = {(row["kind"], row["stage"], row["ranks"]): row for row in rows_of(output / "scaling.csv")}
        self.assertLessEqual({"simulate", "predict: solve"}, {stage for kind, stage, _ in rows if kind == "strong"})
        one = self.record("a")["run"]["seconds"]["solve"]
        two = statistics.median(self.record(name)["run"]["seconds"]["solve"] for name in ("b", "c"))
        strong, weak = rows["strong", "predict: solve", "2"], rows["weak", "predict: solve", "2"]
        self.assertEqual((strong["runs"], strong["items"], weak["runs"], weak["items"]), ("2", "6", "1", "12"))
        self.assertAlmostEqual(float(strong["efficiency"]), one / two / 2, 9)
        self.assertAlmostEqual(float(weak["efficiency"]), one / self.record("d")["run"]["seconds"]["solve"], 9)
        self.assertIn("| predict: solve | 6 | 1 | 1 | 1 |", (output / "scaling.md").read_text())
        for name in ("strong.svg", "weak.svg"):
            xml.etree.ElementTree.parse(output / name)

    def test_summaries_without_fields_of_view_are_counted_by_trajectories(self):
        for ranks in (1, 2, 4, 8):
            for kind, trajectories in (("strong", 1280), ("weak", 160 * ranks)):
                folder = self.folder / "summaries" / f"{kind}_{ranks}"
                folder.mkdir(parents=True)
                experiments = [{"experiment": 1, "trajectories": trajectories // 2}, {"experiment": 2, "trajectories": trajectories // 2}]
                (folder / "summary.json").write_text(json.dumps({
                    "schema": 1, "program": {"version": "0.1.0", "git": "0"}, "config": {}, "problems": [],
                    "run": {"ranks": ranks, "seconds": {"score": 8 / ranks if kind == "strong" else 1}},
                    "tracks": {"2": {"single": {"global": {}, "experiments": experiments}}}}))
        folders = sorted((self.folder / "summaries").iterdir())
        done = run("scaling", *folders, "--output", self.folder / "of_summaries")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {(row["kind"], row["ranks"]): row for row in rows_of(self.folder / "of_summaries/scaling.csv") if row["stage"] == "score"}
        for ranks in ("1", "2", "4", "8"):
            self.assertEqual((rows["strong", ranks]["items"], float(rows["strong", ranks]["efficiency"])), ("1280", 1))
            self.assertEqual((rows["weak", ranks]["items"], float(rows["weak", ranks]["efficiency"])), (str(160 * int(ranks)), 1))

    def test_training_is_a_stage(self):
        folders = []
        for name, ranks, tiles in (("one", None, 2), ("two", 2, 2), ("twice", 2, 4)):
            folders.append(self.folder / "trainings" / name)
            settings = ["network=small-state", "steps=2", f"tiles={tiles}", f"validation_tiles={tiles}", "validate_every=2"]
            train = ["train", "--config", pathlib.Path(SOURCE) / "configs/train_default.toml", "--output", folders[-1],
                     *(word for setting in settings for word in ("--set", f"train.{setting}"))]
            done = run(*train, ranks=ranks)
            self.assertEqual(done.returncode, 0, done.stderr)
            record = json.loads((folders[-1] / "training.json").read_text())
            self.assertEqual((record["schema"], record["complete"], record["steps"]), (1, True, 2))
            self.assertEqual((record["trajectories"], record["run"]["ranks"]), (2 * 64 * tiles, ranks or 1))
            self.assertEqual(record["config"]["train"]["network"], "small-state")
            self.assertNotIn("done_before", record["run"])
        done = run("scaling", *folders, "--output", self.folder / "of_trainings")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {(row["kind"], row["ranks"]): row for row in rows_of(self.folder / "of_trainings/scaling.csv")}
        self.assertEqual({row["stage"] for row in rows.values()}, {"train"})
        self.assertEqual({key: row["items"] for key, row in rows.items()},
                         {("strong", "1"): "256", ("strong", "2"): "256", ("weak", "1"): "256", ("weak", "2"): "512"})
        self.assertEqual(run(*train, "--resume", ranks=2).returncode, 0)
        self.refused("the times of a resumed run: 2 items had been done before", *folders)

    def test_schedules_past_the_machine(self):
        output = self.folder / "schedules"
        done = run("scaling", self.folder / "a/data", self.folder / "a/submission", "--output", output, "--simulate-ranks", 64,
                   "--items", 500, "--counter-seconds", 1e-6)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = rows_of(output / "schedule.csv")
        self.assertEqual([(row["stage"], row["ranks"]) for row in rows], [(s, r) for s in ("simulate", "solve") for r in ("1", "4", "16", "64")])
        for row in rows:
            for key in ("efficiency", "known", "unsorted"):
                self.assertLessEqual(float(row[key]), float(row["limit"]) + 1e-9, row)
            self.assertGreater(float(row["efficiency"]), 0.99 if row["ranks"] == "1" else 0.05, row)
        self.assertIn("95 % efficient up to", done.stdout)
        xml.etree.ElementTree.parse(output / "schedule.svg")

    def test_the_shared_counter_is_measured_by_several_ranks(self):
        folders = [self.folder / "a/submission"]
        alone = run("scaling", *folders, "--output", self.folder / "alone", "--simulate-ranks", 4)
        self.assertEqual(alone.returncode, 2)
        self.assertIn("--counter-seconds", alone.stderr)
        done = run("scaling", *folders, "--output", self.folder / "measured", "--simulate-ranks", 4, "--items", 50, ranks=2)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"answers one rank in [0-9.e+]+ µs")

    def refused(self, words, *arguments, code=3):
        done = run("scaling", *arguments, "--output", self.folder / "refused")
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(words, done.stderr)

    def test_folders_without_times_are_refused(self):
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        self.refused("holds no record of a run", empty)
        self.refused("nothing to compare", self.runs[0], self.runs[1])
        self.refused("--items requires --simulate-ranks", *self.runs[:2], "--items", "9", code=2)
        resumed = self.folder / "resumed"
        resumed.mkdir(exist_ok=True)
        record = json.loads((self.folder / "a/submission/prediction.json").read_text())
        self.assertNotIn("done_before", record["run"])
        record["run"]["done_before"] = 3
        (resumed / "prediction.json").write_text(json.dumps(record))
        self.refused("the times of a resumed run: 3 items had been done before", resumed)
        costless = self.folder / "costless"
        costless.mkdir(exist_ok=True)
        shutil.copy(self.folder / "a/submission/prediction.json", costless)
        self.refused("run.item_costs", costless, "--simulate-ranks", "4", "--counter-seconds", "0")
        unfinished = self.folder / "unfinished"
        unfinished.mkdir(exist_ok=True)
        (unfinished / "prediction.json").write_text(json.dumps({"schema": 1, "complete": False, "config": {}}))
        self.refused("has not been finished", unfinished)
        (unfinished / "prediction.json").write_text("{")
        self.refused("not what this program wrote", unfinished)
        self.refused("RESULTS", code=2)

    def test_runs_of_other_settings_are_refused(self):
        other = self.folder / "other"
        other.mkdir(exist_ok=True)
        record = self.record("b")
        record["config"]["segmentation"]["paths"] += 1
        (other / "prediction.json").write_text(json.dumps(record))
        self.refused("segmentation.paths", self.runs[1], other)

    def test_two_hosts_give_the_same_bytes(self):
        """Ranks that reach each other by TCP alone."""
        hosts = [str(pathlib.Path(SOURCE) / "tests/mpi/two_hosts.sh"), MPIEXEC, "3"]
        done = run("info", "--mpi", launch=hosts)
        if done.returncode == 77:
            self.skipTest(done.stdout)
        self.assertIn("3 ranks on 2 hosts", done.stdout, done.stderr)
        done = run("predict", "--input", self.folder / "a/data/public", "--output", self.folder / "hosts", launch=hosts)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads((self.folder / "hosts/prediction.json").read_text())["run"]["nodes"], 2)
        for path in (self.folder / "a/submission").rglob("*"):
            if path.is_file() and path.name not in ("prediction.json", "costs.csv"):
                other = self.folder / "hosts" / path.relative_to(self.folder / "a/submission")
                self.assertTrue(filecmp.cmp(path, other, shallow=False), path)


if __name__ == "__main__":
    PROGRAM, SOURCE, MPIEXEC = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=1)
