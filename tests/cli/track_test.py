#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The track command as users meet it. usage: track_test.py PROGRAM CONFIGS FIXTURES"""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

import h5py
import numpy

from made_videos import some_frames, write_tiff
from program import digests, rows_of, run_program

PROGRAM, CONFIGS, FIXTURES = None, None, None
MOVIE = """
[simulate]
seed = 5
fovs = 3
frames = 40
vips = 6
videos = true
localisation_noise = 0

[[experiment]]
model = "single_state"
particles = 60
alpha = 1
k = 0.5

[[experiment]]
model = "immobile_traps"
particles = 60
alpha = 1
k = 0.5
traps = 100
radius = 0.6
binding = 0.5
unbinding = 0.05
"""


def program(*arguments, ranks=None, **options):
    return run_program([PROGRAM, *arguments], ranks, **options)


def track(*arguments, **options):
    return program("track", *arguments, **options)


def contents(folder):
    return digests(folder, "tracking.json")


class TrackTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()
        cls.movies = pathlib.Path(cls.shared.name) / "movies"
        config = pathlib.Path(cls.shared.name) / "movie.toml"
        config.write_text(MOVIE)
        made = program("simulate", "--config", config, "--output", cls.movies)
        assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls):
        cls.shared.cleanup()

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.videos = self.movies / "public" / "track_1"

    def test_a_data_set_is_tracked_and_checked(self):
        done = track("--input", self.videos, "--output", self.folder / "o", "--check", self.movies / "ref" / "track_1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("link JSC", done.stdout)
        self.assertIn("distances of links", done.stdout)
        record = json.loads((self.folder / "o" / "tracking.json").read_text())
        self.assertTrue(record["complete"])
        self.assertEqual(len(record["quality"]["videos"]), 6)
        mean = record["quality"]["mean"]
        self.assertGreater(mean["recall"], 0.98)
        self.assertGreater(mean["precision"], 0.98)
        self.assertGreater(mean["link_jsc"], 0.95)
        self.assertLess(mean["rmse"], 0.1)
        one = self.folder / "o" / "exp_1" / "videos_fov_0"
        places = rows_of(one / "localisations.csv")
        self.assertEqual(list(places[0]), ["frame", "y", "x", "mass", "size", "ecc", "signal", "raw_mass", "ep", "track", "photons", "sd_y",
                                           "sd_x", "sd_photons", "score"])
        # The same localisations in the challenge's words: x is the row.
        trajectories = rows_of(one / "trajectories.csv")
        self.assertEqual(list(trajectories[0]), ["traj_idx", "frame", "x", "y"])
        self.assertEqual({(r["track"], r["frame"], r["y"], r["x"]) for r in places},
                         {(r["traj_idx"], r["frame"], r["x"], r["y"]) for r in trajectories})
        vips = rows_of(one / "vip.csv")
        self.assertEqual([int(v["vip"]) for v in vips], list(range(len(vips))))
        self.assertGreater(len(vips), 0)
        self.assertTrue(all(float(v["distance"]) < 1.2 for v in vips))

    def test_a_truth_in_other_coordinates_is_moved_even_if_it_fits_inside_the_frame(self):
        write_tiff(self.folder / "v.tif", some_frames())
        video = ("--input", self.folder / "v.tif", "--set", "tracking.spot=gaussian")
        self.assertEqual(track(*video, "--output", self.folder / "o").returncode, 0)
        found = rows_of(self.folder / "o" / "trajectories.csv")
        # The last is no other origin but an error of half a pixel, which must stay one.
        for name, x, y, rmse in (("frame", 0, 0, 0), ("inside", 9, 7, 0), ("outside", 40, 50, 0), ("half", 0.5, 0.5, 0.5)):
            truth = self.folder / f"{name}.csv"
            rows = [f"{r['traj_idx']},{r['frame']},{float(r['x']) + x!r},{float(r['y']) + y!r}" for r in found]
            truth.write_text("\n".join(["traj_idx,frame,x,y", *rows, ""]))
            done = track(*video, "--output", self.folder / name, "--check", truth)
            self.assertEqual(done.returncode, 0, done.stderr)
            quality = json.loads((self.folder / name / "tracking.json").read_text())["quality"]["mean"]
            self.assertEqual((quality["recall"], quality["link_jsc"]), (1, 1), name)
            self.assertAlmostEqual(quality["rmse"], rmse, places=9, msg=name)

    def test_the_truth_of_one_video_can_be_a_file_or_lie_in_a_folder_and_have_gaps(self):
        video = self.folder / "v.tif"
        write_tiff(video, some_frames())
        spots = ("--set", "tracking.spot=gaussian")
        self.assertEqual(track("--input", video, "--output", self.folder / "o", *spots).returncode, 0)
        lines = (self.folder / "o" / "trajectories.csv").read_text().splitlines()
        (self.folder / "truth").mkdir()
        (self.folder / "truth" / "v.csv").write_text("\n".join([*lines[:4], *lines[6:], ""]))
        (self.folder / "matrix.csv").write_text("\r\n".join([lines[0].replace("x,y", "row,col"), *lines[1:4], *lines[6:], ""]))
        for name, truth in (("file", self.folder / "truth" / "v.csv"), ("folder", self.folder / "truth"), ("matrix", self.folder / "matrix.csv")):
            done = track("--input", video, "--output", self.folder / name, "--check", truth, *spots)
            self.assertEqual(done.returncode, 0, done.stderr)
            quality = json.loads((self.folder / name / "tracking.json").read_text())["quality"]["videos"][0]
            self.assertEqual((quality["video"], quality["truth"], quality["recall"]), ("v", 34, 1))
            self.assertAlmostEqual(quality["precision"], 34 / 36)

    def test_a_truth_that_is_not_there_is_said_before_any_video_is_tracked(self):
        out = self.folder / "o"
        truths = self.folder / "truths"
        shutil.copytree(self.movies / "ref" / "track_1", truths)
        for fov in (0, 2):
            (truths / "exp_2" / f"trajs_fov_{fov}.csv").unlink()
        one = truths / "exp_1" / "trajs_fov_0.csv"
        for truth, words in ((truths, ["no truth of videos_fov_0.tiff", "no truth of videos_fov_2.tiff"]),
                             (one, ["is one file for 6 videos"]), (self.folder / "nowhere.csv", ["nowhere.csv: does not exist"])):
            for ranks in (None, 2):
                done = track("--input", self.videos, "--output", out, "--check", truth, ranks=ranks)
                self.assertEqual(done.returncode, 3, done.stderr)
                for word in words:
                    self.assertIn(word, done.stderr)
                self.assertFalse(out.exists())

    def test_folders_are_searched_to_their_ends(self):
        videos = self.folder / "in"
        (videos / "deep").mkdir(parents=True)
        (videos / ".hidden").mkdir()
        for name in ("a.tif", "deep/b.TIFF", "._a.tif", ".hidden/c.tif"):
            write_tiff(videos / name, some_frames(2))
        (videos / "deep" / "up").symlink_to(videos)
        (videos / "self").symlink_to(videos / "self")
        (videos / "again").symlink_to(videos / "deep")
        plan = track("--input", videos, "--output", self.folder / "o", "--dry-run")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertEqual([line.split(" -> ")[0] for line in plan.stdout.splitlines()],
                         [str(videos / name) for name in ("a.tif", "again/b.TIFF", "deep/b.TIFF")])

    def test_two_videos_do_not_share_a_place(self):
        for name in ("a.TIF", "a.b.tif", "a.tif"):
            write_tiff(self.folder / name, some_frames(2))
        done = track("--input", self.folder, "--dry-run")
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("a.tif: its tracks would lie where those of a.TIF do", done.stderr)

    def test_same_bytes_on_any_number_of_ranks(self):
        for method in ("likelihood", "crocker-grier"):
            first = None
            for ranks in (None, 1, 2, 3, 4, 8):
                out = self.folder / f"{method}_{ranks}"
                done = track("--input", self.videos, "--output", out, "--method", method, "--trackmate", "--overlay", ranks=ranks)
                self.assertEqual(done.returncode, 0, done.stderr)
                first = first or contents(out)
                self.assertEqual(contents(out), first)
            self.assertEqual(len(first), 6 * 5 + 1)  # and the ledger

    def test_killed_and_resumed(self):
        whole = self.folder / "whole"
        self.assertEqual(track("--input", self.videos, "--output", whole).returncode, 0)
        for delay in (0.02, 0.1, 0.2, 0.3):
            out = self.folder / f"cut_{delay}"
            with subprocess.Popen([PROGRAM, "track", "--input", self.videos, "--output", out], stderr=subprocess.DEVNULL) as process:
                time.sleep(delay)
                process.send_signal(signal.SIGKILL)
            done = track("--input", self.videos, "--output", out, "--resume", ranks=2)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual({k: v for k, v in contents(out).items() if not k.endswith(".part")}, contents(whole))
        again = track("--input", self.videos, "--output", whole)
        self.assertEqual(again.returncode, 2)
        self.assertIn("--resume", again.stderr)
        other = track("--input", self.videos, "--output", whole, "--resume", "--set", "tracking.threshold=5")
        self.assertEqual(other.returncode, 2)
        self.assertIn("another configuration", other.stderr)

    def test_bad_videos_are_named_and_the_others_finished(self):
        videos = self.folder / "in"
        videos.mkdir()
        frames = some_frames()
        write_tiff(videos / "a_good.tif", frames)
        write_tiff(videos / "z_good.tiff", frames)
        (videos / "b_empty.tif").write_bytes(b"")
        (videos / "c_text.tif").write_text("no TIFF at all")
        whole = (videos / "a_good.tif").read_bytes()
        (videos / "d_cut.tif").write_bytes(whole[:len(whole) // 2])
        write_tiff(videos / "e_constant.tif", 5 * [numpy.full((64, 64), 7, numpy.uint8)])
        write_tiff(videos / "f_single.tif", frames[:1])
        nan = [f.astype(numpy.float32) for f in frames]
        nan[5][10, 20] = numpy.nan
        write_tiff(videos / "g_nan.tif", nan)
        write_tiff(videos / "h_int32.tif", [f.astype(numpy.int32) for f in frames])
        write_tiff(videos / "i_sizes.tif", frames[:4] + [frames[4][:32]])
        for ranks in (None, 2):
            out = self.folder / f"out{ranks}"
            done = track("--input", videos, "--output", out, "-v", ranks=ranks)
            self.assertEqual(done.returncode, 4, done.stderr)
            problems = json.loads((out / "tracking.json").read_text())["problems"]
            self.assertEqual(len(problems), 8)
            expected = {"b_empty.tif": "", "c_text.tif": "", "d_cut.tif": "", "e_constant.tif": "page 0 and all after it",
                        "f_single.tif": "page 0", "g_nan.tif": "page 5: the pixel in row 10, column 20 is nan",
                        "h_int32.tif": "page 0", "i_sizes.tif": "page 4: 32 x 64 pixels (expected 64 x 64"}
            for (name, words), problem in zip(sorted(expected.items()), problems):
                self.assertIn(name, problem)
                self.assertIn(words, problem)
                self.assertIn(name, done.stderr)
            for good in ("a_good", "z_good"):
                self.assertTrue((out / good / "localisations.csv").exists())
            self.assertEqual(len([p for p in out.iterdir() if p.is_dir() and p.name != "ledger"]), 2)
            self.assertFalse(list(out.rglob("*.part")))

    def test_nothing_is_localised_behind_a_closed_shutter_and_the_rest_is_as_it_was(self):
        videos = self.folder / "in"
        videos.mkdir()
        frames = some_frames(24)
        dark = numpy.full((64, 64), 7, numpy.uint8)
        write_tiff(videos / "open.tif", frames)
        write_tiff(videos / "shut.tif", [dark if i in (0, 10, 16) else frame for i, frame in enumerate(frames)])
        for method in ("likelihood", "crocker-grier"):
            out = self.folder / method
            done = track("--input", videos, "--output", out, "--method", method, "--set", "tracking.spot=gaussian", ranks=2)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("1 of 2 videos have frames of one grey value, in which nothing is localised", done.stderr)
            self.assertIn("shut.tif (3)", done.stderr)
            found = {name: [(r["frame"], r["y"], r["x"]) for r in rows_of(out / name / "localisations.csv")] for name in ("open", "shut")}
            seen = [row for row in found["open"] if row[0] not in ("0", "10", "16")]
            self.assertEqual([row[0] for row in found["shut"]], [row[0] for row in seen])
            for ours, whole in zip(found["shut"], seen):
                self.assertAlmostEqual(float(ours[1]), float(whole[1]), delta=0.01)
            if method == "likelihood":
                self.assertEqual({r["track"] for r in rows_of(out / "shut" / "localisations.csv")}, {"0", "1", "2"})

    def test_no_table_of_quality_where_no_video_was_tracked(self):
        write_tiff(self.folder / "v.tif", some_frames(1))
        (self.folder / "v.csv").write_text("traj_idx,frame,x,y\n0,0,1,2\n")
        done = track("--input", self.folder / "v.tif", "--output", self.folder / "o", "--check", self.folder / "v.csv")
        self.assertEqual((done.returncode, done.stdout), (4, ""))

    def test_every_type_of_pixel_gives_the_same(self):
        frames = some_frames(dtype=numpy.uint16)
        found = {}
        for name, dtype in (("b", numpy.uint8), ("w", numpy.uint16), ("f", numpy.float32)):
            write_tiff(self.folder / f"{name}.tif", [f.astype(dtype) for f in frames])
            done = track("--input", self.folder / f"{name}.tif", "--output", self.folder / name, "--set", "tracking.spot=gaussian")
            self.assertEqual(done.returncode, 0, done.stderr)
            found[name] = rows_of(self.folder / name / "localisations.csv")
            self.assertEqual({r["track"] for r in found[name]}, {"0", "1", "2"})
            self.assertEqual(len(found[name]), 36)
        for a, b, c in zip(found["b"], found["w"], found["f"]):
            self.assertEqual(a, b)
            self.assertAlmostEqual(float(a["y"]), float(c["y"]), delta=0.05)

    def test_parameters_of_the_paper(self):
        video = FIXTURES / "tracking" / "v2_multi.tif"
        done = track("--input", video, "--output", self.folder / "o", "--parameters", CONFIGS / "tracking_paper.toml")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = rows_of(self.folder / "o" / "localisations.csv")
        expected = rows_of(FIXTURES / "tracking" / "v2_multi_tp_B.csv")
        self.assertEqual(len(found), len(expected))
        for ours, theirs in zip(found, expected):
            self.assertEqual(ours["frame"], theirs["frame"])
            self.assertAlmostEqual(float(ours["y"]), float(theirs["y"]), delta=1e-6)
            self.assertAlmostEqual(float(ours["mass"]), float(theirs["mass"]), delta=1e-6)
        # Sections may be named, and later options win.
        named = self.folder / "named.toml"
        named.write_text("[tracking]\n" + (CONFIGS / "tracking_paper.toml").read_text())
        done = track("--input", video, "--output", self.folder / "p", "--parameters", named)
        self.assertEqual(contents(self.folder / "o"), contents(self.folder / "p"))
        shown = track("--parameters", named, "--set", "tracking.diameter=9", "--dump-config").stdout
        self.assertIn("\ndiameter = 9\n", shown)
        self.assertIn('\nmethod = "crocker-grier"\n', shown)
        bad = self.folder / "bad.toml"
        bad.write_text('method = "crocker-grier"\ndiametre = 3\n')
        done = track("--input", video, "--output", self.folder / "q", "--parameters", bad)
        self.assertEqual(done.returncode, 2)
        self.assertIn("bad.toml:2", done.stderr)
        self.assertIn("diameter", done.stderr)
        even = track("--input", video, "--output", self.folder / "q", "--method", "crocker-grier", "--set", "tracking.diameter=4")
        self.assertEqual(even.returncode, 2)
        self.assertIn("odd", even.stderr)

    def test_hdf5_holds_the_same_as_text(self):
        video = self.videos / "exp_1" / "videos_fov_1.tiff"
        self.assertEqual(track("--input", video, "--output", self.folder / "t").returncode, 0)
        self.assertEqual(track("--input", video, "--output", self.folder / "h", "--format", "hdf5").returncode, 0)
        text = rows_of(self.folder / "t" / "localisations.csv")
        with h5py.File(self.folder / "h" / "tracks.h5") as file:
            for name in ("frame", "track", "y", "x", "photons", "ep", "size"):
                column = [float(r[name]) if r[name] else numpy.nan for r in text]
                numpy.testing.assert_array_equal(file["localisations"][name][:], column)
            self.assertEqual(len(file["vips"]), len(rows_of(self.folder / "t" / "vip.csv")))
            self.assertEqual(file.attrs["unit"], "px" if isinstance(file.attrs["unit"], str) else b"px")

    def test_pictures_and_trackmate(self):
        video = self.videos / "exp_2" / "videos_fov_0.tiff"
        done = track("--input", video, "--output", self.folder / "o", "--overlay", "--trackmate")
        self.assertEqual(done.returncode, 0, done.stderr)
        svg = xml.etree.ElementTree.parse(self.folder / "o" / "overlay.svg").getroot()
        lines = svg.findall(".//{http://www.w3.org/2000/svg}polyline")
        self.assertEqual(len(lines), len({r["track"] for r in rows_of(self.folder / "o" / "localisations.csv")}))
        table = (self.folder / "o" / "trackmate.csv").read_text().splitlines()
        self.assertTrue(table[0].startswith("LABEL,ID,TRACK_ID"))
        self.assertEqual(len(table), 4 + len(rows_of(self.folder / "o" / "localisations.csv")))
        self.assertTrue(all(line.count(",") == 10 for line in table))

    def test_the_map_of_vips_can_be_there_or_not(self):
        video = self.videos / "exp_1" / "videos_fov_0.tiff"
        with_map = self.folder / "a"
        as_frame = self.folder / "b"
        self.assertEqual(track("--input", video, "--output", with_map).returncode, 0)
        self.assertEqual(track("--input", video, "--output", as_frame, "--vip-map", "no").returncode, 0)
        self.assertEqual(max(int(r["frame"]) for r in rows_of(with_map / "localisations.csv")), 39)
        self.assertEqual(max(int(r["frame"]) for r in rows_of(as_frame / "localisations.csv")), 40)
        self.assertEqual(rows_of(as_frame / "vip.csv"), [])

    def test_wrong_uses(self):
        missing = track("--input", self.folder / "nothing", "--output", self.folder / "o")
        self.assertEqual(missing.returncode, 3)
        self.assertIn("does not exist", missing.stderr)
        (self.folder / "empty").mkdir()
        empty = track("--input", self.folder / "empty", "--output", self.folder / "o")
        self.assertEqual(empty.returncode, 3)
        self.assertIn("holds no video", empty.stderr)
        self.assertEqual(track("--output", self.folder / "o").returncode, 2)
        axes = track("--input", self.videos, "--output", self.folder / "o", "--axes", "XYZ")
        self.assertEqual(axes.returncode, 2)
        self.assertIn("TYX", axes.stderr)
        named = track("--input", self.videos, "--output", self.folder / "o", "--vip-map", "foo")
        self.assertEqual(named.returncode, 2)
        self.assertIn("error: --vip-map: tracking.vip_map is", named.stderr)
        unread = track("--input", self.videos, "--output", self.folder / "o", "--parameters", self.folder / "none.toml")
        self.assertEqual(unread.returncode, 2)
        self.assertIn("error: --parameters: ", unread.stderr)
        help_text = track("--help").stdout
        for option in ("--input", "--output", "--parameters", "--check", "--overlay", "--axes", "--resume"):
            self.assertIn(option, help_text)
        plan = track("--input", self.videos, "--dry-run")
        self.assertEqual(plan.returncode, 0)
        self.assertEqual(len(plan.stdout.splitlines()), 6)
        truth = self.folder / "truth.csv"
        truth.write_text("traj_idx,frame,x,y\n0,0,1,zwei\n")
        wrong = track("--input", self.videos / "exp_1" / "videos_fov_0.tiff", "--output", self.folder / "o", "--check", truth)
        self.assertEqual(wrong.returncode, 4)
        self.assertIn("truth.csv:2", wrong.stderr)
        shutil.rmtree(self.folder / "o")


if __name__ == "__main__":
    PROGRAM, CONFIGS, FIXTURES = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    unittest.main(argv=[sys.argv[0]])
