#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""train, network and the methods that have one, as users meet them. usage: network_test.py PROGRAM FOLDER"""
import csv
import json
import pathlib
import shutil
import sys
import tempfile
import unittest

import h5py
import numpy as np

from program import digests, run_program

PROGRAM, SOURCE = None, None
TRAINING = ["--set", "train.network=small-state", "--set", "train.tiles=2", "--set", "train.validation_tiles=2",
            "--set", "train.validate_every=2", "--set", "train.warmup=2", "--set", "train.checkpoint_every=2"]


def run(*arguments, ranks=None, **options):
    return run_program([PROGRAM, *arguments], ranks, **options)


def arrays(path):
    found = {}
    with h5py.File(path) as file:
        file["layers"].visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


class NetworkTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.weights = SOURCE / "configs" / "weights" / "default.h5"

    def train(self, name, steps, *more, ranks=None):
        result = run("train", "--config", SOURCE / "configs" / "train_default.toml", "--output", self.folder / name,
                     *TRAINING, "--set", f"train.steps={steps}", *more, ranks=ranks)
        return result

    def assert_same_weights(self, first, second):
        a, b = arrays(self.folder / first / "weights.h5"), arrays(self.folder / second / "weights.h5")
        self.assertEqual(a.keys(), b.keys())
        for name in a:
            np.testing.assert_array_equal(a[name], b[name], name)

    def assert_same_curves(self, first, second):
        def curve(name):  # without its seconds
            rows = (self.folder / name / "learning_curve.csv").read_text().splitlines()
            return [row.split(",")[:2] + row.split(",")[3:] for row in rows]
        self.assertEqual(curve(first), curve(second))

    def test_repeats_are_counted_from_0(self):
        done = run("network", "forward", "--weights", "w.h5", "--input", "x.h5", "--output", "y.h5", "--repeat", "-1")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("--repeat", done.stderr)

    def gradient(self, change):
        """Of the shipped network, with targets that were changed."""
        target = np.tile(np.array([1, 0, 2, 0, 1], "f4"), (1, 2, 16, 1))
        change(target)
        with h5py.File(self.folder / "x.h5", "w") as file:
            file["input"] = np.ones((1, 2, 16, 16), "f4")
            file["target"] = target
        return run("network", "gradient", "--weights", self.weights, "--input", self.folder / "x.h5", "--output", self.folder / "g.h5")

    def test_the_reference_has_no_bf16(self):
        self.assertEqual(self.gradient(lambda target: None).returncode, 0)
        action = ["network", "forward", "--weights", self.weights, "--input", self.folder / "x.h5", "--output", self.folder / "y.h5"]
        done = run(*action, "--precision", "bf16")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("expected f32, or back end onednn or cuda", done.stderr)
        self.assertEqual(run(*action, "--precision", "f32").returncode, 0)

    def test_targets_that_no_loss_is_defined_for_are_told(self):
        def with_value(channel, value):
            def change(target):
                target[0, 1, 3, channel] = value
            return change
        self.assertEqual(self.gradient(with_value(4, 0)).returncode, 0)
        for channel, value, words in ((2, 1e9, "a state outside 0 to 3"), (2, -1, "a state outside 0 to 3"),
                                      (2, np.nan, "not finite"), (0, np.inf, "not finite"), (4, -1, "a weight below 0")):
            result = self.gradient(with_value(channel, value))
            self.assertEqual(result.returncode, 3, result.stderr)
            self.assertIn("x.h5: /target holds", result.stderr)
            self.assertIn(words, result.stderr)

    def test_training_goes_on_as_if_it_had_not_been_broken_off(self):
        self.assertEqual(self.train("whole", 6).returncode, 0)
        broken = self.train("broken", 6, "--max-time", "1s")
        self.assertIn(broken.returncode, (0, 5), broken.stderr)
        record = json.loads((self.folder / "broken" / "training.json").read_text())
        self.assertEqual(record["complete"], broken.returncode == 0)
        again = self.train("broken", 6, "--resume")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assert_same_weights("whole", "broken")
        self.assert_same_curves("whole", "broken")

    def test_training_learns_from_many_experiments(self):
        text = (SOURCE / "configs" / "train_default.toml").read_text()
        settings, experiments = text[:text.index("[[experiment]]")], text[text.index("[[experiment]]"):]
        many = self.folder / "many.toml"
        many.write_text(settings + experiments * 4)
        result = run("train", "--config", many, "--output", self.folder / "many", *TRAINING, "--set", "train.steps=2")
        self.assertEqual(result.returncode, 0, result.stderr)
        kept = sorted(path.name for path in (self.folder / "many").glob("checkpoint_*"))
        self.assertEqual([name.split("_")[1] for name in kept], ["0000000000", "0000000002"])  # the first before learning
        for name in (kept[-1], "weights.h5"):
            with h5py.File(self.folder / "many" / name) as file:
                configuration = file.attrs["configuration"]
            self.assertGreater(len(configuration), 65536)
            self.assertEqual(json.loads(configuration)["experiments"].count("[[experiment]]"), 4 * experiments.count("[[experiment]]"))
        again = run("train", "--config", many, "--output", self.folder / "many", *TRAINING, "--set", "train.steps=2", "--resume")
        self.assertEqual(again.returncode, 0, again.stderr)

    def test_training_shows_its_progress_as_asked(self):
        shown = self.train("shown", 4, "--progress", "lines")
        self.assertEqual([line.split(":")[0] for line in shown.stderr.splitlines() if line.startswith("step")],
                         ["step       2 of 4", "step       4 of 4"])
        self.assertEqual(self.train("unshown", 4, "--progress", "off").stderr, "")

    def test_training_at_two_ranks_gives_the_same_again(self):
        for name in ("first", "second"):
            result = self.train(name, 3, ranks=2)
            self.assertEqual(result.returncode, 0, result.stderr)
        self.assert_same_weights("first", "second")
        self.assert_same_curves("first", "second")

    def test_training_learns_from_the_same_tiles_at_any_number_of_ranks(self):
        losses = []
        for ranks in (1, 2, 4):
            result = self.train(f"at_{ranks}", 4, "--set", "train.tiles=8", ranks=ranks)
            self.assertEqual(result.returncode, 0, result.stderr)
            rows = (self.folder / f"at_{ranks}" / "learning_curve.csv").read_text().splitlines()[1:]
            losses.append([float(row.split(",")[column]) for row in rows for column in (4, 5)])  # of training, of validation
        for found in losses[1:]:
            np.testing.assert_allclose(found, losses[0], rtol=1e-4)

    def test_all_ranks_go_on_from_the_checkpoint_that_root_sees(self):
        for place in ("root", "other"):
            (self.folder / place).mkdir()
        # Root sees the checkpoint of step 6, the other rank also that of step 8.
        self.assertEqual(self.train("root/out", 8, ranks=2).returncode, 0)
        whole = arrays(self.folder / "root" / "out" / "weights.h5")
        shutil.copytree(self.folder / "root" / "out", self.folder / "other" / "out")
        max((self.folder / "root" / "out").glob("checkpoint_*")).unlink()
        command = [PROGRAM, "train", "--config", SOURCE / "configs" / "train_default.toml", "--output", "out", *TRAINING, "--set",
                   "train.steps=8", "--resume"]
        again = run_program(["mpirun", "-n", "1", "-wdir", self.folder / "root", *command, ":",
                             "-n", "1", "-wdir", self.folder / "other", *command])
        self.assertEqual(again.returncode, 0, again.stderr)
        found = arrays(self.folder / "root" / "out" / "weights.h5")
        for name, values in whole.items():
            np.testing.assert_array_equal(found[name], values, name)

    def test_training_with_batch_norms_goes_on_at_two_ranks_as_if_it_had_not_been_broken_off(self):
        def train(name, *more):
            small = ("train.network=custom", "network.filters=8-12", "network.bottom=16", "network.batch_norm=true")
            return self.train(name, 10, *(f"--set={setting}" for setting in small), *more, ranks=2)
        self.assertEqual(train("whole").returncode, 0)
        stopped = next(seconds for seconds in range(1, 60)
                       if train("broken", "--resume", "--max-time", f"{seconds}s").returncode == 0)
        self.assertGreater(stopped, 1)
        self.assert_same_weights("whole", "broken")
        self.assert_same_curves("whole", "broken")

    def test_ranks_end_together_when_validation_gets_no_better(self):
        # Each rank has other tiles of validation, which get worse at other steps.
        result = self.train("patient", 40, "--set", "train.patience=1", "--set", "train.rate=0.05", "--set", "train.validate_every=1",
                            ranks=2)
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = (self.folder / "patient" / "learning_curve.csv").read_text().splitlines()
        self.assertLess(len(rows), 41)

    def train_with_patience(self, name, patience, *more):
        result = self.train(name, 40, "--set", f"train.patience={patience}", "--set", "train.rate=0.05", "--set", "train.validate_every=1",
                            "--set", "train.checkpoint_every=1", *more)
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = [row.split(",") for row in (self.folder / name / "learning_curve.csv").read_text().splitlines()[1:]]
        self.assertLess(len(rows), 40)
        self.assertEqual(min(float(row[5]) for row in rows), float(rows[-1 - patience][5]))
        return sorted((self.folder / name).glob("checkpoint_*"))

    def test_training_that_ends_early_gives_the_weights_of_the_best_validation(self):
        best, last = self.train_with_patience("patient", 1)
        found, expected = arrays(self.folder / "patient" / "weights.h5"), arrays(best)
        self.assertEqual(found.keys(), expected.keys())
        for variable, values in expected.items():
            np.testing.assert_array_equal(found[variable], values.astype(found[variable].dtype), variable)
        self.assertTrue(any((values != expected[variable]).any() for variable, values in arrays(last).items()))
        with h5py.File(self.folder / "patient" / "weights.h5") as file:
            self.assertIn(f"of step {int(best.name.split('_')[1])}, whose validation".encode(), file.attrs["trained"])

    def test_the_best_weights_are_kept_while_training_is_broken_off(self):
        last = self.train_with_patience("whole", 2)[-1]
        shutil.copytree(self.folder / "whole", self.folder / "broken")
        (self.folder / "broken" / last.name).unlink()
        self.train_with_patience("broken", 2, "--resume")
        self.assert_same_weights("whole", "broken")

    def test_a_dry_run_says_what_would_be_done(self):
        result = self.train("dry", 7, "--dry-run")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("7 steps of 2 tiles", result.stdout)
        self.assertFalse((self.folder / "dry").exists())

    def test_a_dry_run_refuses_what_the_run_does(self):
        for settings, ranks, words in ((["train.tiles=3"], 2, "train.tiles is 3 (expected a multiple of the 2 ranks)"),
                                       (["train.backend=reference", "train.precision=bf16"], None, "back end reference"),
                                       (["simulate.frames=300"], None, "experiments of 300 frames in tiles of 208"),
                                       (["train.scale=1e-60"], None, "train.scale is 1e-60")):
            for more in (["--dry-run"], []):
                result = self.train("refused", 1, *(word for setting in settings for word in ("--set", setting)), *more, ranks=ranks)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(words, result.stderr)
                self.assertFalse((self.folder / "refused").exists())

    def test_networks_of_any_shape_can_be_trained(self):
        custom = ["train.network=custom", "network.filters=4-6-8", "network.bottom=10", "network.task=cce", "network.features=steps",
                  "network.attention_blocks=0", "network.kernel_rows=3", "network.kernel_columns=7", "network.pool_rows=2",
                  "network.inter_divisor=2", "network.gate_output_conv=true", "network.batch_norm=false"]
        result = self.train("custom", 2, *(word for setting in custom for word in ("--set", setting)))
        self.assertEqual(result.returncode, 0, result.stderr)
        with h5py.File(self.folder / "custom" / "weights.h5") as file:
            self.assertEqual(list(file.attrs["filters"]), [4, 6, 8])
            self.assertEqual(file.attrs["task"], b"cce")
            self.assertEqual(file["layers/enc1_conv1/kernel"].shape, (3, 7, 2, 4))
            self.assertEqual(file["layers/dec2_up/kernel"].shape, (2, 2, 6, 8))
            self.assertIn("gate1_w", file["layers"])
        self.assertEqual(run("network", "info", "--weights", self.folder / "custom" / "weights.h5").returncode, 0)
        for setting, words in (("network.attention_heads=3", "network.attention_heads is 3 (expected a divisor of bottom, 128)"),
                               ("network.pool_columns=3", "cannot be pooled by 1 x 3"), ("network.filters=8-", 'joined by -'),
                               ("network.features=steps", "attention needs network.features")):
            result = self.train("odd", 2, "--set", "train.network=custom", "--set", setting)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(words, result.stderr)

    def test_validation_is_by_the_challenges_metrics(self):
        result = self.train("all", 2, "--set", "train.network=default")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.train("state", 2).returncode, 0)
        for name, known in (("all", True), ("state", False)):
            with open(self.folder / name / "learning_curve.csv", encoding="utf-8") as file:
                row = list(csv.DictReader(file))[-1]
            for metric in ("jsc_cp", "mae_alpha", "msle_k", "f1_state", "alpha_error"):
                self.assertEqual(row[metric] != "", known, (name, metric))
            self.assertTrue(0 <= float(row["state_accuracy"]) <= 1)
            if known:
                self.assertTrue(0 <= float(row["jsc_cp"]) <= 1 and 0 <= float(row["mae_alpha"]) <= 2)

    def test_the_papers_recipe_is_taken(self):
        for net, parameters in (("alpha", 28845443), ("k", 28845443), ("state", 2451063)):
            result = run("train", "--config", SOURCE / "configs" / f"train_paper_{net}.toml", "--output", self.folder / net,
                         "--dry-run")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(f"paper-{net}: {parameters} parameters", result.stdout)
            self.assertIn("of 64 tiles", result.stdout)

    def test_the_learning_curve_tells_the_rate_of_its_step(self):
        self.assertEqual(self.train("rates", 6).returncode, 0)
        rows = [row.split(",") for row in (self.folder / "rates" / "learning_curve.csv").read_text().splitlines()[1:]]
        rates = [float(row[3]) for row in rows]
        self.assertEqual(rates[0], max(rates))
        self.assertLess(rates[-1], 0.5 * rates[0])

    def test_a_finished_training_is_not_written_over_where_its_checkpoints_are_gone(self):
        self.assertEqual(self.train("there", 1).returncode, 0)
        for checkpoint in (self.folder / "there").glob("checkpoint_*"):
            checkpoint.unlink()
        whole = digests(self.folder / "there", "")
        for more, words in (((), "holds a training"), (("--resume",), "no checkpoint to go on from")):
            again = self.train("there", 1, *more, ranks=2)
            self.assertEqual(again.returncode, 2, again.stderr)
            self.assertIn(words, again.stderr)
        self.assertEqual(digests(self.folder / "there", ""), whole)
        (self.folder / "other").mkdir()
        (self.folder / "other" / "notes.txt").write_text("mine")
        self.assertIn("is not empty", self.train("other", 1).stderr)

    def test_training_says_what_is_in_its_way(self):
        self.assertEqual(self.train("there", 1).returncode, 0)
        again = self.train("there", 1)
        self.assertEqual(again.returncode, 2)
        self.assertIn("--resume", again.stderr)
        other = self.train("there", 9, "--resume", "--seed", "5")
        self.assertEqual(other.returncode, 2)
        self.assertIn("another configuration", other.stderr)
        odd = self.train("odd", 1, "--set", "train.network=none")
        self.assertEqual(odd.returncode, 2)
        self.assertIn("default", odd.stderr)

    def damaged(self, change, method="unet"):
        path = self.folder / "weights" / "default.h5"
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(self.weights, path)
        change(path)
        return run("predict", "--input", SOURCE / "tests" / "fixtures" / "benchmark" / "public", "--output", self.folder / "out",
                   "--method", method, "--weights", path.parent)

    def test_damaged_weights_are_told(self):
        def cut(path):
            path.write_bytes(path.read_bytes()[:100000])

        def not_a_number(path):
            with h5py.File(path, "r+") as file:
                file["layers/head/bias"][0] = np.nan

        def other_shape(path):
            with h5py.File(path, "r+") as file:
                del file["layers/head/kernel"]
                file["layers/head/kernel"] = np.zeros((1, 1, 3, 7), "f4")

        def other_version(path):
            with h5py.File(path, "r+") as file:
                file.attrs["version"] = 99

        for change, words in ((cut, "default.h5"), (not_a_number, "not finite"), (other_shape, "expected"),
                              (other_version, "version 99")):
            result = self.damaged(change)
            self.assertNotEqual(result.returncode, 0, change.__name__)
            self.assertIn(words, result.stderr, change.__name__)
            shutil.rmtree(self.folder / "out", ignore_errors=True)

    def test_weights_whose_outputs_overflow_fail_the_items(self):
        def too_large(path):
            with h5py.File(path, "r+") as file:
                kernel = file["layers/head/kernel"]
                signs = np.where(np.arange(kernel.size) % 2, 1, -1).reshape(kernel.shape)
                del file["layers/head/kernel"]
                file["layers/head/kernel"] = (3e38 * signs).astype("f4")
        for method in ("unet", "hybrid"):
            result = self.damaged(too_large, method)
            self.assertEqual(result.returncode, 4, result.stderr)
            self.assertIn("default.h5: these weights give outputs that are not finite", result.stderr)
            shutil.rmtree(self.folder / "out")

    def test_missing_and_mistaken_weights_of_the_papers_nets_are_told(self):
        weights = self.folder / "weights"
        shutil.copytree(SOURCE / "configs" / "weights", weights)
        for change, words in ((lambda: (weights / "paper_k.h5").unlink(), "paper_k.h5"),
                              (lambda: shutil.copyfile(weights / "paper_state.h5", weights / "paper_k.h5"),
                               "paper_k.h5: a network of the task cce (expected msle)")):
            change()
            result = run("predict", "--input", SOURCE / "tests" / "fixtures" / "benchmark" / "public", "--output",
                         self.folder / "out", "--method", "paper", "--weights", weights)
            self.assertEqual(result.returncode, 3, result.stderr)
            self.assertIn(words, result.stderr)
            self.assertFalse((self.folder / "out").exists())

    def test_settings_of_the_chain_that_do_not_go_together_are_told(self):
        for settings, words in ((["chain.algorithm=pelt", "chain.end=number"], "PELT is ended by a penalty"),
                                (["chain.cost=normal", "chain.width=2"], "windows of 2 frames are too short")):
            result = run("predict", "--input", SOURCE / "tests" / "fixtures" / "benchmark" / "public", "--output",
                         self.folder / "out", "--method", "paper", *(a for s in settings for a in ("--set", s)))
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(words, result.stderr)
            self.assertFalse((self.folder / "out").exists())

    def test_counts_of_the_papers_nets(self):
        for name, count in (("paper-alpha", 28845443), ("paper-state", 2451063), ("small-state", 124774), ("small-alpha", 124723)):
            result = run("network", "info", "--shape", name)
            self.assertIn(f"parameters        {count}\n", result.stdout, result.stderr)

    def test_info_alone_lists_the_shapes(self):
        result = run("network", "info")
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = {line.split()[0]: line.split() for line in result.stdout.splitlines()}
        self.assertIn("28845443", rows["paper-k"])
        self.assertIn("2451063", rows["paper-state"])
        self.assertIn("reference", rows)

    def test_what_keras_saved_tells_its_shape(self):
        fixtures = SOURCE / "tests" / "fixtures" / "network"
        for options, task in (([], "mae"), (["--task", "msle"], "msle")):
            result = run("network", "import", fixtures / "k.weights.h5", *options, cwd=self.folder)  # writes k.h5
            self.assertEqual(result.returncode, 0, result.stderr)
            imported = self.folder / f"{task}.h5"
            (self.folder / "k.h5").rename(imported)
            with h5py.File(imported) as found, h5py.File(fixtures / "k.h5") as expected:
                self.assertEqual(found.attrs["task"], task.encode())
                for name in ("bottom", "inter_divisor", "gate_output_conv", "batch_norm", "parameters"):
                    self.assertEqual(found.attrs[name], expected.attrs[name], name)
                for layer in expected["layers"]:
                    for name, array in expected["layers"][layer].items():
                        np.testing.assert_array_equal(found["layers"][layer][name], array)
        shutil.copyfile(fixtures / "k.h5", self.folder / "k.h5")
        kept = (self.folder / "k.h5").read_bytes()
        for words, options in (("k.h5 is there already", []), ("cce has 4 outputs", ["--task", "cce", "--output", "o.h5"]),
                               ("--task: no task `other`", ["--task", "other", "--output", "o.h5"])):
            result = run("network", "import", fixtures / "k.weights.h5", *options, cwd=self.folder)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(words, result.stderr)
        self.assertEqual((self.folder / "k.h5").read_bytes(), kept)
        result = run("network", "import", fixtures / "k.h5", "--output", self.folder / "o.h5")
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertIn("k.h5: no layer named enc1_conv1", result.stderr)

    def test_arrays_tell_what_attributes_do_not(self):
        with h5py.File(self.folder / "w.h5", "w") as file:
            file.attrs.update({"filters": [2], "bottom": 3, "task": "mae"})
            for layer, shape in (("enc1_conv1", (1, 5, 2, 2)), ("enc1_conv2", (1, 5, 2, 2)), ("bottom_conv1", (1, 5, 2, 3)),
                                 ("bottom_conv2", (1, 5, 3, 3)), ("gate1_theta", (1, 2, 2, 2)), ("gate1_phi", (1, 1, 3, 2)),
                                 ("gate1_psi", (1, 1, 2, 1)), ("dec1_up", (1, 2, 2, 3)), ("dec1_conv1", (1, 5, 4, 2)),
                                 ("dec1_conv2", (1, 5, 2, 2)), ("head", (1, 1, 2, 1))):
                file[f"layers/{layer}/kernel"] = np.ones(shape, "f4")
                file[f"layers/{layer}/bias"] = np.zeros(shape[2] if layer == "dec1_up" else shape[3], "f4")
        with h5py.File(self.folder / "x.h5", "w") as file:
            file["input"] = np.ones((1, 3, 4, 2), "f4")  # three rows cannot be halved
        result = run("network", "forward", "--weights", self.folder / "w.h5", "--input", self.folder / "x.h5", "--output", self.folder / "y.h5")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_inputs_that_are_not_finite_and_variances_below_0_are_told(self):
        def forward(value):
            with h5py.File(self.folder / "x.h5", "w") as file:
                file["input"] = np.full((1, 2, 16, 16), value, "f4")
            return run("network", "forward", "--weights", weights, "--input", self.folder / "x.h5", "--output", self.folder / "y.h5")
        weights = self.folder / "w.h5"
        shutil.copyfile(self.weights, weights)
        for value in (np.nan, np.inf):
            result = forward(value)
            self.assertEqual(result.returncode, 3, result.stderr)
            self.assertIn("x.h5: /input holds a number that is not finite", result.stderr)
        self.assertEqual(forward(0).returncode, 0)
        with h5py.File(weights, "r+") as file:
            file["layers/enc1_bn1/moving_variance"][0] = -1
        result = forward(0)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertIn("enc1_bn1/moving_variance holds a variance below 0", result.stderr)

    def test_a_network_that_pools_otherwise_is_told_of(self):
        with h5py.File(self.folder / "w.h5", "w") as file:
            file.attrs.update({"filters": [4, 4], "bottom": 8, "task": "mae", "pool_columns": 3})
        result = run("network", "info", "--weights", self.folder / "w.h5")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("GFLOP for 64 x 216", result.stdout)
        with h5py.File(self.folder / "w.h5", "r+") as file:
            file.attrs["pool_columns"] = 1000
        result = run("network", "info", "--weights", self.folder / "w.h5")
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertIn("w.h5: 2 poolings of 1000 (expected", result.stderr)

    def test_a_network_alone_gives_the_same_at_any_number_of_ranks(self):
        public = SOURCE / "tests" / "fixtures" / "benchmark" / "public"
        found = []
        for ranks in (1, 3):
            out = self.folder / f"at_{ranks}"
            result = run("predict", "--input", public, "--output", out, "--method", "unet", ranks=ranks)
            self.assertEqual(result.returncode, 0, result.stderr)
            verified = run("verify", out, "--public", public)
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
            found.append(digests(out, "prediction.json"))
        self.assertEqual(*found)


if __name__ == "__main__":
    PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
