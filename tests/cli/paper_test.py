#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""paper as users meet it, on very little data. usage: paper_test.py PROGRAM CONFIGS"""
import hashlib
import json
import pathlib
import re
import shutil
import sys
import tempfile
import unittest
import xml.etree.ElementTree

from program import rows_of, run_program, two_models

PROGRAM, CONFIGS = None, None

DIMERS = """
[[experiment]]
model = "dimerization"
particles = 60
k = [{ normal = [0.28, 0.001] }, { normal = [0.0035, 0.0001] }]
alpha = [{ normal = [1, 0.1] }, { normal = [1.1, 0.01] }]
radius = 0.5
binding = 1
unbinding = 0.1
"""


def run(*arguments, ranks=None):
    return run_program([PROGRAM, *arguments], ranks)


def results(folder):
    """sha256 of the results: all that lies in the folder itself but the record, which holds times."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.iterdir()) if path.is_file() and path.name != "paper_run.json"}


class Paper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        multi_state = two_models(40, 40).split('\n[[experiment]]\nmodel = "immobile_traps"')[0]
        (cls.folder / "benchmark.toml").write_text(multi_state + DIMERS)  # the paper's experiments 1 and 2, by their models
        cls.benchmark = cls.folder / "benchmark"
        done = run("simulate", "--config", cls.folder / "benchmark.toml", "--output", cls.benchmark)
        assert done.returncode == 0, done.stderr
        # A network alone is the quickest method: a small one, hardly trained, beside the paper's nets.
        weights = cls.folder / "weights"
        training = ["--set=train.network=custom", "--set=network.filters=8-12", "--set=network.bottom=16",
                    *(f"--set=train.{key}=1" for key in ("steps", "warmup", "tiles", "validation_tiles"))]
        done = run("train", "--config", CONFIGS / "train_default.toml", "--output", weights, *training)
        assert done.returncode == 0, done.stderr
        (weights / "weights.h5").rename(weights / "default.h5")
        for net in (CONFIGS / "weights").glob("paper_*.h5"):
            shutil.copy(net, weights)
        cls.quick = ["--scale", "0.005", "--seed", "3", "--method", "unet", "--weights", weights]
        cls.all = [*cls.quick, "--benchmark", cls.benchmark]
        cls.paper = cls.folder / "paper"
        cls.done = run("paper", "--output", cls.paper, *cls.all)
        assert cls.done.returncode == 0, cls.done.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def value(self, table, block, metric, method="unet"):
        found = [row for row in rows_of(self.paper / f"{table}.csv")
                 if list(row.values())[0] == block and row["metric"] == metric and row["method"] == method]
        self.assertEqual(len(found), 1, (table, block, metric))
        return found[0]

    def test_every_table_and_figure_is_there(self):
        names = {path.name for path in self.paper.iterdir() if path.is_file()}
        for table in ("table_1", "table_2", "table_3", "table_4", "figure_4", "figure_5", "figure_8", "figure_9"):
            for ending in ("txt", "csv", "md", "tex"):
                self.assertIn(f"{table}.{ending}", names)
        judges = ("paper_nets", "default_net", "unet")
        figures = ["figure_2_alpha", "figure_2_k", "figure_4", "figure_5", "figure_9_mae_alpha", "figure_9_msle_k"]
        figures += [f"figure_{number}_{judge}" for number in (6, 7, 8) for judge in judges]
        self.assertEqual({name for name in names if name.endswith(".svg")}, {f"{figure}.svg" for figure in figures})
        for figure in figures:
            xml.etree.ElementTree.parse(self.paper / f"{figure}.svg")

    def test_page_stands_on_its_own(self):
        page = (self.paper / "index.html").read_text()
        body = page[page.index("<body>") : page.index("</body>") + len("</body>")]
        tree = xml.etree.ElementTree.fromstring(body)
        headings = [heading.text.split(":")[0] for heading in tree.iter("h2")]
        self.assertEqual(headings, ["Table 1", "Figure 2", "Figure 4", "Figure 5", "Figure 6", "Figure 7", "Figure 8",
                                    "Table 2", "Figure 9", "Table 3", "Table 4"])
        self.assertEqual(set(re.findall(r"https?://[^\"' >]*", page)), {"http://www.w3.org/2000/svg"})
        self.assertIsNone(re.search(r"<script|(src|href)=|\b(nan|inf)\b", page))
        self.assertEqual(len(list(tree.iter("figure"))), len(list(self.paper.glob("*.svg"))))

    def test_numbers_are_those_of_the_runs(self):
        for track, table in (("1", "table_3"), ("2", "table_4")):
            summary = json.loads((self.paper / "benchmark/unet/summary.json").read_text())["tracks"][track]
            for task, metrics in (("single", ("rmse_cp", "jsc_cp", "mae_alpha", "msle_k", "f1_state")), ("ensemble", ("w1_alpha", "w1_k"))):
                self.assertEqual(len(summary[task]["experiments"]), 2)
                for experiment in summary[task]["experiments"]:
                    for metric in metrics:
                        shown = self.value(table, str(experiment["experiment"]), metric)
                        self.assertEqual(float(shown["value"]), experiment[metric])
                for metric in metrics:
                    self.assertEqual(float(self.value(table, "average", metric)["value"]), summary[task]["global"][metric])
        summary = json.loads((self.paper / "validation/unet/summary.json").read_text())["tracks"]
        for track, block in (("1", "video"), ("2", "raw")):
            shown = float(self.value("table_2", block, "mae_alpha")["value"])
            self.assertAlmostEqual(shown, summary[track]["single"]["global"]["mae_alpha"], places=12)
            without = [e for e in summary[track]["single"]["experiments"] if e["experiment"] <= 8]  # two a model, single_state last
            mean = sum(e["trajectories"] * e["msle_k"] for e in without) / sum(e["trajectories"] for e in without)
            self.assertAlmostEqual(float(self.value("table_2", block + " without single_state", "msle_k")["value"]), mean, places=12)

    def test_errors_of_frames_are_those_of_the_submission(self):
        """Recounted from the files of truth and submission."""
        def frames(line):
            values = [float(v) for v in line.split(",")][1:]
            alpha = []
            for i in range(0, len(values), 4):
                alpha += [values[i + 1]] * (int(values[i + 3]) - len(alpha))
            return alpha
        error, count, rows_of_tiles = 0, 0, 0
        for truth in sorted((self.paper / "frames/data/ref/track_2").glob("exp_*/traj_labs_fov_*.txt")):
            fov = truth.stem.removeprefix("traj_labs_")
            answer = self.paper / "frames/unet/submission/track_2" / truth.parent.name / f"{fov}.txt"
            lines = truth.read_text().splitlines()
            rows_of_tiles += 64 * ((len(lines) + 63) // 64)
            for a, b in zip(map(frames, lines), map(frames, answer.read_text().splitlines())):
                error += sum(abs(x - y) for x, y in zip(a, b, strict=True))
                count += len(a)
        self.assertAlmostEqual(float(self.value("table_1", "mae_alpha", "frames")["value"]), error / count, places=9)
        self.assertAlmostEqual(float(self.value("figure_4", "all", "cells")["value"]), error / (208 * rows_of_tiles), places=9)

    def test_published_values_are_the_papers(self):
        for table, block, metric, published in (
                ("table_2", "video", "jsc_cp", 0.54), ("table_2", "raw", "rmse_cp", 1.38), ("table_2", "raw", "w1_k", 0.10),
                ("table_3", "1", "mae_alpha", 0.362), ("table_3", "2", "w1_k", 0.967),
                ("table_4", "1", "trajectories", 1280), ("table_4", "2", "f1_state", 0.994),
                ("table_1", "mae_alpha", "cells", 0.0225)):
            self.assertEqual(float(self.value(table, block, metric)["published"]), published, (table, block, metric))
        for table in ("table_3", "table_4"):  # of two experiments
            self.assertEqual(self.value(table, "average", "jsc_cp")["published"], "")
        for block, metric, published in (("msle_k", "cells", 0.00074), ("entropy_state", "cells_as_they_are", 0.0181),
                                         ("entropy_state", "parameters", 2.45e6), ("mae_alpha", "parameters", 28.8e6)):
            self.assertEqual(float(self.value("table_1", block, metric, "paper_nets")["published"]), published)
        self.assertIn("published  ", (self.paper / "table_4.txt").read_text())

    def test_markdown_and_latex_are_well_formed(self):
        for path in self.paper.glob("*.md"):
            lines = [line for line in path.read_text().splitlines() if line.startswith("|")]
            self.assertGreater(len(lines), 4)
            self.assertEqual(len({line.count("|") - line.count(r"\|") for line in lines}), 1, path)
        for path in self.paper.glob("*.tex"):
            text = re.sub(r"(?m)^%.*$", "", path.read_text())
            columns = len(re.search(r"\\begin\{tabular\}\{([lr]+)\}", text).group(1))
            body = [line for line in text.splitlines() if line.endswith(r"\\")]
            self.assertGreater(len(body), 4)
            self.assertEqual({len(re.findall(r"(?<!\\)&", line)) + 1 for line in body}, {columns}, path)
            self.assertEqual(len(re.findall(r"(?<!\\)\{", text)), len(re.findall(r"(?<!\\)\}", text)), path)
            self.assertEqual(re.findall(r"(?<!\\)[_#$%]", text), [], path)

    def test_a_second_run_is_refused_and_resume_does_nothing_again(self):
        # Scores and reports are made anew from what is there.
        made = [*self.paper.glob("*/data/[pr]*/**/*fov_*"), *self.paper.glob("*/*/submission/**/fov_*.txt"), *self.paper.glob("frames/frames_*.json"),
                self.paper / "training/density.json"]
        before = {path: path.stat().st_mtime_ns for path in made if path.is_file()}
        self.assertGreater(len(before), 100)
        refused = run("paper", "--output", self.paper, *self.all)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--resume", refused.stderr)
        for other in (["--seed", "4"], ["--set", "chain.penalty=0.01"], ["--set", "simulate.frames=100"]):
            self.assertEqual(run("paper", "--output", self.paper, "--resume", *self.all, *other).returncode, 2, other)
        expected = results(self.paper)
        overwritten = ["--set", "simulate.seed=4", "--set", "simulate.fovs=2"]  # by the paper's plan
        again = run("paper", "--output", self.paper, "--resume", *self.all, *overwritten)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(results(self.paper), expected)
        self.assertEqual([path for path, time in before.items() if path.stat().st_mtime_ns != time], [])

    def test_same_bytes_at_two_ranks_and_after_a_missing_part(self):
        two = self.folder / "two"
        few = [*self.quick, "--only", "table_1,table_4,figure_2,figure_6", "--fovs", "1"]
        done = run("paper", "--output", two, *few, ranks=2)
        self.assertEqual(done.returncode, 0, done.stderr)
        one = self.folder / "one"
        done = run("paper", "--output", one, *few)
        self.assertEqual(done.returncode, 0, done.stderr)
        expected = results(one)
        self.assertEqual(results(two), expected)
        self.assertNotIn("table_3.csv", expected)
        self.assertEqual({row["experiment"] for row in rows_of(one / "table_4.csv")}, {*"123456789", "average"})
        self.assertFalse((one / "validation").exists())
        (two / "training/density.json").unlink()
        (two / "frames/frames_paper_nets.json").unlink()
        done = run("paper", "--output", two, "--resume", *few, ranks=2)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(results(two), expected)

    def test_what_failed_is_tried_again(self):
        data = self.folder / "damaged"
        shutil.copytree(self.benchmark, data)
        (damaged := data / "public/track_2/exp_1/trajs_fov_0.csv").write_text("not a table\n")
        again = self.folder / "again"
        wanted = [*self.quick, "--only", "table_4", "--benchmark", data]
        done = run("paper", "--output", again, *wanted)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn(str(damaged), done.stderr)
        shutil.copy(self.benchmark / "public/track_2/exp_1/trajs_fov_0.csv", damaged)
        done = run("paper", "--output", again, "--resume", *wanted)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(rows_of(again / "table_4.csv"), rows_of(self.paper / "table_4.csv"))

    def test_other_experiments_of_the_same_number_are_not_compared(self):
        data, output = self.folder / "others", self.folder / "others_out"
        shutil.copytree(self.benchmark, data)
        for experiment in data.glob("*/track_*/exp_2"):
            experiment.rename(experiment.with_name("exp_3"))
        done = run("paper", "--output", output, *self.quick, "--only", "table_4", "--benchmark", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({row["published"] for row in rows_of(output / "table_4.csv")}, {""})
        self.assertFalse((output / "benchmark/unet/submission/track_1").exists(), "no table needs the videos")
        self.assertEqual(json.loads((output / "benchmark/unet/summary.json").read_text())["problems"], [])

    def test_a_benchmark_that_is_not_there_leaves_nothing(self):
        output = self.folder / "mistyped"
        done = run("paper", "--output", output, *self.quick, "--benchmark", self.benchmark / "public")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("holds no data", done.stderr)
        self.assertFalse(output.exists())

    def test_what_is_damaged_or_made_from_something_else_is_made_again(self):
        again = self.folder / "frames"
        wanted = ["--output", again, *self.quick, "--only", "table_1,figure_4"]
        done = run("paper", *wanted)
        self.assertEqual(done.returncode, 0, done.stderr)
        expected = results(again)
        data = again / "frames/data"
        damaged = [data / "ref/track_2/exp_1/traj_labs_fov_0.txt", data / "public/track_2/exp_1/trajs_fov_0.csv",
                   again / "frames/unet/submission/track_2/exp_2/fov_0.txt"]
        texts = [path.read_text() for path in damaged]
        for path in damaged[:-1]:
            path.write_text("damaged\n")
        damaged[-1].unlink()
        done = run("paper", *wanted, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([path.read_text() for path in damaged], texts)
        self.assertEqual(results(again), expected)
        # Comparisons that failed in part, or were made with other weights or another submission.
        for judge, key, value in (("unet", "problems", ["failed"]), ("paper_nets", "made_from", "other weights"), ("unet", "made_from", "another")):
            study = again / f"frames/frames_{judge}.json"
            text = study.read_text()
            study.write_text(json.dumps({**json.loads(text), key: value}))
            done = run("paper", *wanted, "--resume")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(study.read_text(), text, (judge, key))

    def test_times_of_runs_that_were_stopped_count(self):
        late = self.folder / "late"
        stopped = run("paper", "--output", late, *self.quick, "--only", "table_4", "--fovs", "2", "--method", "likelihood", "--max-time", "1s")
        self.assertEqual(stopped.returncode, 5, stopped.stderr)
        self.assertGreater(json.loads((late / "paper_run.json").read_text())["run"]["seconds"]["benchmark"], 0.1)

    def test_example_of_the_help_is_understood(self):
        example = run("paper", "--help").stdout.split("Example:\n")[1].strip().split("anomalousnet ")[1].split()
        done = run(*example[:1], "--dump-config", *example[1:])
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_dry_run_and_wrong_words(self):
        nothing = self.folder / "nothing"
        done = run("paper", "--output", nothing, "--dry-run", "--full")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("30 fields of view", done.stdout)
        self.assertIn("4050 experiments", done.stdout)
        self.assertFalse(nothing.exists())
        for words, expected in ((["--only", "table_5"], "table_4"), (["--method", "magic"], "likelihood"),
                                (["--scale", "0"], "--scale"), (["--full", "--scale", "1"], "--full"), (["--fovs", "0"], "--fovs"),
                                (["--seed", "-1"], "--seed"), (["--seed", "99999999999999999999"], "--seed")):
            done = run("paper", "--output", nothing, "--dry-run", *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(expected, done.stderr)


if __name__ == "__main__":
    PROGRAM, CONFIGS = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
    unittest.main()
