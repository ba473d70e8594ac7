#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Damaged results are found and made again; what cannot be written or read is told, with the documented exit code, and leaves old
results whole. usage: damage_test.py PROGRAM"""
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from breakable import Jobs, digests, finished

PROGRAM = None
NOBODY = 65534


def cut(share):
    def damage(path):
        content = path.read_bytes()
        path.write_bytes(content[: min(len(content) - 1, int(share * len(content)))])

    return damage


def flipped(share):
    def damage(path):
        content = bytearray(path.read_bytes())
        content[min(len(content) - 1, int(share * len(content)))] ^= 1
        path.write_bytes(content)

    return damage


DAMAGES = {"gone": os.unlink, "empty": cut(0), "half": cut(0.5), "last byte": cut(1), "first bit": flipped(0),
           "a quarter in": flipped(0.25), "middle bit": flipped(0.5), "three quarters in": flipped(0.75), "last bit": flipped(1)}


def kind(path):
    return re.sub(r"\d+", "N", path.name)


class Whole(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.folder.chmod(0o755)
        cls.jobs = Jobs(PROGRAM, cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def finish(self, name, output, *more, code=0, ranks=None, **options):
        done = self.jobs.run(self.jobs.command(name, output, *more), ranks, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done


class Damage(Whole):
    def damage_every_kind(self, name, *more, kinds):
        output = self.folder / "_".join([name, *map(str, more)])
        self.finish(name, output, *more)
        whole = digests(output)
        by_kind = {}
        for path in sorted(finished_files(output)):
            by_kind.setdefault(kind(path), []).append(path)
        self.assertEqual(set(by_kind), kinds)
        for number, (what, damage) in enumerate(DAMAGES.items()):
            items = finished(output)
            hit = {paths[number % len(paths)] for paths in by_kind.values() if paths[number % len(paths)].stat().st_size > 0}
            for path in hit:
                damage(path)
            done = self.finish(name, output, *more, "--resume", ranks=1 + number % 3)
            self.assertEqual(digests(output), whole, what)
            self.assertIn("missing or damaged", done.stderr, what)
            kept = sum(finished(output)[path] == inode for path, inode in items.items())
            if name != "predict":  # where all hang together
                self.assertGreaterEqual(kept, len(items) - len(hit), what)

    def test_simulated_files(self):
        self.damage_every_kind("simulate", "--raw", "--fovs", 6, "--set", "simulate.videos=true",
                               kinds={"trajs_fov_N.csv", "ens_labs_fov_N.txt", "traj_labs_fov_N.txt", "vip_idx_fov_N.txt",
                                      "videos_fov_N.tiff", "exp_N_fov_N.hN"})

    def test_shards(self):
        self.damage_every_kind("simulate", "--format", "hdf5", "--fovs", 8, "--set", "simulate.shard_fovs=2", kinds={"shard_N.hN"})

    def test_tracks(self):
        self.damage_every_kind("track", "--trackmate", "--overlay",
                               kinds={"localisations.csv", "trajectories.csv", "vip.csv", "trackmate.csv", "overlay.svg"})
        self.damage_every_kind("track", "--format", "hdf5", kinds={"tracks.hN"})

    def test_predictions(self):
        self.damage_every_kind("predict", kinds={"tracks_fov_N.csv", "tracks_fov_N.json", "model.json", "shares.json", "fov_N.txt",
                                                 "segments_fov_N.csv", "sums_fov_N.json", "shown_fov.json"})

    def test_the_ledger_and_the_record(self):
        output = self.folder / "books"
        self.finish("simulate", output, "--fovs", 6)
        whole = digests(output)
        for what, damage in DAMAGES.items():
            damage(output / "ledger/all.txt")
            self.finish("simulate", output, "--fovs", 6, "--resume", ranks=2)
            self.assertEqual(digests(output), whole, what)
        record = (output / "simulation.json").read_bytes()
        for what, damage in DAMAGES.items():
            (output / "simulation.json").write_bytes(record)
            damage(output / "simulation.json")
            done = self.jobs.run(self.jobs.command("simulate", output, "--fovs", 6, "--resume"))
            self.assertIn(done.returncode, (0, 2), what)  # 2 where it is another configuration by now
            self.assertEqual(digests(output), whole, what)
            if done.returncode == 2:
                self.assertIn("simulation.json", done.stderr, what)

    def test_a_torn_line_is_no_finished_item(self):
        output = self.folder / "torn"
        self.finish("simulate", output, "--fovs", 6)
        whole = digests(output)
        text = (output / "ledger/all.txt").read_text()
        (output / "ledger/all.txt").unlink()
        (output / "ledger/rank_0.txt").write_text(text[: len(text) * 2 // 3])
        self.finish("simulate", output, "--fovs", 6, "--resume", ranks=2)
        self.assertEqual(digests(output), whole)

    def test_checkpoints(self):
        output = self.folder / "training"
        self.finish("train", output)
        curve = (output / "learning_curve.csv").read_text().splitlines()
        newest, before = sorted(output.glob("checkpoint_*"), reverse=True)
        for what, damage in DAMAGES.items():
            if what == "gone":
                continue
            good = newest.read_bytes()
            damage(newest)
            done = self.finish("train", output, "--resume")
            self.assertIn(f"{newest}: damaged", done.stderr)
            self.assertIn("goes on from step 6", done.stderr)
            again = sorted(output.glob("checkpoint_*"), reverse=True)
            self.assertEqual(len(again), 2)
            self.assertEqual([line.split(",")[4:] for line in (output / "learning_curve.csv").read_text().splitlines()],
                             [line.split(",")[4:] for line in curve])
            again[0].unlink()  # it tells other times
            newest.write_bytes(good)
        damage = flipped(0.5)
        damage(newest)
        damage(before)
        done = self.finish("train", output, "--resume")
        self.assertIn("goes on from step 0", done.stderr)

    def test_changed_input_is_done_again(self):
        public = self.folder / "changing"
        shutil.copytree(self.jobs.data / "public/track_2", public / "track_2")
        output = self.folder / "changed"
        command = ["predict", "--input", str(public), "--output", str(output)]
        self.assertEqual(self.jobs.run(command).returncode, 0)
        csv = public / "track_2/exp_1/trajs_fov_1.csv"
        lines = csv.read_text().splitlines()
        csv.write_text("\n".join(lines[: len(lines) // 2]) + "\n")
        done = self.jobs.run([*command, "--resume"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("other inputs", done.stderr)
        self.assertIn("were done already", done.stderr)  # the other experiment
        anew = self.folder / "anew"
        self.assertEqual(self.jobs.run(["predict", "--input", str(public), "--output", str(anew)]).returncode, 0)
        self.assertEqual(digests(output), digests(anew))

    def test_what_is_done_again_is_named_as_far_as_is_asked_for(self):
        output = self.folder / "many"
        self.finish("simulate", output, "--fovs", 3)
        labels = sorted(output.glob("ref/track_2/exp_*/traj_labs_fov_*.txt"))
        self.assertEqual(len(labels), 6)
        for option, named in (("--progress=off", 5), ("--verbose", 6), ("--quiet", 0)):
            for path in labels:
                path.unlink()
            done = self.finish("simulate", output, "--fovs", 3, "--resume", option)
            note = "".join(line for line in done.stderr.splitlines() if "6 of 6" in line and "missing or damaged" in line)
            self.assertEqual((note.count("exp_"), "…" in note), (named, named == 5), done.stderr)

    def test_another_version_is_told(self):
        output = self.folder / "version"
        self.finish("simulate", output)
        record = json.loads((output / "simulation.json").read_text())
        record["program"]["git"] = "0" * 40
        (output / "simulation.json").write_text(json.dumps(record))
        self.assertIn("another version", self.finish("simulate", output, "--resume", code=2).stderr)


def finished_files(output):
    """Every file that belongs to an item: all but the records, the ledger and what is made of items at the end."""
    return [path for path in output.rglob("*") if path.is_file() and path.parent.name != "ledger" and path.name != "ensemble_labels.txt"
            and path.parent != output]


class Faults(Whole):
    """Each leaves what was there as it was."""

    def old_results(self, name):
        output = self.folder / name
        self.finish("simulate", output, "--fovs", 2)
        return output, digests(output)

    def test_disk_full(self):
        mount = self.folder / "small"
        mount.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", mount], capture_output=True).returncode == 0
        if mounted:
            self.addCleanup(subprocess.run, ["umount", mount])
            options = {}
        else:
            print("mount is not permitted: a limit on the size of files stands for the full disk")

            def limit():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

            options = {"preexec_fn": limit}
        output = mount / "data"
        for name, more in (("simulate", ("--fovs", 40)), ("predict", ()), ("track", ())):
            shutil.rmtree(output, ignore_errors=True)
            done = self.finish(name, output, *more, code=1, ranks=2, **options)
            self.assertRegex(done.stderr, "No space left on device|File too large|GB are free")
            self.assertEqual(list(output.rglob("*.part")), [])
            if mounted:
                subprocess.run(["mount", "-o", "remount,size=200m", mount], check=True)
            self.finish(name, output, *more, "--resume", ranks=3)
            expected = self.folder / f"roomy_{name}"
            self.finish(name, expected, *more)
            self.assertEqual(digests(output), digests(expected))
            if mounted:
                shutil.rmtree(output)
                subprocess.run(["mount", "-o", "remount,size=300k", mount], check=True)

    def unprivileged(self):
        """The program as one who may not read and write everything."""
        if os.geteuid() != 0:
            return [PROGRAM]
        command = ["setpriv", f"--reuid={NOBODY}", "--clear-groups", PROGRAM]
        if subprocess.run([*command, "--version"], capture_output=True).returncode != 0:
            self.skipTest("root may do anything, and nobody may not run the program here")
        return command

    def test_a_submission_that_may_not_be_read_does_not_stop_others(self):
        folder = self.folder / "rights"
        for name, labels in (("ref", "traj_labs_fov_0.txt"), ("all/closed", "fov_0.txt"), ("all/open", "fov_0.txt")):
            experiment = folder / name / "track_2/exp_0"
            experiment.mkdir(parents=True)
            (experiment / labels).write_text("0,1,1,2,50\n")
            (experiment / "ensemble_labels.txt").write_text("model: single_state; num_state: 1\n1\n0.1\n1\n0.1\n1\n")
        (folder / "all/closed/track_2/exp_0/fov_0.txt").chmod(0)
        (folder / "out").mkdir()
        (folder / "out").chmod(0o777)
        for options, code in (((), 4), (("--lenient",), 0)):
            done = subprocess.run([*self.unprivileged(), "score", "--reference", folder / "ref", "--submission", folder / "all", "--output",
                                   folder / "out", *options], capture_output=True, text=True, timeout=100, cwd="/")
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn("closed/track_2/exp_0/fov_0.txt: cannot be read: Permission denied", done.stderr)
            self.assertTrue((folder / "out/open/scores.txt").exists())
            self.assertEqual((folder / "out/closed/scores.txt").exists(), code == 0)

    def test_closed_streams_lead_into_no_file(self):
        output = self.folder / "streams"
        for closed in ("<&- >&- 2>&-", "2>&-"):  # of a submission without labels much is said
            arguments = ["score", "--reference", self.jobs.data / "ref", "--submission", self.jobs.data / "ref", "--output", output]
            done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", PROGRAM, *arguments, "--lenient"], capture_output=True, timeout=100)
            self.assertEqual(done.returncode, 0, closed)
            self.assertTrue((output / "results.h5").exists())
            shutil.rmtree(output)

    def test_standard_output_that_cannot_be_written(self):
        for arguments in (["predict", "--dump-default"], ["verify", self.jobs.data / "ref"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=100)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("standard output: cannot be written whole", done.stderr)

    def test_no_permission(self):
        output, whole = self.old_results("private")
        victim = next(output.rglob("trajs_fov_0.csv"))
        command = self.unprivileged()
        if os.geteuid() != 0:
            victim.parent.chmod(0o555)
            self.addCleanup(victim.parent.chmod, 0o755)
            (output / "simulation.json").chmod(0o444)
            output.chmod(0o555)
            self.addCleanup(output.chmod, 0o755)
        done = subprocess.run([*command, *self.jobs.command("simulate", output, "--fovs", 2, "--resume")], capture_output=True, text=True,
                              timeout=100, cwd="/")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("Permission denied", done.stderr)
        self.assertEqual(digests(output), whole)

    def test_read_only(self):
        output, whole = self.old_results("fixed")
        if subprocess.run(["mount", "--bind", "-o", "ro", output, output], capture_output=True).returncode == 0:
            self.addCleanup(subprocess.run, ["umount", output])
        elif subprocess.run(["chattr", "-R", "+i", output], capture_output=True).returncode == 0:
            self.addCleanup(subprocess.run, ["chattr", "-R", "-i", output])
        else:
            self.skipTest("neither mount nor chattr is permitted")
        done = self.finish("simulate", output, "--fovs", 2, "--resume", code=1)
        self.assertRegex(done.stderr, "Read-only|not permitted")
        self.assertEqual(digests(output), whole)

    def test_path_too_long(self):
        for output in (self.folder / ("x" * 300), self.folder / "/".join(["y" * 200] * 25)):
            for name in ("simulate", "track", "predict", "run", "train"):
                done = self.finish(name, output, code=1)
                self.assertIn("File name too long", done.stderr)
                self.assertNotIn("internal", done.stderr)

    def test_an_input_that_vanishes(self):
        for name, track in (("predict", 2), ("track", 1)):
            public = self.folder / f"vanishing_{name}"
            shutil.copytree(self.jobs.data / "public", public)
            inputs = sorted((public / f"track_{track}").rglob("*fov_1.*"))
            for path in inputs:  # it is there when the work is planned, and cannot be read later
                path.unlink()
                path.symlink_to("nowhere")
            output = self.folder / f"vanished_{name}"
            source = public if name == "predict" else public / "track_1"
            done = self.jobs.run([name, "--input", str(source), "--output", str(output)], 2)
            self.assertEqual(done.returncode, 4, done.stderr)
            for path in inputs:
                self.assertIn(str(path), done.stderr)
            for path in inputs:
                path.unlink()
                shutil.copy(self.jobs.data / "public" / path.relative_to(public), path)
            done = self.jobs.run([name, "--input", str(source), "--output", str(output), "--resume"], 2)
            self.assertEqual(done.returncode, 0, done.stderr)
            expected = self.folder / f"never_vanished_{name}"
            self.assertEqual(self.jobs.run([name, "--input", str(source), "--output", str(expected)]).returncode, 0)
            self.assertEqual(digests(output), digests(expected))


if __name__ == "__main__":
    PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
