#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""report as users meet it, on recorded submissions. usage: report_test.py PROGRAM SOURCE"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import h5py

from program import rows_of, run_program

PROGRAM, SOURCE = None, None
SVG = "{http://www.w3.org/2000/svg}"
DATA = """
[simulate]
fovs = 3

[[experiment]]
model = "multi_state"
particles = 30
alpha = [{ normal = [0.7, 0.01] }, { normal = [1.2, 0.01] }]
k = [{ normal = [0.1, 0.0004] }, { normal = [1.2, 0.01] }]
dwell = [50, 40]

[[experiment]]
model = "multi_state"
particles = 30
alpha = [1, 1.5]
k = [0.1, 1]
dwell = [30, 30]
"""
METRICS = ["rmse_cp", "jsc_cp", "mae_alpha", "msle_k", "f1_state", "w1_alpha", "w1_k"]


def run(*arguments):
    return run_program([PROGRAM, *arguments])


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.bench = SOURCE / "tests/fixtures/scoring/bench_A"
        cls.good, cls.all = cls.folder / "good", cls.folder / "all"
        for output, submissions in ((cls.good, ["sub_good"]), (cls.all, ["sub_good", "sub_mid", "sub_nocp"])):
            words = [word for name in submissions for word in ("--submission", cls.bench / name)]
            done = run("score", "--reference", cls.bench / "ref", *words, "--output", output)
            assert done.returncode == 0, done.stderr
            done = run("report", output)
            assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def page(self, folder):
        text = (folder / "report.html").read_text()
        return xml.etree.ElementTree.fromstring(text[text.index("<body>") : text.index("</body>") + len("</body>")])

    def rows(self, folder, name):
        return rows_of(folder / "tables" / f"{name}.csv")

    def copy(self, name):
        folder = self.folder / name
        shutil.copytree(self.good, folder)
        return folder

    def test_tables_hold_the_scores_to_the_last_digit(self):
        tracks = json.loads((self.good / "summary.json").read_text())["tracks"]
        self.assertTrue(tracks)
        for track, scores in tracks.items():
            rows = self.rows(self.good, f"track_{track}_scores")
            self.assertEqual([row["experiment"] for row in rows[-2:]], ["average", "plain mean"])
            whole = {**scores["single"]["global"], **scores["ensemble"]["global"]}
            names = [name for name in rows[0] if name not in ("experiment", "trajectories") and not name.endswith("paper")]
            self.assertEqual([float(rows[-2][name]) for name in names], [whole[metric] for metric in METRICS])
            for row, experiment in zip(rows, scores["single"]["experiments"]):
                self.assertEqual(int(row["experiment"]), experiment["experiment"])
                self.assertEqual([float(row[name]) for name in names[:5]], [experiment[metric] for metric in METRICS[:5]])

    def test_every_table_is_there_in_four_forms(self):
        names = {path.stem for path in (self.good / "tables").iterdir()}
        self.assertIn("track_2_change_points_by_k_ratio", names)
        for name in names:
            for ending in ("txt", "csv", "md", "tex"):
                self.assertGreater((self.good / "tables" / f"{name}.{ending}").stat().st_size, 20, name)

    def test_change_points_by_kind_are_those_of_results(self):
        with h5py.File(self.good / "results.h5") as file:
            points = {name: column[:] for name, column in file["change_points"].items()}
            trajectories = {name: column[:] for name, column in file["trajectories"].items()}
        track = trajectories["track"][points["trajectory"]]
        self.assertEqual(int(((points["frame_true"] >= 0) & (points["frame_predicted"] >= 0)).sum()), int(trajectories["true_positives"].sum()))
        for number in (1, 2):
            true = (track == number) & (points["frame_true"] >= 0)
            for kind in ("k_ratio", "shorter_segment"):
                rows = self.rows(self.good, f"track_{number}_change_points_by_{kind}")
                self.assertEqual(sum(int(row["true"]) for row in rows), int(true.sum()), kind)
                self.assertEqual(sum(int(row["found"]) for row in rows), int((true & (points["frame_predicted"] >= 0)).sum()), kind)

    def test_spurious_change_points_are_the_false_positives(self):
        with h5py.File(self.all / "results.h5") as file:
            of = file["change_points/trajectory"][:]
            spurious = (file["change_points/frame_true"][:] < 0) & (file["trajectories/missing"][:][of] == 0)
            there = file["trajectories/missing"][:] == 0
            far = file["trajectories/false_positives"][:][there].sum()
        self.assertEqual(int(spurious.sum()), int(far))
        self.assertGreater(int(far), 0)

    def test_worst_fields_of_view_are_drawn_by_truth_and_by_prediction(self):
        data, submission = self.folder / "data", self.folder / "marred"
        (self.folder / "data.toml").write_text(DATA)
        done = run("simulate", "--config", self.folder / "data.toml", "--output", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        for experiment in (1, 2):
            source, target = (tree / f"track_2/exp_{experiment}" for tree in (data / "ref", submission))
            target.mkdir(parents=True)
            shutil.copy(source / "ensemble_labels.txt", target)
            for fov in range(3):
                shutil.copy(source / f"traj_labs_fov_{fov}.txt", target / f"fov_{fov}.txt")
        marred = submission / "track_2/exp_2/fov_1.txt"
        lines = [line.split(",") for line in marred.read_text().splitlines()]
        longest = max(range(len(lines)), key=lambda i: len(lines[i]))
        lines[longest] = lines[longest][:4] + lines[longest][-1:]  # without its change points
        marred.write_text("\n".join(",".join(line) for line in lines) + "\n")
        output = self.folder / "worst"
        self.assertEqual(run("score", "--reference", data / "ref", "--submission", submission, "--output", output).returncode, 0)
        self.assertEqual(run("report", output).returncode, 0)
        worst = json.loads((output / "worst_fovs.json").read_text())["fovs"]
        self.assertEqual([(fov["experiment"], fov["fov"]) for fov in worst], [(2, 1)])
        first = worst[0]["trajectories"][0]
        self.assertEqual(first["index"], longest)
        self.assertGreater(len(first["truth"]), len(first["prediction"]))
        self.assertEqual([part[-1][0] for part in (first["truth"], first["prediction"])], [len(first["x"])] * 2)
        captions = ["".join(caption.itertext()) for caption in self.page(output).iter("figcaption")]
        self.assertIn("Experiment 2, field of view 1: the truth.", captions)
        self.assertTrue(any(caption.startswith("Experiment 2, field of view 1: the submission. JSC 0.") for caption in captions))
        titles = [title.text for title in self.page(output).iter(SVG + "title")]
        self.assertEqual(sum("trajectories, coloured by state" in title for title in titles), 2)

    def test_without_details_the_section_says_so(self):
        words = "".join(self.page(self.good).itertext())
        self.assertIn("There are no details of this submission", words)
        self.assertNotIn("probability of the state", words)

    def test_several_submissions_are_ranked(self):
        headings = [heading.text for heading in self.page(self.all).iter("h2")]
        self.assertEqual(headings[0], "Leaderboard")
        self.assertIn("sub_mid, track 2: trajectories", headings)
        rows = self.rows(self.all, "leaderboard_track_2_single")
        expected = [task for task in json.loads((self.all / "summary.json").read_text())["leaderboard"] if task["track"] == 2 and task["task"] == "single"]
        ranks = {entry["name"]: entry["mean_reciprocal_rank"] for entry in expected[0]["submissions"]}
        self.assertEqual({row["result"]: float(row["mean reciprocal rank"]) for row in rows}, ranks)
        self.assertEqual(rows[0]["result"], "sub_good")

    def test_several_results_make_one_page_of_another_folder(self):
        done = run("report", self.good, self.all, "--output", self.folder / "both")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = self.rows(self.folder / "both", "leaderboard_track_2_single")
        self.assertEqual(sorted(row["result"] for row in rows), ["good", "sub_good", "sub_mid", "sub_nocp"])

    def test_a_submission_in_two_results_has_tables_of_its_own(self):
        again = self.folder / "again"
        words = [word for name in ("sub_good", "sub_mid") for word in ("--submission", self.bench / name)]
        self.assertEqual(run("score", "--reference", self.bench / "ref", *words, "--rules", "paper", "--output", again).returncode, 0)
        done = run("report", self.all, again, "--output", self.folder / "two")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(list((self.folder / "two/tables").glob("leaderboard*")), [], "results of different rules are ranked")
        words = "".join(self.page(self.folder / "two").itertext())
        self.assertIn("they are not ranked", words)
        self.assertNotIn("Ordered by", words, "an order is explained where nothing is ranked")
        for name, folder in (("sub_mid", self.all), ("sub_mid-2", again)):
            tracks = json.loads((folder / "sub_mid/summary.json").read_text())["tracks"]
            average = next(row for row in self.rows(self.folder / "two", f"{name}_track_2_scores") if row["experiment"] == "average")
            self.assertEqual(float(average["JSC CP"]), tracks["2"]["single"]["global"]["jsc_cp"])

    def test_ranks_are_those_of_the_scoring(self):
        submissions = self.folder / "submissions"
        for name in ("sub_good", "sub_mid"):
            shutil.copytree(self.bench / name, submissions / name)
        with open(submissions / "sub_good/track_2/exp_0/fov_0.txt", "a") as labels:
            labels.write("\n")  # at which the official scorer stops
        shutil.rmtree(submissions / "sub_mid/track_1")
        shutil.copytree(self.bench / "sub_nocp", submissions / "sub_nocp")
        output = self.folder / "ranked"
        for _ in range(2):
            self.assertEqual(run("score", "--reference", self.bench / "ref", "--submission", submissions, "--output", output).returncode, 4)
            self.assertFalse((output / "report.html").exists(), "of scores before these")
            (output / "tables").mkdir(exist_ok=True)
            for form in ("txt", "csv", "md", "tex"):
                (output / f"tables/gone_track_1_scores.{form}").write_text("of an earlier report")
            (output / "tables/notes.txt").write_text("somebody's")
            self.assertEqual(run("report", output).returncode, 0)
        self.assertEqual(list((output / "tables").glob("gone*")), [])
        self.assertTrue((output / "tables/notes.txt").exists())
        for task in json.loads((output / "summary.json").read_text())["leaderboard"]:
            rows = self.rows(output, f"leaderboard_track_{task['track']}_{task['task']}")
            self.assertEqual({row["result"]: float(row["mean reciprocal rank"]) for row in rows},
                             {entry["name"]: entry["mean_reciprocal_rank"] for entry in task["submissions"]})

    def test_another_version_of_results_is_named(self):
        folder = self.copy("old")
        with h5py.File(folder / "results.h5", "a") as file:
            file.attrs["schema"] = "1"
        done = run("report", folder)
        self.assertEqual(done.returncode, 3)
        self.assertIn("results.h5: schema 1 (expected 2", done.stderr)

    def test_results_of_two_scorings_are_refused(self):
        mixed = self.folder / "mixed"
        shutil.copytree(self.good, mixed)
        other = self.folder / "other"
        done = run("score", "--reference", self.bench / "ref", "--submission", self.bench / "sub_mid", "--output", other)
        self.assertEqual(done.returncode, 0, done.stderr)
        shutil.copy(other / "results.h5", mixed)
        done = run("report", mixed)
        self.assertEqual(done.returncode, 3)
        self.assertIn(f"{mixed / 'results.h5'}: holds other scores than summary.json", done.stderr)

    def test_a_submission_without_scores_is_told_apart_from_no_reference(self):
        broken, output = self.folder / "sub_broken", self.folder / "stopped"
        shutil.copytree(self.bench / "sub_mid", broken)
        (broken / "track_2/exp_0/fov_0.txt").write_text("0,abc,1,2,200\n")
        done = run("score", "--reference", self.bench / "ref", "--submission", self.bench / "sub_good", "--submission", broken, "--output", output)
        self.assertEqual(done.returncode, 4, done.stderr)
        done = run("report", output)
        self.assertEqual(done.returncode, 0, done.stderr)
        page = (output / "report.html").read_text()
        self.assertIn("sub_broken has no scores: see its problems.", page)
        self.assertNotIn("no reference", page)

    def test_without_rows_scores_are_shown_all_the_same(self):
        folder = self.copy("no_rows")
        (folder / "results.h5").unlink()
        self.assertEqual(run("report", folder).returncode, 0)
        titles = [title.text for title in self.page(folder).iter(SVG + "title")]
        self.assertFalse(any("predicted against true" in title for title in titles))

    def test_a_missing_column_is_named(self):
        folder = self.copy("no_column")
        with h5py.File(folder / "results.h5", "a") as file:
            del file["segments/k_true"]
        done = run("report", folder)
        self.assertEqual(done.returncode, 3)
        self.assertIn("/segments/k_true", done.stderr)

    def test_damaged_pictures_are_named(self):
        folder = self.copy("no_pictures")
        (folder / "worst_fovs.json").write_text('{"fovs": [{"track": 2}]}')
        done = run("report", folder)
        self.assertEqual(done.returncode, 3)
        self.assertIn("worst_fovs.json", done.stderr)

    def test_no_result(self):
        done = run("report", self.folder / "nothing")
        self.assertEqual(done.returncode, 3)
        self.assertIn("no folder of results", done.stderr)
        done = run("report")
        self.assertEqual(done.returncode, 2)

    def test_example_in_python_agrees_with_the_scores(self):
        done = subprocess.run([sys.executable, SOURCE / "docs/read_results.py", self.all], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("sub_good", "sub_mid", "sub_nocp", "state_predicted"):
            self.assertIn(name, done.stdout)
        sys.path.insert(0, str(SOURCE / "docs"))
        import read_results  # pylint: disable=import-outside-toplevel

        tracks = json.loads((self.good / "summary.json").read_text())["tracks"]
        errors = read_results.by_experiment(self.good / "results.h5")
        for track, scores in tracks.items():
            for experiment in scores["single"]["experiments"]:
                row = errors.loc[int(track), experiment["experiment"]]
                self.assertAlmostEqual(row["MAE alpha"], experiment["mae_alpha"], 12)
                self.assertAlmostEqual(row["MSLE K"], experiment["msle_k"], 9)
        counts = read_results.confusion(self.good / "results.h5")
        same = sum(counts.loc[state, state] for state in counts.index if state in counts.columns)
        self.assertGreater(same / counts.to_numpy().sum(), 0.9)


if __name__ == "__main__":
    PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1], verbosity=1)
