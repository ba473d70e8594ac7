#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The simulate command as users meet it. usage: simulate_test.py PROGRAM CONFIGS FIXTURES"""
import json
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import numpy

from program import digests, run_program

PROGRAM, CONFIGS, FIXTURES = None, None, None
SMALL = """
[simulate]
fovs = 3
vips = 4

[[experiment]]
model = "multi_state"
particles = 30
alpha = [{ normal = [1, 0.01] }, { uniform = [0.2, 0.8] }]
k = [{ normal = [1, 0.01] }, { log_uniform = [0.01, 0.1] }]
dwell = [{ uniform = [20, 40] }, 10]

[[experiment]]
model = "dimerization"
particles = 120
alpha = [1, 0.5]
k = [1, 0.1]
radius = 1

[[experiment]]
model = "immobile_traps"
particles = 30
alpha = 1.95
k = 0.5
traps = 200
radius = 1
shared_layout = true

[[experiment]]
model = "confinement"
particles = 30
alpha = [1, 0.4]
k = [1, 0.1]
discs = 40
radius = 4

[[experiment]]
model = "single_state"
repeat = 2
particles = 30
alpha = { fixed = { uniform = [0, 2] } }
k = { normal = [{ uniform = [0.5, 1] }, 0.1] }
"""


def run(*arguments, ranks=None, **options):
    return run_program([PROGRAM, "simulate", *arguments], ranks, **options)


def contents(folder):
    return digests(folder, "simulation.json")


class SimulateTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.config = self.folder / "small.toml"
        self.config.write_text(SMALL)

    def make(self, name, *arguments, code=0, **options):
        result = run("--config", self.config, "--output", self.folder / name, *arguments, **options)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def test_same_bytes_for_any_number_of_ranks(self):
        for form in (["--raw"], ["--format", "hdf5", "--set", "simulate.shard_fovs=4"]):
            self.make(f"alone{form[0]}", *form)
            expected = contents(self.folder / f"alone{form[0]}")
            self.assertTrue(expected)
            for ranks in (1, 2, 3, 4, 8):
                self.make(f"{form[0]}{ranks}", *form, ranks=ranks)
                self.assertEqual(contents(self.folder / f"{form[0]}{ranks}"), expected, ranks)

    def test_a_part_of_the_set_has_the_same_bytes(self):
        self.make("whole")
        self.make("part", "--experiments", "3,5", "--fovs", 2)
        whole, part = contents(self.folder / "whole"), contents(self.folder / "part")
        self.assertEqual(len({path.split("/")[2] for path in part if not path.startswith("ledger")}), 2)
        for path, content in part.items():
            if "ensemble_labels" not in path and not path.startswith("ledger"):  # sums over fields of view; of what is done
                self.assertEqual(whole[path], content, path)

    def test_nothing_is_written_of_a_field_of_view_without_trajectories(self):
        self.config.write_text('[[experiment]]\nmodel = "single_state"\nparticles = 1\nalpha = 1\nk = 1\n')
        self.make("few", "--fovs", 8)
        record = json.loads((self.folder / "few" / "simulation.json").read_text())
        self.assertEqual(record["problems"], [])
        empty = {int(fov) for fov in re.findall(r"field of view (\d+)", record["notes"][0])}
        self.assertTrue(0 < len(empty) < 8, empty)
        self.assertTrue(record["notes"][0].startswith(f"{len(empty)} of 8 fields of view have no trajectory of 20 frames or more and no files: "))
        written = {int(re.search(r"fov_(\d+)", path)[1]) for path in contents(self.folder / "few") if "fov_" in path}
        self.assertEqual(written, set(range(8)) - empty)

    def test_boxes_are_written_of_fields_of_view_without_trajectories_too(self):
        self.config.write_text('[[experiment]]\nmodel = "single_state"\nparticles = 1\nalpha = 1\nk = 1\n')
        self.make("text", "--fovs", 8)
        for words in ([], ["--resume"]):
            done = self.make("few", "--fovs", 8, "--raw", *words, ranks=2)
            self.assertIn("no files but those of their boxes: field of view", done.stderr)
            few = contents(self.folder / "few")
            self.assertEqual({path for path in few if path.startswith("raw")}, {f"raw/exp_1_fov_{fov}.h5" for fov in range(8)})
            rest = {path: content for path, content in few.items() if not path.startswith(("raw", "ledger"))}
            self.assertEqual(rest, {path: content for path, content in contents(self.folder / "text").items() if not path.startswith("ledger")})
        (self.folder / "few/raw/exp_1_fov_0.h5").unlink()
        self.make("few", "--fovs", 8, "--raw", "--resume")
        self.assertEqual(contents(self.folder / "few"), few)
        self.make("shards", "--fovs", 8, "--format", "hdf5")
        with h5py.File(self.folder / "shards/shards/shard_00000.h5") as shard:
            self.assertEqual(len(shard["fovs"]), 8)

    def test_a_field_of_view_that_cannot_be_made_is_named(self):
        path = self.folder / "p.json"
        path.write_text(json.dumps({"model": "dimerization", "N": 200, "T": 60, "Ds": [[1, 0.01], [0.1, 0]], "alphas": [[0.5, 0], [0.5, 0]],
                                    "r": 5, "Pb": 1, "Pu": 0.1, "epsilon_a": 0.3}))
        for form in ("text", "hdf5"):
            result = run("--params", path, "--output", self.folder / form, "--fovs", 2, "--format", form)
            self.assertEqual(result.returncode, 4, result.stderr)
            problems = json.loads((self.folder / form / "simulation.json").read_text())["problems"]
            self.assertEqual([problem.split(": ")[:2] for problem in problems],
                             [[f"field of view {fov} of experiment 1", "dimer_alpha_step"] for fov in (range(2) if form == "text" else [0])])
            self.assertIn(problems[0], result.stderr)

    def test_a_field_of_view_outside_of_its_box_is_told_of(self):
        self.config.write_text('[[experiment]]\nmodel = "single_state"\nparticles = 400\nalpha = 1\nk = 1\nbox = 64\n')
        self.make("outside", "--fovs", 8, "--set", "simulate.fov_side=32")
        notes = json.loads((self.folder / "outside" / "simulation.json").read_text())["notes"]
        self.assertRegex(notes[0], r"field of view \d of experiment 1 \(it lies at \(\d+, \d+\) and ends outside of the box of 64 px;")
        self.make("inside", "--fovs", 8, "--set", "simulate.fov_side=32", "--set", "faithful.fov_in_default_box=false")

    def test_a_box_has_to_hold_the_field_of_view_only_where_that_lies_in_it(self):
        small = '[[experiment]]\nmodel = "single_state"\nparticles = 400\nalpha = 1\nk = 1\nbox = 100\n'
        self.config.write_text(small)
        self.make("outside", "--raw")
        with h5py.File(self.folder / "outside/raw/exp_1_fov_0.h5") as raw:
            self.assertLessEqual(raw["positions"][:].max(), 100)
            self.assertIn(raw.attrs["fov_origin"][0], range(11, 90))
        for words in (["--faithful", "false"], ["--set", "faithful.fov_in_default_box=false"]):
            self.assertIn("small.toml:6:7: experiment.box: 100 px (expected at least the side of the field of view, 128 px)",
                          self.make("inside", *words, code=2).stderr)
        self.config.write_text(small.replace("100", "0.5"))
        self.assertIn("experiment.box: 0.5 px (expected 1 to 1000000 px)", self.make("tiny", code=2).stderr)

    def test_seeds_differ(self):
        self.make("one")
        self.make("two", "--seed", 2)
        one, two = contents(self.folder / "one"), contents(self.folder / "two")
        self.assertFalse([path for path in one if path.endswith(".csv") and one[path] == two[path]])

    def test_killed_and_resumed_gives_the_same_bytes(self):
        self.make("whole", "--fovs", 60)
        arguments = [PROGRAM, "simulate", "--config", self.config, "--output", self.folder / "cut", "--fovs", "60", "-q"]
        process = subprocess.Popen(arguments)
        deadline = time.time() + 60
        while time.time() < deadline and len(list((self.folder / "cut").rglob("traj_labs*"))) < 20:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertNotEqual(contents(self.folder / "cut"), contents(self.folder / "whole"))
        result = self.make("cut", "--fovs", 60, code=2)
        self.assertIn("--resume", result.stderr)
        result = self.make("cut", "--fovs", 61, "--resume", code=2)
        self.assertIn("another configuration", result.stderr)
        self.make("cut", "--fovs", 60, "--resume", ranks=2)
        self.assertEqual(contents(self.folder / "cut"), contents(self.folder / "whole"))

    def test_nothing_is_written_over(self):
        (self.folder / "mine").mkdir()
        (self.folder / "mine/thesis.txt").write_text("all of it")
        self.assertIn("not empty", self.make("mine", code=2).stderr)
        self.assertEqual([p.name for p in (self.folder / "mine").iterdir()], ["thesis.txt"])

    def test_a_full_disk_leaves_whole_files_only(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        result = self.make("full", code=1, preexec_fn=limit)
        self.assertRegex(result.stderr, "full/.*csv")
        self.assertFalse(list((self.folder / "full").rglob("*.part")))
        self.make("whole")
        whole = contents(self.folder / "whole")
        for path, content in contents(self.folder / "full").items():
            self.assertEqual(content, whole[path], path)

    def test_dry_run_writes_nothing_and_says_how_much_there_would_be(self):
        result = self.make("dry", "--dry-run")
        self.assertRegex(result.stdout, r"6 experiments, 18 fields of view, .* about 0\.0\d+ GB")
        self.assertFalse((self.folder / "dry").exists())

    def test_dry_run_of_many_frames_is_quick(self):
        sizes = []
        for frames in (1000, 1000000):
            done = self.make("dry", "--dry-run", "--experiments", "1", "--set", f"simulate.frames={frames}")
            sizes.append(float(re.search(r"about ([0-9.]+) MB each", done.stdout).group(1)))
        self.assertAlmostEqual(sizes[1] / sizes[0], 1000, delta=1)

    def test_labels_agree_with_trajectories_and_vips_come_first(self):
        self.make("data")
        for labels in (self.folder / "data/ref").rglob("traj_labs_fov_*.txt"):
            rows = numpy.loadtxt(labels.parent / labels.name.replace("traj_labs", "trajs").replace(".txt", ".csv"), delimiter=",", skiprows=1)
            for index, line in enumerate(labels.read_text().splitlines()):
                values = [float(value) for value in line.split(",")]
                mine = rows[rows[:, 0] == index]
                self.assertEqual((values[0], values[-1]), (index, len(mine)))
                bounds = [0, *map(int, values[4:-1:4]), len(mine)]
                for i, (begin, end) in enumerate(zip(bounds, bounds[1:])):
                    numpy.testing.assert_array_equal(mine[begin:end, 4:], [[values[2 + 4 * i], values[1 + 4 * i], values[3 + 4 * i]]] * (end - begin))
            for vip in numpy.loadtxt(labels.parent / labels.name.replace("traj_labs", "vip_idx"), ndmin=1):
                self.assertEqual(rows[rows[:, 0] == vip][0, 1], 0)

    def test_shards_of_other_experiments_are_not_taken_for_those_asked_for(self):
        self.make("part", "--format", "hdf5", "--experiments", "1,3")
        before = contents(self.folder / "part")
        for wanted in (["--experiments", "2"], []):
            refused = self.make("part", "--format", "hdf5", "--resume", *wanted, code=2)
            self.assertIn("was begun with another configuration", refused.stderr)
        self.make("part", "--format", "hdf5", "--resume", "--experiments", "3,1")
        self.assertEqual(contents(self.folder / "part"), before)
        self.make("whole", "--format", "hdf5")
        self.make("whole", "--format", "hdf5", "--resume", "--experiments", "2", code=2)

    def test_shards_hold_what_the_text_files_hold(self):
        self.make("text")
        self.make("shards", "--format", "hdf5", "--set", "simulate.shard_fovs=5")
        seen = 0
        for path in sorted((self.folder / "shards/shards").iterdir()):
            with h5py.File(path) as file:
                for fov, index, first, frames, row in file["trajectories"]:
                    experiment, number = file["fovs"][fov, :2]
                    rows = numpy.loadtxt(self.folder / f"text/ref/track_2/exp_{experiment}/trajs_fov_{number}.csv", delimiter=",", skiprows=1)
                    mine = rows[rows[:, 0] == index]
                    at = slice(row, row + frames)
                    self.assertEqual(mine[0, 1], first)
                    numpy.testing.assert_array_equal(mine[:, 2:], numpy.array([file[name][fov, at] for name in ("x", "y", "alpha", "k", "state")]).T)
                    seen += 1
                self.assertEqual(file["x"].chunks, (1, file["x"].shape[1]))
        self.assertGreater(seen, 100)

    def test_shards_do_not_lose_the_third_dimension(self):
        self.config.write_text('[[experiment]]\nmodel = "single_state"\ndimensions = 3\nparticles = 20\nalpha = 1\nk = 1\n')
        refused = self.make("shards", "--format", "hdf5", code=2)
        self.assertIn('expected simulate.format = "text"', refused.stderr)
        self.assertFalse((self.folder / "shards").exists())
        self.make("text")
        text = (self.folder / "text/public/track_2/exp_1/trajs_fov_0.csv").read_text()
        self.assertTrue(text.startswith("traj_idx,frame,x,y,z\n"))

    def test_large_sets_are_text_where_only_text_holds_what_is_asked_for(self):
        experiment = '[[experiment]]\nmodel = "single_state"\nparticles = 10\nalpha = 1\nk = 1\n'
        self.config.write_text(experiment)
        videos = ["--set", "simulate.videos=true", "--set", "simulate.vips=4"]
        for form, words in (("HDF5 files", []), ("the challenge's files", ["--raw"]), ("the challenge's files", videos)):
            self.assertIn(form, self.make("dry", "--fovs", 2000, "--dry-run", *words).stdout)
            self.make("dry", "--fovs", 2000, "--dry-run", "--format", "hdf5", *words, code=2 if words else 0)
        self.config.write_text(experiment + "dimensions = 3\n")
        self.assertIn("the challenge's files", self.make("dry", "--fovs", 2000, "--dry-run").stdout)

    def test_a_set_of_one_form_is_not_resumed_in_another(self):
        kind = '[[experiment]]\nmodel = "single_state"\nparticles = 2\nalpha = 1\nk = 1\n'
        self.config.write_text(2 * kind)
        self.make("set", "--fovs", 1000, "--set", "simulate.frames=30")
        self.assertTrue((self.folder / "set/shards").exists())
        refused = self.make("set", "--fovs", 1000, "--set", "simulate.frames=30", "--experiments", 1, "--resume", code=2)
        self.assertIn("another configuration", refused.stderr)
        self.assertFalse((self.folder / "set/public").exists())

    def test_bad_parameters_are_named_with_their_line(self):
        for key, line, number, what in (("alpha", "alpha = [1, 0]", 23, "above 0 and below 2"), ("alpha", "alpha = [2, 1]", 23, "above 0 and below 2"),
                                        ("k", "k = [-1, 0.1]", 24, "0 to 1000000"), ("alpha", "alpha = 1", 23, "1 values for 2 states"),
                                        ("discs", "discs = 0", 25, "a number of them"), ("transmittance", "transmittance = 1.5", 27, "probability"),
                                        ("box", "box = 0.5", 28, "1 to 1000000 px"), ("radus", "radus = 3", 28, "did you mean radius"),
                                        ("traps", "traps = 3", 28, "not a parameter of confinement")):
            lines = ["", "[simulate]", "", *[""] * 17, "[[experiment]]", 'model = "confinement"', "alpha = [1, 0.4]", "k = [1, 0.1]",
                     "discs = 40", "radius = 4", "transmittance = 0.1", ""]
            lines[number - 1] = line
            self.config.write_text("\n".join(lines))
            message = self.make("bad", code=2).stderr
            self.assertRegex(message, rf"small\.toml:{number}:\d+: experiment\.{key}: .*{what}")
        rows = '[[experiment]]\nmodel = "multi_state"\nalpha = [1, 1]\nk = [1, 2]\ntransition = [[0.9, 0.2], [0.1, 0.9]]\n'
        self.config.write_text(rows)
        self.assertRegex(self.make("bad", code=2).stderr, r"small\.toml:5:14: experiment\.transition: row 0 sums to 1\.1")

    def test_discs_that_find_no_room_are_left_out_and_told_of(self):
        path = self.folder / "p.json"
        crowded = {"model": "confinement", "N": 20, "T": 50, "L": 230.4, "Ds": [[1, 0], [0.1, 0]], "alphas": [[1, 0], [0.5, 0]], "r": 5, "trans": 0.1}
        for discs, words in ((350, r"^discs that find no room are left out: experiment 1 has about 3[0-4]\d of 350$"), (100, None)):
            path.write_text(json.dumps(crowded | {"Nc": discs}))
            result = run("--params", path, "--output", self.folder / str(discs))
            self.assertEqual(result.returncode, 0, result.stderr)
            notes = json.loads((self.folder / str(discs) / "simulation.json").read_text())["notes"]
            self.assertEqual(len(notes), 1 if words else 0)
            if words:
                self.assertRegex(notes[0], words)
                self.assertIn(notes[0] + "\n", result.stderr)

    def test_without_a_box_particles_start_at_the_origin_and_meet_no_wall(self):
        path = self.folder / "p.json"
        for model in ({"model": "single_state", "Ds": [20, 0], "alphas": [1, 0]},
                      {"model": "multi_state", "Ds": [[20, 0], [20, 0]], "alphas": [[1, 0], [1, 0]], "M": [[0.9, 0.1], [0.1, 0.9]]}):
            path.write_text(json.dumps(model | {"N": 400, "T": 200, "L": None}))
            result = run("--params", path, "--output", self.folder / model["model"], "--raw")
            self.assertEqual(result.returncode, 0, result.stderr)
            with h5py.File(self.folder / model["model"] / "raw/exp_1_fov_0.h5") as raw:
                positions = raw["positions"][:]
            self.assertFalse(positions[0].any())
            self.assertLess(abs(positions[-1].mean()), 20)
            self.assertAlmostEqual(positions[-1].var() / (2 * 20 * 199), 1, delta=0.2)

    def test_package_parameters_are_checked_with_their_line(self):
        path = self.folder / "p.json"
        good = json.loads((FIXTURES / "simulation/stats_tcm_a.json").read_text())["params"]
        for key, value, what in (("L", 0.5, "1 to 1000000 px"), ("trans", 7, "probability"), ("Ds", [[-1, 0], [1, 0]], "0 to 1000000"),
                                 ("Nc", "many", "expected type"), ("Mn", 3, "unknown key"), ("Nc", 0, "a number of them")):
            path.write_text(json.dumps(good | {key: value}, indent=1))
            line = path.read_text()[: path.read_text().index(f'"{key}"')].count("\n") + 1
            result = run("--params", path, "--output", self.folder / "bad")
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertRegex(result.stderr, rf"p\.json:{line}: {key}: .*{what}")

    def test_settings_of_the_command_line_are_stronger_than_files(self):
        path, config = self.folder / "p.json", self.folder / "c.toml"
        single = {"model": "single_state", "N": 20, "Ds": [1, 0], "alphas": [1, 0]}
        config.write_text("[simulate]\nframes = 40\n")
        frames = lambda *words: re.search(r"^frames = (\d+)", run("--params", path, "--dump-config", *words).stdout, re.M)[1]
        path.write_text(json.dumps(single))
        self.assertEqual(frames(), "200")
        self.assertEqual(frames("--config", config), "40")
        self.assertEqual(frames("--config", config, "--set", "simulate.frames=50"), "50")
        path.write_text(json.dumps(single | {"T": 60}))
        self.assertEqual(frames("--config", config), "60")
        self.assertEqual(frames("--set", "simulate.frames=50"), "50")
        shown = run("--faithful", "false", "--set", "faithful.label_timing=true", "--dump-config").stdout
        self.assertIn("\nlabel_timing = true\n", shown)
        self.assertIn("\ndimer_two_coins = false\n", shown)

    def test_a_file_of_parameters_that_is_not_there_is_named_by_its_option(self):
        result = run("--params", self.folder / "nope.json", "--output", self.folder / "bad")
        self.assertEqual(result.returncode, 2)
        self.assertIn("error: --params: ", result.stderr)

    def test_kept_configurations_can_be_made(self):
        for name, fovs in (("andi2_benchmark", 270), ("paper_training", 101250), ("paper_validation", 55), ("wide_training", 100000)):
            result = run("--config", CONFIGS / f"{name}.toml", "--dry-run")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(f" {fovs} fields of view", result.stdout)

    def test_corrections_change_what_they_name(self):
        self.make("faithful")
        self.make("corrected", "--faithful", "false")
        self.make("timing", "--set", "faithful.label_timing=false")
        faithful, corrected, timing = (contents(self.folder / name) for name in ("faithful", "corrected", "timing"))
        changed = {path.split("/")[2] for path in faithful if path.endswith(".csv") and faithful[path] != timing[path]}
        self.assertEqual(changed, {"exp_2", "exp_3"})
        self.assertNotEqual(faithful, corrected)


if __name__ == "__main__":
    PROGRAM, CONFIGS, FIXTURES = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    unittest.main(argv=sys.argv[:1])
