#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The score and verify commands as users meet them. usage: score_test.py PROGRAM FIXTURES"""
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

import h5py
import numpy

import results_open_in_python
from program import run_program

PROGRAM, FIXTURES = None, None
SINGLE = ["rmse_cp", "jsc_cp", "mae_alpha", "msle_k", "f1_state"]


def run(*arguments, ranks=None, **options):
    return run_program([PROGRAM, *arguments], ranks, **options)


def datasets(path):
    """All datasets of an HDF5 file, by path."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[:]}) if isinstance(item, h5py.Dataset) else None)
    return found


class ScoreTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.reference = FIXTURES / "scoring" / "bench_A" / "ref"

    def submission(self, name="sub_mid"):
        return FIXTURES / "scoring" / "bench_A" / name

    def copied(self, name="sub_mid"):
        copy = self.folder / "copy"
        shutil.copytree(self.submission(name), copy)
        return copy

    def score(self, *submissions, output="out", options=(), **more):
        arguments = ["score", "--reference", self.reference, "--output", self.folder / output]
        for submission in submissions:
            arguments += ["--submission", submission]
        return run(*arguments, *options, **more)

    def summary(self, output="out"):
        return json.loads((self.folder / output / "summary.json").read_text())

    # results

    def test_same_bytes_for_any_number_of_ranks(self):
        expected = {}
        for ranks in (None, 1, 2, 3, 4, 8):
            output = f"out{ranks}"
            done = self.score(self.submission(), self.submission("sub_bad"), output=output, options=["--bootstrap", "50"], ranks=ranks)
            self.assertEqual(done.returncode, 0, done.stderr)
            summary = self.summary(output)
            for name in ("run", "program"):
                del summary[name]
            texts = [(self.folder / output / name / "scores.txt").read_bytes() for name in ("sub_mid", "sub_bad")]
            found = {"summary": summary, "texts": texts, "stdout": done.stdout, "datasets": datasets(self.folder / output / "results.h5")}
            expected = expected or found
            for key in ("summary", "texts", "stdout"):
                self.assertEqual(found[key], expected[key], f"{ranks} ranks: {key}")
            self.assertEqual(found["datasets"].keys(), expected["datasets"].keys())
            for name, values in found["datasets"].items():
                self.assertEqual(values.tobytes(), expected["datasets"][name].tobytes(), f"{ranks} ranks: {name}")

    def test_many_pairs_are_summed_as_numpy_sums_them(self):
        # Three of its pieces of 8192, of fields of view that several ranks have.
        random = numpy.random.default_rng(3)
        for fov in range(60):
            for folder, name in (("ref", "traj_labs_fov"), ("submission", "fov")):
                experiment = self.folder / folder / "track_2" / "exp_0"
                experiment.mkdir(parents=True, exist_ok=True)
                (experiment / "ensemble_labels.txt").write_text("model: single_state; num_state: 1\n1\n0.1\n1\n0.1\n1\n")
                (experiment / f"{name}_{fov}.txt").write_text(
                    "".join(f"{i},{k!r},{alpha!r},2,{50 if i % 2 else 200}\n" for i, (k, alpha) in enumerate(random.uniform(0.1, 1.9, (500, 2)).tolist())))
        self.reference = self.folder / "ref"
        for ranks in (None, 2, 3, 4):
            done = self.score(self.folder / "submission", ranks=ranks)
            self.assertEqual(done.returncode, 0, done.stderr)
            scores = self.summary()["tracks"]["2"]["single"]["experiments"][0]
            segments = {name: values for name, values in datasets(self.folder / "out" / "results.h5").items() if name.startswith("segments")}
            self.assertGreater(len(segments["segments/alpha_error"]), 3 * 8192)
            self.assertEqual(scores["mae_alpha"], numpy.mean(segments["segments/alpha_error"]), f"{ranks} ranks")
            self.assertEqual(scores["msle_k"], numpy.mean(segments["segments/k_squared_log_error"]), f"{ranks} ranks")
            numpy.testing.assert_array_equal(segments["segments/alpha_error"],
                                             numpy.abs(segments["segments/alpha_true"] - segments["segments/alpha_predicted"]))

    def test_results_open_in_h5py_and_xarray(self):
        self.assertEqual(self.score(self.submission()).returncode, 0)
        results_open_in_python.check(self.folder / "out" / "results.h5")

    def test_results_of_several_ranks_open_in_h5py_and_xarray(self):
        self.assertEqual(self.score(self.submission(), self.submission("sub_good"), ranks=3).returncode, 0)
        results_open_in_python.check(self.folder / "out" / "results.h5")

    def test_options_of_other_commands_are_taken(self):
        self.assertEqual(self.score(self.submission(), options=["--lenient"]).returncode, 0)
        expected = (self.folder / "out" / "scores.txt").read_bytes()
        done = self.score(self.submission(), output="again", options=["--lenient", "--resume", "--max-time", "3h50m", "--backend", "onednn"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "again" / "scores.txt").read_bytes(), expected)
        for option, value in (("--max-time", "3x"), ("--backend", "none")):
            done = self.score(self.submission(), output="odd", options=[option, value])
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(option, done.stderr)
        self.assertEqual(run("info", "--resume").returncode, 0)

    def test_without_any_change_point(self):
        for folder in ("ref", "submission"):
            experiment = self.folder / folder / "track_2/exp_0"
            experiment.mkdir(parents=True)
            (experiment / "ensemble_labels.txt").write_text("model: single_state; num_state: 1\n1\n0.1\n1\n0.1\n1\n")
        (self.folder / "ref/track_2/exp_0/traj_labs_fov_0.txt").write_text("0,1,1,2,50\n1,1.5,0.7,2,60\n")
        (self.folder / "ref/track_2/exp_0/trajs_fov_0.csv").write_text("traj_idx,frame,x,y\n0,0,1,1\n1,0,2,2\n")
        (self.folder / "submission/track_2/exp_0/fov_0.txt").write_text("0,1,1,2,50\n1,1.5,0.7,2,60\n")
        self.reference = self.folder / "ref"
        for ranks in (None, 1, 2, 3):
            done = self.score(self.folder / "submission", output=f"ranks{ranks}", ranks=ranks)
            self.assertEqual(done.returncode, 0, done.stderr)
            columns = datasets(self.folder / f"ranks{ranks}" / "results.h5")
            self.assertEqual(len(columns["change_points/frame_true"]), 0)
            self.assertEqual(list(columns["segments/alpha_error"]), [0, 0])

    def test_rows_give_the_scores(self):
        self.assertEqual(self.score(self.submission()).returncode, 0)
        data = datasets(self.folder / "out" / "results.h5")
        for track in (1, 2):
            for experiment in self.summary()["tracks"][str(track)]["single"]["experiments"]:
                rows = (data["trajectories/track"] == track) & (data["trajectories/experiment"] == experiment["experiment"])
                self.assertEqual(int(rows.sum()), experiment["trajectories"])
                pairs = rows[data["segments/trajectory"]]
                self.assertEqual(float(numpy.mean(data["segments/alpha_error"][pairs])), experiment["mae_alpha"])
                same = data["segments/state_true"][pairs] == data["segments/state_predicted"][pairs]
                self.assertEqual(float(same.mean()), experiment["f1_state"])
                tp = int(data["trajectories/true_positives"][rows].sum())
                if tp > 0:
                    self.assertEqual((int(data["trajectories/sum_squares"][rows].sum()) / tp) ** 0.5, experiment["rmse_cp"])
                errors = {key.split("/")[1]: values for key, values in data.items() if key.startswith("change_point_errors/")}
                rows_of_errors = (errors["track"] == track) & (errors["experiment"] == experiment["experiment"])
                counts = errors["change_points"][rows_of_errors]
                self.assertEqual(int(counts.sum()), tp)
                self.assertEqual(int((counts * errors["error"][rows_of_errors].astype(int) ** 2).sum()), int(data["trajectories/sum_squares"][rows].sum()))

    def test_summary_has_the_documented_keys(self):
        self.assertEqual(self.score(self.submission()).returncode, 0)
        summary = self.summary()
        self.assertEqual(summary["schema"], 1)
        self.assertEqual(list(summary)[:4], ["schema", "program", "config", "run"])
        self.assertEqual(list(summary["tracks"]["2"]["single"]["global"]), SINGLE)
        self.assertEqual(list(summary["tracks"]["2"]["ensemble"]["global"]), ["w1_alpha", "w1_k"])
        self.assertEqual(summary["run"]["ranks"], 1)

    # several submissions

    def test_nothing_in_the_folder_looks_like_the_result_of_a_run_before(self):
        kinds = {("sub_mid",): {"scores.txt", "worst_fovs.json"}, ("sub_mid", "sub_good"): {"leaderboard.txt"}}
        for names in 2 * list(kinds):
            self.assertEqual(self.score(*map(self.submission, names)).returncode, 0)
            files = {path.name for path in (self.folder / "out").iterdir() if path.is_file()}
            self.assertEqual(files - {"summary.json", "results.h5"}, kinds[names])

    def test_leaderboard_and_intervals(self):
        done = self.score(self.submission("sub_good"), self.submission("sub_mid"), options=["--bootstrap", "200"])
        self.assertEqual(done.returncode, 0, done.stderr)
        summary = self.summary()
        for task in summary["leaderboard"]:
            good, mid = task["submissions"]
            self.assertEqual((good["name"], good["mean_reciprocal_rank"], mid["mean_reciprocal_rank"]), ("sub_good", 1.0, 0.5))
            self.assertEqual({d["metric"] for d in task["differences"]}, set(good) - {"name", "mean_reciprocal_rank"})
        alpha = [d for t in summary["leaderboard"] for d in t["differences"] if t["track"] == 2 and d["metric"] == "mae_alpha"]
        self.assertTrue(alpha[0]["significant"])
        for submission in summary["submissions"]:
            for track in submission["tracks"].values():
                for task in ("single", "ensemble"):
                    for metric, (low, high) in track[task]["intervals"].items():
                        self.assertLessEqual(low, high, metric)
        low, high = summary["submissions"][1]["tracks"]["2"]["single"]["intervals"]["mae_alpha"]
        self.assertLess(low, summary["submissions"][1]["tracks"]["2"]["single"]["global"]["mae_alpha"])
        self.assertGreater(high, summary["submissions"][1]["tracks"]["2"]["single"]["global"]["mae_alpha"])

    def test_intervals_of_what_can_be_scored(self):
        copy = self.copied("sub_good")
        (copy / "track_2" / "exp_0" / "ensemble_labels.txt").unlink()
        done = self.score(copy, options=["--bootstrap", "5", "--lenient"])
        self.assertEqual(done.returncode, 0, done.stderr)
        track = self.summary()["tracks"]["2"]
        self.assertIn("intervals", track["single"])
        self.assertNotIn("intervals", track["ensemble"])

    def test_a_folder_of_submissions_stands_for_all_of_them(self):
        for name in ("a", "b"):
            shutil.copytree(self.submission(), self.folder / "all" / name)
        self.assertEqual(self.score(self.folder / "all").returncode, 0)
        self.assertEqual([s["name"] for s in self.summary()["submissions"]], ["a", "b"])

    def test_one_unusable_submission_does_not_stop_the_others(self):
        broken = self.copied()
        self.assertEqual(self.score(broken, self.submission("sub_good")).returncode, 0)
        self.assertTrue((self.folder / "out" / "copy" / "scores.txt").exists())
        (broken / "track_2" / "exp_0" / "fov_0.txt").write_text("0,abc,1,2,200\n")
        done = self.score(broken, self.submission("sub_good"))
        self.assertEqual(done.returncode, 4)
        self.assertTrue((self.folder / "out" / "sub_good" / "scores.txt").exists())
        self.assertEqual(list((self.folder / "out" / "copy").iterdir()), [], "what the run before left")
        self.assertIn("'abc' is not a number", done.stderr)

    # what users get wrong

    def test_a_track_that_is_not_there(self):
        alone, both = self.copied(), self.submission("sub_good")
        shutil.rmtree(alone / "track_1")
        done = self.score(alone)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("copy/track_1: no such folder: track 1 is not scored", done.stderr)
        self.reference = self.folder / "ref"
        shutil.copytree(both.parent / "ref/track_2", self.reference / "track_2")
        done = self.score(both)
        self.assertEqual(done.returncode, 3)
        self.assertIn("ref/track_1: no such folder, but", done.stderr)
        for ranks in (None, 2):
            done = self.score(alone, both, output="two", ranks=ranks)  # which stops itself alone
            self.assertEqual(done.returncode, 4, done.stderr)
            tables = datasets(self.folder / "two/results.h5")
            for table in ("global", "fields_of_view", "trajectories"):
                self.assertEqual(set(tables[f"{table}/submission"]), {0}, table)
            self.assertEqual(set(tables["segments/trajectory"]), set(range(len(tables["trajectories/trajectory"]))))
        self.assertTrue((self.folder / "two/copy/scores.txt").exists())
        self.assertFalse((self.folder / "two/sub_good/scores.txt").exists())
        self.assertEqual(self.score(both, output="lenient", options=["--lenient"]).returncode, 0)
        self.assertEqual(list(self.summary("lenient")["tracks"]), ["2"])

    def test_results_among_experiments_are_refused(self):
        copy = self.copied()
        done = run("score", "--reference", self.submission().parent / "ref", "--submission", copy, "--output", copy / "track_1/scores")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--output", done.stderr)
        self.assertFalse((copy / "track_1/scores").exists())

    def test_submitting_nothing_wins_nothing_by_the_papers_rules(self):
        copy = self.copied()
        for labels in (copy / "track_2").glob("exp_*/fov_*.txt"):
            labels.write_text("")
        self.assertEqual(self.score(copy, options=["--rules", "paper"]).returncode, 0)
        for experiment in self.summary()["tracks"]["2"]["single"]["experiments"]:
            self.assertEqual((experiment["rmse_cp"], experiment["jsc_cp"]), ("nan", 0), experiment["experiment"])

    def test_missing_field_of_view_is_named_with_its_cost(self):
        copy = self.copied()
        (copy / "track_2" / "exp_3" / "fov_1.txt").unlink()
        self.assertEqual(self.score(copy).returncode, 0)
        problem = next(p for p in self.summary()["problems"] if p["file"].endswith("exp_3/fov_1.txt"))
        self.assertIn("no such file", problem["what"])
        self.assertIn("msle_k +1e+05", problem["cost"])
        self.assertEqual(self.summary()["tracks"]["2"]["single"]["global"]["rmse_cp"], 10)
        self.assertEqual(self.score(copy, output="lenient", options=["--lenient"]).returncode, 0)
        self.assertLess(self.summary("lenient")["tracks"]["2"]["single"]["global"]["rmse_cp"], 10)

    def test_lenient_scoring_goes_on_where_the_references_tree_is_odd(self):
        cases = FIXTURES / "scoring/malformed/cases"
        self.reference = FIXTURES / "scoring/malformed/ref"
        self.assertEqual(self.score(FIXTURES / "scoring/malformed/good", output="good").returncode, 0)
        for name, file, words in (("ref_file_without_digits", "README", "no number in the name"),
                                  ("ref_backup_label_file", "exp_1/traj_labs_fov_0.bak", "is not the labels of a field of view"),
                                  ("ref_folder_names_with_suffix", "exp_1_v3", "scored as experiment 1"),
                                  ("ref_missing_fov_number", "exp_1/traj_labs_fov_0.txt", "no such file: the field of view is left out")):
            self.reference = cases / name / "ref"
            for ranks in (None, 2):
                done = self.score(cases / name / "sub", output=name, options=["--lenient", "--bootstrap", "5"], ranks=ranks)
                self.assertEqual(done.returncode, 0, done.stderr)
                problem, *more = self.summary(name)["problems"]
                self.assertEqual((problem["file"], problem["cost"]), (str(self.reference / "track_2" / file), "none"))
                self.assertIn(words, problem["what"])
                self.assertEqual([p["file"][-15:] for p in more], ["exp_1/fov_2.txt"] if "fov_number" in name else [], name)
                if not more:
                    self.assertEqual((self.folder / name / "scores.txt").read_text(), (self.folder / "good/scores.txt").read_text(), name)

    def test_files_that_cannot_be_reached_are_missing(self):
        copy = self.copied()
        for name in ("fov_1.txt", "ensemble_labels.txt"):
            (copy / "track_2" / "exp_3" / name).unlink()
            (copy / "track_2" / "exp_3" / name).symlink_to(name)
        done = self.score(copy)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([p["what"][:12] for p in self.summary()["problems"] if "exp_3" in p["file"]][:2], 2 * ["no such file"])
        self.assertEqual(run("verify", copy).stdout.count("no such file"), 2)

    def test_dropped_lines_of_the_reference_are_told(self):
        self.reference = self.folder / "ref"
        shutil.copytree(self.submission().parent / "ref", self.reference)
        with open(self.reference / "track_2/exp_3/traj_labs_fov_0.txt", "a") as labels:
            labels.write("99,1,1\n")
        self.assertEqual(self.score(self.submission("sub_perfect")).returncode, 0)
        problem, = self.summary()["problems"]
        self.assertTrue(problem["file"].endswith("exp_3/traj_labs_fov_0.txt"))
        self.assertIn("3 values, need 4n or 4n+1", problem["what"])

    def test_lost_last_trajectory_is_reported_as_misaligning_the_rest(self):
        copy = self.copied("sub_perfect")
        path = copy / "track_2" / "exp_3" / "fov_0.txt"
        path.write_text("".join(path.read_text().splitlines(True)[:-1]))
        self.assertEqual(self.score(copy).returncode, 0)
        problem = next(p for p in self.summary()["problems"] if "misaligns" in p["what"])
        self.assertTrue(problem["file"].endswith("exp_3/fov_0.txt"))
        self.assertIn("jsc_cp -", problem["cost"])

    def small(self, reference, submission, track="track_2", ensemble="1\n0.1\n1\n0.1\n1\n"):
        """One field of view of one experiment, by its labels. Returns the submission."""
        for folder, name, labels, numbers in (("ref", "traj_labs_fov_0", reference, ensemble), ("submission", "fov_0", submission, "1\n0.1\n1\n0.1\n1\n")):
            experiment = self.folder / folder / track / "exp_0"
            experiment.mkdir(parents=True)
            (experiment / f"{name}.txt").write_text(labels)
            (experiment / "ensemble_labels.txt").write_text("model: single_state; num_state: 1\n" + numbers)
        self.reference = self.folder / "ref"
        return self.folder / "submission"

    def test_a_repeated_index_is_told_as_such(self):
        submission = self.small("0,1,1,2,50\n1,1,1,2,50\n2,1,1,2,50\n", "0,1,1,2,50\n1,1,1,2,50\n1,1,1,2,50\n")
        self.assertEqual(self.score(submission).returncode, 0)
        words = [problem["what"] for problem in self.summary()["problems"]]
        self.assertTrue(any("indices are not different whole numbers" in what for what in words), words)
        self.assertFalse(any("0 fields of view" in what for what in words), words)

    def test_an_index_that_is_no_number_is_told_as_such(self):
        labels = "0,1,1,2,50\n1,1,1,2,50\n"
        submission = self.small(labels, labels + "nan,1,1,2,50\n")
        for folder, name in ((self.reference, "traj_labs_fov_1"), (submission, "fov_1")):
            (folder / "track_2/exp_0" / f"{name}.txt").write_text(labels)
        self.assertEqual(self.score(submission).returncode, 0)
        words = [problem["what"] for problem in self.summary()["problems"]]
        self.assertTrue(any("indices are not different whole numbers" in what for what in words), words)
        self.assertFalse(any("last index is" in what for what in words), words)

    def test_problems_that_are_not_listed_are_counted(self):
        labels = "".join(f"{i},1,1,2,50\n" for i in range(9))
        odd = labels.replace("1,1,2,50", "1,1,7,50")  # each file tells of three lines, and of the rest together
        submission = self.small(labels, odd)
        for fov in range(1, 8):
            (self.reference / "track_2/exp_0" / f"traj_labs_fov_{fov}.txt").write_text(labels)
            (submission / "track_2/exp_0" / f"fov_{fov}.txt").write_text(odd)
        done = self.score(submission, options=["--lenient", "--set", "score.problems=3"])
        self.assertEqual(done.returncode, 0, done.stderr)
        summary, lines = self.summary(), done.stderr.splitlines()
        self.assertEqual(len(summary["problems"]), 3)
        more = next(re.match(r"  \.\.\. and (\d+) more", line) for line in lines if "... and" in line)
        shown = sum(": " in line and line.startswith("  /") for line in lines)
        self.assertEqual((shown, int(more[1]), summary["unlisted_problems"]), (20, 12, 29))

    def test_a_stop_is_told_once_where_fields_of_view_are_misaligned(self):
        labels = "0,1,1,2,50\n1,1,1,2,50\n2,1,1,2,50\n"
        submission = self.small(labels, "0,1,1,2,50\n1,1,1,2,50\n")
        (self.reference / "track_2/exp_0/traj_labs_fov_1.txt").write_text(labels)
        (submission / "track_2/exp_0/fov_1.txt").write_text(labels.replace("1,1,1,2,50", "1,inf,1,2,50"))
        done = self.score(submission)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(done.stderr.count("K is inf"), 1, done.stderr)
        self.assertIn("fov_1.txt:2: ", done.stderr)

    def test_a_stop_of_a_line_scored_in_the_next_field_of_view_names_its_own_file(self):
        labels = "0,1,1,2,50\n1,1,1,2,50\n2,1,1,2,50\n"
        submission = self.small(labels, labels + "3,inf,1,2,50\n")
        (self.reference / "track_2/exp_0/traj_labs_fov_1.txt").write_text(labels)
        (submission / "track_2/exp_0/fov_1.txt").write_text(labels)
        done = self.score(submission)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("track_2/exp_0/fov_0.txt:4: ", done.stderr)
        self.assertIn("K is inf", done.stderr)

    def test_a_single_vip_stops_the_official_scorer_alone(self):
        submission = self.small("3,1,1,2,50\n", "3,1,1,2,50\n", "track_1")
        (self.reference / "track_1/exp_0/vip_idx_fov_0.txt").write_text("3\n")
        for options, code in (((), 3), (("--lenient",), 0), (("--rules", "paper"), 0)):
            done = self.score(submission, output="_".join(["out", *options]), options=options)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn("a single VIP index", done.stderr)

    def test_a_broken_ensemble_of_the_reference_is_not_the_submissions_fault(self):
        submission = self.small("0,1,1,2,50\n", "0,1,1,2,50\n", ensemble="1\nnan\n1\n0.1\n1\n")
        self.score(submission, options=["--lenient"])
        problem = next(p for p in self.summary()["problems"] if "distribution of the reference" in p["what"])
        self.assertEqual(problem["file"], str(self.reference / "track_2/exp_0/ensemble_labels.txt"))

    def test_windows_line_ends_change_nothing(self):
        copy = self.copied()
        for path in copy.rglob("*.txt"):
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        self.assertEqual(self.score(copy).returncode, 0)
        self.assertEqual(self.score(self.submission(), output="unix").returncode, 0)
        self.assertEqual((self.folder / "out" / "scores.txt").read_bytes(), (self.folder / "unix" / "scores.txt").read_bytes())

    def test_every_bad_line_is_reported_with_line_and_column(self):
        copy = self.copied()
        self.assertEqual(self.score(copy).returncode, 0)
        before = {path: path.read_bytes() for path in (self.folder / "out").iterdir()}
        path = copy / "track_2" / "exp_1" / "fov_0.txt"
        lines = path.read_text().splitlines()
        lines[2] = "2,1.0,abc,2,200"
        lines[5] = ""
        path.write_text("\n".join(lines) + "\n")
        done = self.score(copy)
        self.assertEqual(done.returncode, 3)
        self.assertIn("fov_0.txt:3:7: 'abc' is not a number", done.stderr)
        self.assertIn("fov_0.txt:6", done.stderr)
        self.assertEqual({path: path.read_bytes() for path in (self.folder / "out").iterdir()}, before, "what was there stays")

    def test_bad_input_ends_all_ranks(self):
        copy = self.copied()
        (copy / "track_2" / "exp_1" / "fov_0.txt").write_text("x\n")
        self.assertEqual(self.score(copy, ranks=3).returncode, 3)

    def test_wrong_folders(self):
        done = self.score(self.folder / "nowhere")
        self.assertEqual(done.returncode, 3)
        self.assertIn("nowhere: no such folder", done.stderr)
        done = run("score", "--reference", self.reference.parent, "--submission", self.submission(), "--output", self.folder / "out")
        self.assertEqual(done.returncode, 3)
        self.assertIn("did you mean", done.stderr)
        empty = self.folder / "empty"
        empty.mkdir()
        self.assertEqual(self.score(empty).returncode, 4)
        self.reference = self.folder / "no_experiments"
        for track in ("track_1", "track_2"):
            (self.reference / track).mkdir(parents=True)
        for options in ([], ["--lenient"]):
            done = self.score(self.submission(), options=options)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("track_1: holds no experiments (expected exp_0", done.stderr)

    def test_output_that_cannot_be_written(self):
        (self.folder / "file").write_text("")
        done = self.score(self.submission(), output="file/out")
        self.assertEqual(done.returncode, 1)
        self.assertIn("file/out", done.stderr)

    def test_nothing_is_left_when_the_disk_is_full(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        out = self.folder / "out"
        out.mkdir()
        (out / "scores.txt.part").symlink_to("/dev/full")
        done = self.score(self.submission())
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)
        self.assertFalse((out / "scores.txt").exists())

    def test_labels_by_order_of_appearance(self):
        reference = self.folder / "ref"
        experiment = reference / "track_2" / "exp_0"
        experiment.mkdir(parents=True)
        (experiment / "traj_labs_fov_0.txt").write_text("0,1,1,2,30\n1,2,0.5,2,40\n2,3,1.5,2,50\n")
        (experiment / "ensemble_labels.txt").write_text("model: x; num_state: 1 \n1\n0.1\n1\n0.1\n1\n")
        rows = [(index, frame) for index, length in ((2, 30), (0, 40), (1, 50)) for frame in range(length)]
        (experiment / "trajs_fov_0.csv").write_text("traj_idx,frame,x,y\n" + "".join(f"{i},{f}.0,1.5,2.5\n" for i, f in rows))
        submission = self.folder / "sub" / "track_2" / "exp_0"
        submission.mkdir(parents=True)
        (submission / "fov_0.txt").write_text("0,2,0.5,2,40\n1,3,1.5,2,50\n2,1,1,2,30\n")
        shutil.copy(experiment / "ensemble_labels.txt", submission)
        self.reference = reference
        self.assertEqual(self.score(self.folder / "sub", options=["--match", "appearance"]).returncode, 0)
        self.assertEqual(self.summary()["tracks"]["2"]["single"]["global"], {"rmse_cp": 0, "jsc_cp": 1, "mae_alpha": 0, "msle_k": 0, "f1_state": 1})
        self.assertEqual(self.score(self.folder / "sub", output="index").returncode, 0)
        self.assertGreater(self.summary("index")["tracks"]["2"]["single"]["global"]["mae_alpha"], 0.5)
        done = run("verify", reference)
        self.assertEqual(done.returncode, 6)
        self.assertIn("--match appearance", done.stdout)

    # verify

    def test_verify(self):
        done = run("verify", self.submission("sub_perfect"))
        self.assertEqual(done.returncode, 0, done.stdout)
        done = run("verify", self.submission("sub_bad"), ranks=2)
        self.assertEqual(done.returncode, 6)
        self.assertIn("alpha is nan (expected 0 to 2", done.stdout)
        self.assertEqual(run("verify", self.folder / "nowhere").returncode, 3)

    def test_verify_does_not_ask_for_all_files_below_a_mistyped_number(self):
        copy = self.copied("sub_perfect")
        shutil.copy(copy / "track_2/exp_1/fov_0.txt", copy / "track_2/exp_1/fov_20240101.txt")
        done = run("verify", copy)
        self.assertEqual(done.returncode, 6, done.stdout)
        self.assertIn("exp_1: a field of view is numbered 20240101, far beyond the others", done.stdout)
        self.assertIn("1 problem", done.stdout)

    def test_verify_finds_ensembles_that_the_official_scorer_gives_up(self):
        copy = self.copied("sub_perfect")
        ensemble = copy / "track_2/exp_1/ensemble_labels.txt"
        for text, words in (("1;1\n0;0\n1;1\n0;0\n0;0\n", "alpha distribution of the submission: its total mass on the scoring grid is 0"),
                            ("1;1\n0;0\n777.77;1\n0;0\n1;0\n", "K distribution of the submission: its total mass on the scoring grid is 0")):
            ensemble.write_text("h\n" + text)
            done = run("verify", copy)
            self.assertEqual(done.returncode, 6, done.stdout)
            self.assertIn(f"exp_1/ensemble_labels.txt: {words}", done.stdout)
            self.assertIn("gives up the whole ensemble task of this track", done.stdout)
            self.assertEqual(self.score(copy).returncode, 0)
            self.assertEqual(self.summary()["tracks"]["2"]["ensemble"]["status"], "given up")

    def test_verify_compares_with_public_data(self):
        public = self.folder / "public/track_2/exp_0"
        public.mkdir(parents=True)
        rows = [(7, 0), (7, 1), (7, 4), (7, 5), (2, 10), (2, 11), (2, 12)]  # a gap, and indices of one's own
        (public / "trajs_fov_0.csv").write_text("traj_idx,frame,x,y\n" + "".join(f"{i},{t},{t},1\n" for i, t in rows))
        submission = self.folder / "submission"
        labels = submission / "track_2/exp_0/fov_0.txt"
        labels.parent.mkdir(parents=True)
        shutil.copy(self.submission() / "track_2/exp_0/ensemble_labels.txt", labels.parent)

        def verify(text):
            labels.write_text(text)
            return run("verify", submission, "--public", self.folder / "public", ranks=2)
        done = verify("7,1,1,2,6\n2,1,1,2,3\n")
        self.assertEqual(done.returncode, 0, done.stdout)
        done = verify("7,1,1,2,6\n")
        self.assertEqual(done.returncode, 6)
        self.assertIn("no line for trajectory 2", done.stdout)
        self.assertIn("has length 4", verify("7,1,1,2,4\n2,1,1,2,3\n").stdout)
        (self.folder / "public/track_1").mkdir()
        (submission / "track_1").write_text("")
        self.assertIn("track_1: is no folder", verify("7,1,1,2,6\n2,1,1,2,3\n").stdout)
        (submission / "track_1").unlink()
        done = verify("7,1,1,2,6\n2,1,1,2,3\n")
        self.assertEqual((done.returncode, done.stderr.count("track 1 would not be scored")), (0, 1), done.stderr)

    def test_verify_finds_what_is_no_field_of_view_of_a_reference(self):
        reference = self.folder / "ref"
        shutil.copytree(self.submission().parent / "ref", reference)
        shutil.copy(reference / "track_2/exp_3/traj_labs_fov_1.txt", reference / "track_2/exp_3/traj_labs_fov_1.txt~")
        done = run("verify", reference)
        self.assertEqual(done.returncode, 6)
        self.assertIn("traj_labs_fov_1.txt~: is counted by the official scorer as one more", done.stdout)

    def test_verify_says_where_there_is_nothing_to_check(self):
        copy = self.copied("sub_perfect")
        (copy / "track_2/exp_0").rename(copy / "track_2/exp_00")
        (copy / "track_2/exp_1/fov_0.txt").write_text("")
        for path in (copy / "track_2/exp_2").glob("fov_*.txt"):
            path.unlink()
        for path in (copy / "track_1").iterdir():
            path.rename(path.with_name(path.name.capitalize()))
        done = run("verify", copy, ranks=2)
        self.assertEqual(done.returncode, 6, done.stdout)
        for words in ("track_2/exp_00: is not looked into", "exp_1/fov_0.txt: no trajectories", "exp_2/fov_0.txt: no such file",
                      "track_1/Exp_0: is not looked into", "track_1: no experiments (expected exp_0"):
            self.assertIn(words, done.stdout)

    # command line

    def test_mistyped_words_get_a_suggestion(self):
        for arguments, words in ((["scor"], "did you mean score?"), (["score", "--refrence", "x"], "did you mean --reference?"),
                                 (["score", "--set", "score.rule=paper"], "did you mean score.rules?")):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)

    def test_configuration_comes_from_file_then_set_then_options(self):
        config = self.folder / "config.toml"
        config.write_text("[score]\nseed = 5\nbootstrap = 7\nconfidence = 0.5\n")
        options = ["--config", config, "--set", "score.bootstrap=8", "--set", "score.confidence=0.6", "--confidence", "0.7"]
        self.assertEqual(self.score(self.submission(), options=options).returncode, 0)
        score = self.summary()["config"]["score"]
        self.assertEqual((score["seed"], score["bootstrap"], score["confidence"]), (5, 8, 0.7))

    def test_bad_configuration_names_line_and_column(self):
        done = run("score", "--config", "-", input='[score]\nrules = "official"\nbootstrp = 5\n')
        self.assertEqual(done.returncode, 2)
        self.assertIn("-:3:1: score.bootstrp: unknown key; did you mean score.bootstrap?", done.stderr)

    def test_default_configuration_in_the_repository_is_the_programs(self):
        done = run("score", "--dump-default")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout, (FIXTURES.parent.parent / "configs" / "default.toml").read_text())

    def test_examples_of_the_help_texts_are_understood(self):
        for command in ("score", "verify", "info"):
            text = run(command, "--help").stdout
            example = text.split("Example:\n")[1].strip().split("anomalousnet ")[1].split()
            done = run(*example[:1], "--dump-config", *example[1:])
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_command_has_the_common_options(self):
        common = {"--config", "--set", "--dump-default", "--dump-config", "--dry-run", "--progress", "--quiet", "--verbose"}
        commands = re.findall(r"^  ([a-z]+) ", run("--help").stdout.split("Subcommands:")[1], re.MULTILINE)
        self.assertLess({"score", "network", "info"}, set(commands))
        for command in commands:
            listed = set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", run(command, "--help").stdout, re.MULTILINE))
            self.assertEqual(common - listed, set(), command)
        done = run("network", "forward", "--weights", "w.h5", "--input", "x.h5", "--output", "y.h5", "--dry-run")
        self.assertEqual((done.returncode, done.stdout), (0, "would write y.h5\n"), done.stderr)

    def test_problems_are_named_as_many_as_is_asked_for(self):
        submission = self.copied()
        with open(submission / "track_2/exp_0/fov_0.txt", "a") as labels:
            labels.write("1,2\n" * 30)
        for option, named in (("--progress=off", 20), ("-v", 30), ("-q", 0)):
            done = self.score(submission, options=[option])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stderr.count("2 values, need 4n or 4n+1"), named, option)
            self.assertEqual("more, see summary.json" in done.stderr, named == 20, option)

    def test_problems_beyond_the_hundredth_of_a_file_are_counted(self):
        for folder, name in (("ref", "traj_labs_fov_0.txt"), ("submission", "fov_0.txt")):
            experiment = self.folder / folder / "track_2/exp_0"
            experiment.mkdir(parents=True)
            (experiment / "ensemble_labels.txt").write_text("h\n1\n0.1\n1\n0.1\n1\n")
            (experiment / name).write_text("".join(f"{i},1,1,2,20\n" for i in range(103)))
        self.reference = self.folder / "ref"
        for bad, end in ((101, ""), (103, " (and 2 more like this in the file)")):
            lines = [f"{i},1,{3 if i < bad else 1},2,20\n" for i in range(103)]
            (self.folder / "submission/track_2/exp_0/fov_0.txt").write_text("".join(lines))
            self.assertEqual(self.score(self.folder / "submission").returncode, 0)
            problems = self.summary()["problems"]
            self.assertEqual(len(problems), 101)
            self.assertEqual(problems[100]["what"], problems[99]["what"].replace("99", "100") + end)

    def test_info_names_ranks(self):
        done = run("info", "--mpi", ranks=2)
        self.assertEqual(done.returncode, 0)
        self.assertIn("2 ranks on 1 host", done.stdout)
        self.assertIn("not built", done.stdout)


if __name__ == "__main__":
    PROGRAM, FIXTURES = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1], verbosity=1)
