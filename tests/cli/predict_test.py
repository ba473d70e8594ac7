#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""predict and run as users meet them. usage: predict_test.py PROGRAM"""
import csv
import json
import math
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

import h5py

from program import digests, run_program, two_models

PROGRAM, RECORD = None, "prediction.json"


def run(*arguments, ranks=None, **options):
    return run_program([PROGRAM, *arguments], ranks, **options)


class Predict(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.data, cls.large = cls.folder / "data", cls.folder / "large"
        for data, particles in ((cls.data, (24, 20)), (cls.large, (70, 60))):
            (cls.folder / "data.toml").write_text(two_models(*particles))
            done = run("simulate", "--config", cls.folder / "data.toml", "--output", data)
            assert done.returncode == 0, done.stderr
        cls.submission = cls.folder / "one"
        cls.done = run("predict", "--input", cls.data / "public", "--output", cls.submission)
        cls.results = cls.folder / "results"  # of enough trajectories to be judged
        cls.solved = run("run", "--benchmark", cls.large, "--output", cls.results, ranks=2)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def one_fov(self, name, text, *options):
        """A public tree with one experiment: the second field of view is that of the data."""
        public = self.folder / name / "track_2" / "exp_1"
        public.mkdir(parents=True)
        shutil.copy(self.data / "public/track_2/exp_1/trajs_fov_0.csv", public / "trajs_fov_1.csv")
        (public / "trajs_fov_0.csv").write_text("traj_idx,frame,x,y\n" + text)
        output = self.folder / (name + "_out")
        return output, run("predict", "--input", self.folder / name, "--output", output, *options)

    def lines(self, output, fov=0):
        text = (output / f"track_2/exp_1/fov_{fov}.txt").read_text()
        return [[float(value) for value in line.split(",")] for line in text.splitlines()]

    def test_whole_submission_passes_verify(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        checked = run("verify", self.submission, "--public", self.data / "public")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_verify_says_what_the_public_data_have_and_the_submission_not_and_the_reverse(self):
        copy = self.folder / "changed_submission"
        shutil.copytree(self.submission, copy)
        labels = copy / "track_1/exp_1/fov_0.txt"
        first, *others = labels.read_text().splitlines()
        index = first.split(",")[0]
        labels.write_text("\n".join(others + ["99" + first[len(index):], ""]))
        shutil.copy(copy / "track_2/exp_1/fov_0.txt", copy / "track_2/exp_1/fov_30.txt")
        shutil.copytree(copy / "track_2/exp_1", copy / "track_2/exp_7")
        checked = run("verify", copy, "--public", self.data / "public")
        self.assertEqual(checked.returncode, 6, checked.stdout)
        for words in (f"fov_0.txt: no line for VIP {index} of", "99 is no VIP of", "fov_30.txt: ", "holds no field of view 30",
                      "exp_7: ", "holds no data of this experiment", "4 problems"):
            self.assertIn(words, checked.stdout)
        self.assertNotIn("fov_29.txt", checked.stdout)

    def test_verify_refuses_public_data_with_which_nothing_can_be_compared(self):
        empty, half = self.folder / "no_data", self.folder / "one_track"
        empty.mkdir()
        shutil.copytree(self.data / "public/track_2", half / "track_2")
        for public, words in ((empty, "holds no data"), (self.data, "holds no data"), (half, "track_1 is submitted")):
            checked = run("verify", self.submission, "--public", public)
            self.assertEqual(checked.returncode, 3, checked.stdout)
            self.assertIn(words, checked.stderr)

    def test_recognises_models_and_finds_change_points(self):
        self.assertEqual(self.solved.returncode, 0, self.solved.stderr)
        output = self.results
        for track in (1, 2):
            for experiment, model in ((1, "multi_state"), (2, "immobile_traps")):
                first = (output / f"submission/track_{track}/exp_{experiment}/ensemble_labels.txt").read_text()
                self.assertTrue(first.startswith(f"model: {model}; num_state: 2"), (track, experiment, first[:40]))
        summary = json.loads((output / "summary.json").read_text())
        for experiment in summary["tracks"]["2"]["single"]["experiments"]:
            self.assertGreater(experiment["jsc_cp"], 0.6, experiment)
            self.assertLess(experiment["mae_alpha"], 0.15, experiment)
            self.assertGreater(experiment["f1_state"], 0.95, experiment)

    def check_page(self, folder, headings):
        """The report stands on its own: well-formed, no script, nothing from elsewhere."""
        page = (folder / "report.html").read_text()
        body = page[page.index("<body>") : page.index("</body>") + len("</body>")]
        tree = xml.etree.ElementTree.fromstring(body)
        self.assertEqual([heading.text for heading in tree.iter("h2") if "problem" not in heading.text], headings)
        self.assertNotIn("<script", page)
        self.assertEqual(set(re.findall(r"https?://[^\"' >]*", page)), {"http://www.w3.org/2000/svg"})
        self.assertIsNone(re.search(r"(src|href)=", page))
        self.assertIsNone(re.search(r"\b(nan|inf)\b", page))
        return tree

    def test_reports_scores_and_figures(self):
        output = self.folder / "reported"
        shutil.copytree(self.results, output)
        tree = self.check_page(output, ["Track 2: trajectories", "Track 1: videos", "Timings"])
        summary = json.loads((output / "summary.json").read_text())
        tables = ["".join(table.itertext()) for table in tree.iter("table")]
        for track in ("2", "1"):
            experiment = summary["tracks"][track]["single"]["experiments"][0]
            self.assertTrue(any(f"{experiment['jsc_cp']:.3f}" in table for table in tables), experiment)
            self.assertFalse(any(f"{experiment['jsc_cp']:.3f} (" in table for table in tables), "the paper's score of another experiment")
        titles = [title.text for title in tree.iter("{http://www.w3.org/2000/svg}title")]
        # Of two tracks; pictures: truth and prediction of a field of view of each experiment, and an inferred one.
        for expected, count in (("alpha: predicted against true", 2), ("error of a change point", 2), ("States: rows true", 2),
                                ("Detected share of change points by", 6), ("observed against given", 4), ("trajectories, coloured", 10)):
            self.assertEqual(sum(expected in title for title in titles), count, expected)
        self.check_calibration(output)
        first = (output / "report.html").read_bytes()
        (output / "report.html").unlink()
        self.assertEqual(run("report", output).returncode, 0)
        self.assertEqual((output / "report.html").read_bytes(), first)
        (output / "results.h5").write_bytes((output / "results.h5").read_bytes()[:1000])
        damaged = run("report", output)
        self.assertEqual(damaged.returncode, 3)
        self.assertIn("results.h5", damaged.stderr)
        (output / "summary.json").write_text('{"program": 3}')
        damaged = run("report", output)
        self.assertEqual(damaged.returncode, 3)
        self.assertIn("summary.json", damaged.stderr)

    def check_calibration(self, output):
        """The table of held intervals, counted anew from the files it is made of."""
        with h5py.File(output / "results.h5") as file:
            pairs = {name: column[:] for name, column in file["segments"].items()}
            trajectories = {name: column[:] for name, column in file["trajectories"].items()}
        held = {}
        for i, row in enumerate(pairs["trajectory"]):
            if trajectories["track"][row] != 2:
                continue
            experiment, fov, index = (int(trajectories[name][row]) for name in ("experiment", "fov", "index"))
            path = output / f"submission/details/track_2/exp_{experiment}/segments_fov_{fov}.csv"
            with open(path, encoding="utf-8") as file:
                segment = [line for line in csv.DictReader(file) if int(line["traj_idx"]) == index][pairs["segment_predicted"][i]]
            counts = held.setdefault(experiment, [0, 0, 0])
            counts[0] += 1
            for place, name in ((1, "alpha"), (2, "k")):
                counts[place] += float(segment[name + "_low"]) <= pairs[name + "_true"][i] <= float(segment[name + "_high"])
        with open(output / "tables/track_2_intervals.csv", encoding="utf-8") as file:
            rows = {row["experiment"]: row for row in csv.DictReader(file)}
        self.assertEqual(set(rows), {str(experiment) for experiment in held} | {"all"})
        for experiment, (count, alpha, k) in held.items():
            row = rows[str(experiment)]
            self.assertEqual(int(row["segments"]), count)
            self.assertAlmostEqual(float(row["alpha held"]), alpha / count, 12)
            self.assertAlmostEqual(float(row["K held"]), k / count, 12)

    def test_reports_a_submission_without_truth(self):
        public = self.folder / "no_truth"
        shutil.copytree(self.data / "public", public / "public")
        output = self.folder / "unscored"
        done = run("run", "--benchmark", public, "--output", output)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_page(output, ["Track 2: trajectories", "Track 1: videos", "Timings"])

    def test_nothing_to_report(self):
        nothing = run("report", self.data)
        self.assertEqual(nothing.returncode, 3)
        self.assertIn("summary.json", nothing.stderr)

    def test_same_bytes_at_any_number_of_ranks(self):
        expected = digests(self.submission, RECORD)
        for ranks in (1, 2, 3, 4, 8):
            output = self.folder / f"ranks{ranks}"
            done = run("predict", "--input", self.data / "public", "--output", output, ranks=ranks)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(digests(output, RECORD), expected, f"{ranks} ranks")

    def test_the_papers_method_at_any_number_of_ranks(self):
        expected = None
        for ranks in (1, 2, 3):
            output = self.folder / f"paper{ranks}"
            done = run("predict", "--input", self.data / "public", "--output", output, "--method", "paper", ranks=ranks)
            self.assertEqual(done.returncode, 0, done.stderr)
            expected = expected or digests(output, RECORD)
            self.assertEqual(digests(output, RECORD), expected, f"{ranks} ranks")
        checked = run("verify", output, "--public", self.data / "public")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertEqual(len((output / "track_1/exp_1/fov_0.txt").read_text().splitlines()), 4, "VIPs alone")
        self.assertGreater(max(len(line) for line in self.lines(output)), 6, "some trajectory has a change point")
        again = run("predict", "--input", self.data / "public", "--output", output, "--method", "paper", "--resume",
                    "--set", "chain.penalty=3")
        self.assertEqual(again.returncode, 2, "another penalty is another submission")

    def test_resumes_after_a_kill(self):
        output = self.folder / "killed"
        command = [PROGRAM, "predict", "--input", self.data / "public", "--output", output, "--progress", "off"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while process.poll() is None and not list(output.glob("details/track_2/*/model.json")):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        self.assertEqual(process.wait(), -signal.SIGKILL)
        again = run("predict", "--input", self.data / "public", "--output", output)
        self.assertEqual(again.returncode, 2, "an unfinished submission is not overwritten")
        done = run("predict", "--input", self.data / "public", "--output", output, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(digests(output, RECORD), digests(self.submission, RECORD))

    def test_killed_while_the_record_was_written(self):
        output = self.folder / "begun"
        output.mkdir()
        (output / "prediction.json.part").write_text("{")
        done = run("predict", "--input", self.data / "public", "--output", output, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(digests(output, RECORD), digests(self.submission, RECORD))

    def test_fields_of_view_without_vips_are_answered_with_nothing(self):
        (self.folder / "few.toml").write_text(two_models(5, 5).replace("fovs = 2", "fovs = 8"))
        data, output = self.folder / "few", self.folder / "few_out"
        done = run("simulate", "--config", self.folder / "few.toml", "--output", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("fewer than the two VIPs that the official scorer needs", done.stderr)
        empty = [path for path in data.glob("ref/track_1/exp_*/vip_idx_fov_*.txt") if path.read_text() == ""]
        self.assertGreater(len(empty), 0)
        done = run("predict", "--input", data / "public", "--output", output, "--method", "likelihood")
        self.assertEqual(done.returncode, 0, done.stderr)
        for path in empty:
            answer = output / "track_1" / path.parent.name / path.name.replace("vip_idx_", "")
            self.assertEqual(answer.read_text(), "", answer)
        checked = run("verify", output, "--public", data / "public")
        self.assertEqual(checked.returncode, 0, checked.stdout)

    def test_intervals_hold_their_estimates(self):
        path = self.submission / "details/track_2/exp_1/segments_fov_0.csv"
        with open(path, encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertGreater(len(rows), 20)
        for row in rows:
            self.assertLessEqual(float(row["alpha_low"]), float(row["alpha"]) + 1e-9)
            self.assertLessEqual(float(row["alpha"]), float(row["alpha_high"]) + 1e-9)
            self.assertLessEqual(float(row["k_low"]), float(row["k"]) * (1 + 1e-9))
            self.assertLessEqual(float(row["k"]), float(row["k_high"]) * (1 + 1e-9))
            self.assertTrue(0 <= float(row["state_probability"]) <= 1 + 1e-9)
            self.assertTrue(0 <= float(row["change_probability"]) <= 1)

    def test_short_trajectories_and_gaps(self):
        text = "0,5,10,10\n1,0,3,4\n1,1,3.5,4.5\n"  # one point; two points
        text += "".join(f"2,{t},{10 + 0.1 * t},{20 - 0.05 * t}\n" for t in range(60) if t % 7 != 3)  # gaps
        text += "".join(f"3,{t},{'nan,nan' if t < 12 else ','}\n" if 10 <= t < 15 else f"3,{t},{5 + 0.2 * t},7\n" for t in range(40))
        text += "".join(f"4,{t},12.5,12.5\n" for t in range(50))  # does not move at all
        text += "".join(f"5,{t},{8000 + t % 5},{9000 + t % 3}\n" for t in range(50))  # far away
        output, done = self.one_fov("odd", text)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = self.lines(output)
        self.assertEqual([line[0] for line in lines], [0, 1, 2, 3, 4, 5])
        self.assertEqual([line[-1] for line in lines], [1, 2, 59, 40, 50, 50])
        for line in lines:
            self.assertTrue(all(math.isfinite(value) for value in line), line)

    def test_long_trajectory(self):
        text = "".join(f"0,{t},{50 + 0.9 * (t * 7919 % 13 - 6)},{50 + 0.7 * (t * 104729 % 11 - 5)}\n" for t in range(3000))
        output, done = self.one_fov("long", text)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.lines(output)[0][-1], 3000)

    def test_coordinates_that_are_out_of_all_bounds(self):
        output, done = self.one_fov("huge", "0,0,1,1\n0,1,1e40,1\n")
        self.assertEqual(done.returncode, 4)
        self.assertIn("trajs_fov_0.csv:3:5: x is '1e40'", done.stderr)
        self.assertGreater(len(self.lines(output, 1)), 10)

    def test_frames_that_are_counted_from_long_ago(self):
        near, far = ("".join(f"0,{begin + t},{5 + 0.2 * t},{3 + t % 3}\n" for t in range(60)) for begin in (0, 2**40))
        outputs = [self.one_fov(name, text)[0] for name, text in (("now", near), ("since_long", far))]
        self.assertEqual(*(self.lines(output) for output in outputs))

    def test_experiments_of_any_number(self):
        shutil.copytree(self.data / "public/track_2/exp_1", self.folder / "numbers/track_2/exp_2000000000")
        output = self.folder / "numbers_out"
        done = run("predict", "--input", self.folder / "numbers", "--output", output, "--method", "likelihood")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((output / "track_2/exp_2000000000/ensemble_labels.txt").exists())

    def test_experiment_without_displacements_is_left_out_in_one_word(self):
        public = self.folder / "no_steps/track_2"
        shutil.copytree(self.data / "public/track_2/exp_1", public / "exp_2")
        (public / "exp_1").mkdir()
        (public / "exp_1/trajs_fov_0.csv").write_text("traj_idx,frame,x,y\n0,5,10,10\n")
        for method in ("hybrid", "likelihood"):
            output = self.folder / f"no_steps_{method}"
            done = run("predict", "--input", self.folder / "no_steps", "--output", output, "--method", method)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("exp_1: no trajectory has positions in two frames that follow each other (in the 1 of 1 fields of view", done.stderr)
            self.assertIn("exp_1/trajs_fov_0.csv: left out with its experiment", done.stderr)
            self.assertNotIn(".json", done.stderr)
            self.assertTrue((output / "track_2/exp_2/ensemble_labels.txt").exists())
        (public / "exp_1/trajs_fov_0.csv").write_text("traj_idx,frame,x,y\n")
        done = run("predict", "--input", self.folder / "no_steps", "--output", self.folder / "no_steps_unet", "--method",
                   "unet", ranks=2)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("exp_1: no trajectory in any field of view: it has no ensemble labels", done.stderr)

    def test_resuming_without_an_input_that_was_there_is_refused(self):
        public = self.folder / "lost/track_2/exp_1"
        shutil.copytree(self.data / "public/track_2/exp_1", public)
        command = ("predict", "--input", self.folder / "lost", "--output", self.folder / "lost_out", "--method",
                   "likelihood", "--resume")
        self.assertEqual(run(*command).returncode, 0)
        (public / "trajs_fov_1.csv").unlink()
        done = run(*command)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("fov_1.txt: has no input any more", done.stderr)
        (self.folder / "lost_out/track_2/exp_1/fov_1.txt").unlink()
        self.assertEqual(run(*command).returncode, 0)
        (public / "trajs_fov_0.csv").write_text("traj_idx,frame,x,y\n")
        self.assertEqual(run(*command).returncode, 4)
        self.assertEqual(list((self.folder / "lost_out/track_2/exp_1").iterdir()), [], "ensemble labels of before")

    def test_many_trajectories_in_one_field_of_view(self):
        count = 100000
        steps = [(0.31 * (t * 7919 % 13 - 6), 0.29 * (t * 104729 % 11 - 5)) for t in range(20)]
        lines = []
        for i in range(count):
            x, y = 25.0 * (i % 320), 25.0 * (i // 320)
            lines += [f"{i},{t},{x + dx},{y + dy}\n" for t, (dx, dy) in enumerate(steps)]
        output, done = self.one_fov("many", "".join(lines), "--method", "likelihood")  # a network takes minutes
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line[0] for line in self.lines(output)], list(range(count)))

    def test_empty_field_of_view(self):
        output, done = self.one_fov("empty", "")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((output / "track_2/exp_1/fov_0.txt").read_text(), "")
        self.assertGreater(len(self.lines(output, 1)), 10)

    def test_bad_file_is_named_and_others_are_done(self):
        output, done = self.one_fov("twice", "0,0,1,1\n0,1,2,2\n0,1,3,3\n")
        self.assertEqual(done.returncode, 4)
        self.assertIn("trajs_fov_0.csv:4", done.stderr)
        self.assertIn("expected frame 2", done.stderr)
        self.assertFalse((output / "track_2/exp_1/fov_0.txt").exists())
        self.assertGreater(len(self.lines(output, 1)), 10)

    def test_missing_weights_are_told_before_any_work(self):
        output = self.folder / "without_weights"
        done = run("predict", "--input", self.data / "public", "--output", output, "--weights", self.folder / "no", ranks=2)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(done.stderr.count("default.h5: no weights of the network there"), 1, done.stderr)
        self.assertIn("--method likelihood", done.stderr)
        self.assertFalse(output.exists())

    def test_nothing_to_infer(self):
        empty = self.folder / "nothing"
        empty.mkdir()
        done = run("predict", "--input", empty, "--output", self.folder / "nothing_out")
        self.assertEqual(done.returncode, 3)
        self.assertIn("trajs_fov_0.csv", done.stderr)
        done = run("predict", "--input", empty, "--output", self.folder / "x", "--method", "magic")
        self.assertEqual(done.returncode, 2)
        self.assertIn("likelihood", done.stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
