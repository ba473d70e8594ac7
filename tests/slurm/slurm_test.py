#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The batch scripts on a real Slurm of one node: jobs that are stopped, put back, resumed. usage: slurm_test.py PROGRAM SOURCE

Ends with 77, and says why, where there is no Slurm.
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import cluster

PROGRAM, SOURCE = None, None
DATA = """
[simulate]
seed = 11
fovs = 6

[[experiment]]
model = "multi_state"
repeat = 4
particles = 60
alpha = [{ normal = [0.7, 0.01] }, { normal = [1.2, 0.01] }]
k = [{ normal = [0.1, 0.0004] }, { normal = [1.2, 0.01] }]
dwell = [50, 40]

[[experiment]]
model = "confinement"
repeat = 4
particles = 60
alpha = [{ normal = [1, 0.01] }, { normal = [0.4, 0.01] }]
k = [{ normal = [1, 0.01] }, { normal = [0.02, 0.0001] }]
discs = 60
radius = 4
transmittance = 0.1
"""
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")


def digests(folder):
    """sha256 of every file but the records, which hold times."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "prediction.json"}


class Slurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.folder.chmod(0o755)  # user munge has to get through
        (cls.folder / "data.toml").write_text(DATA)
        cls.data = cls.folder / "data"
        for command in (["simulate", "--config", cls.folder / "data.toml", "--output", cls.data],
                        ["predict", "--input", cls.data / "public", "--output", cls.folder / "unbroken"]):
            done = subprocess.run([PROGRAM, *map(str, command)], capture_output=True, text=True, timeout=600)
            assert done.returncode == 0, done.stderr
        (cls.folder / "cluster").mkdir()
        cls.cluster = cluster.Cluster(cls.folder / "cluster")

    @classmethod
    def tearDownClass(cls):
        cls.cluster.stop()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def submit(self, name, *options, script="many_nodes.sbatch", arguments=None, tasks=("--ntasks-per-node=1", "--oversubscribe")):
        """Submits predict into a new folder. Returns the job's number, the folder and the log."""
        output, log = self.folder / name, self.folder / f"{name}.log"
        environment = {**self.cluster.environment, "AN_PROGRAM": str(PROGRAM)}
        arguments = arguments or ["predict", "--input", self.data / "public", "--output", output, "--resume", "--progress", "off"]
        fixed = ["--nodes=1", *tasks, "--time=30", f"--output={log}"]
        job = subprocess.run(["sbatch", "--parsable", *fixed, *options, f"jobs/slurm/{script}", *map(str, arguments)], cwd=SOURCE, env=environment,
                             capture_output=True, text=True, timeout=60)
        self.assertEqual(job.returncode, 0, job.stderr)
        return job.stdout.strip(), output, log

    def wait_for_items(self, output, count=8):
        """Waits until a run has done some of its fields of view; fails where it has done all."""
        end = time.time() + 300
        while (done := len(list(output.rglob("sums_fov_*.json")))) < count:
            self.assertLess(time.time(), end, "nothing was done")
            time.sleep(0.05)
        self.assertLess(done, 48, "the run was over too soon")

    def check_resumed(self, job, output, log):
        ended = self.cluster.wait_for(job, ENDED)
        self.assertEqual((ended["JobState"], ended["ExitCode"]), ("COMPLETED", "0:0"), log.read_text())
        self.assertGreaterEqual(int(ended["Restarts"]), 1, log.read_text())
        self.assertEqual(digests(output), digests(self.folder / "unbroken"))
        return log.read_text()

    def test_a_run_is_resumed_after_the_signal_of_its_time_limit(self):
        # Slurm looks at limits twice a minute and may signal a minute early: in the run's first minute, if it takes as long.
        job, output, log = self.submit("limited", "--time=2", "--signal=B:USR1@60")
        self.wait_for_items(output)
        self.cluster.run("scancel", "--batch", "--signal=USR1", job)  # where Slurm has not sent it
        words = self.check_resumed(job, output, log)
        self.assertIn("back into the queue", words)
        self.assertIn("exit code 5", words)

    def test_a_run_is_resumed_after_it_was_put_back_into_the_queue(self):
        job, output, log = self.submit("taken")
        self.wait_for_items(output)
        self.cluster.run("scontrol", "requeue", job)
        self.check_resumed(job, output, log)

    def test_a_killed_run_fails_and_can_be_put_back(self):
        job, output, log = self.submit("killed")
        self.wait_for_items(output)
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0] == os.fsencode(PROGRAM) and os.fsencode(output) in words:
                os.kill(int(process.name), 9)
        self.assertEqual(self.cluster.wait_for(job, ENDED)["JobState"], "FAILED", log.read_text())
        self.cluster.run("scontrol", "requeue", job)
        self.check_resumed(job, output, log)

    def test_a_wrong_setting_ends_the_job_for_good(self):
        job, _, log = self.submit("wrong", arguments=["predict", "--input", self.data / "public", "--output", self.folder / "wrong",
                                                      "--set", "segmentation.paths=0"])
        ended = self.cluster.wait_for(job, ENDED)
        self.assertEqual((ended["JobState"], ended["ExitCode"], ended["Restarts"]), ("FAILED", "2:0", "0"), log.read_text())

    def test_an_array_solves_each_benchmark(self):
        benchmarks = self.folder / "benchmarks"
        for name, experiment in (("a", 1), ("b", 5)):
            for part in ("public", "ref"):
                place = benchmarks / name / part / "track_2"
                place.mkdir(parents=True)
                shutil.copytree(self.data / part / "track_2" / f"exp_{experiment}", place / "exp_1")
        for task in ("0", "1"):
            job, _, log = self.submit(f"array_{task}", f"--array={task}", script="array.sbatch", arguments=[benchmarks, self.folder / "solved"])
            ended = self.cluster.wait_for(job, ENDED)
            self.assertEqual(ended["ExitCode"], "0:0", log.read_text())
        for name in ("a", "b"):
            self.assertTrue((self.folder / "solved" / name / "report.html").exists())
        job, _, log = self.submit("array_2", "--array=2", script="array.sbatch", arguments=[benchmarks, self.folder / "solved"])
        self.assertEqual(self.cluster.wait_for(job, ENDED)["ExitCode"], "2:0", log.read_text())

    def test_jobs_have_a_rank_a_task_or_a_core(self):
        cores = os.cpu_count()
        for name, script, tasks, ranks in (("two_tasks", "many_nodes.sbatch", ("--ntasks-per-node=2", "--oversubscribe", "--overcommit"), 2),
                                           ("all_cores", "one_node.sbatch", (), cores), ("with_threads", "one_node.sbatch", ("--cpus-per-task=2",), cores // 2)):
            if name == "with_threads" and cores % 2 == 1:
                continue
            job, output, log = self.submit(name, script=script, tasks=tasks)
            self.assertEqual(self.cluster.wait_for(job, ENDED)["ExitCode"], "0:0", log.read_text())
            self.assertEqual(json.loads((output / "prediction.json").read_text())["run"]["ranks"], ranks, name)
            self.assertEqual(digests(output), digests(self.folder / "unbroken"))

    def test_a_sweep_runs_its_points_one_after_the_other(self):
        program = self.folder / "program"  # notes what it is asked to do
        notes = self.folder / "notes"
        program.write_text(f'#!/bin/sh\necho "$OMPI_COMM_WORLD_RANK/$OMPI_COMM_WORLD_SIZE $*" >>{notes}\n')
        program.chmod(0o755)
        environment = {**self.cluster.environment, "AN_PROGRAM": str(program), "AN_REPEATS": "2",
                       "AN_SBATCH": f"--oversubscribe --output={self.folder}/sweep-%j.log"}
        done = subprocess.run(["jobs/slurm/sweep.sh", "weak", str(self.folder / "sweep"), "3", "1", "2"], cwd=SOURCE, env=environment,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        jobs = [line.split(":")[0] for line in done.stdout.splitlines()]
        self.assertEqual(len(jobs), 4, done.stdout)
        for job in jobs:
            self.assertEqual(self.cluster.wait_for(job, ENDED)["ExitCode"], "0:0", (self.folder / f"sweep-{job}.log").read_text())
        made = [line for line in notes.read_text().splitlines() if line.startswith("0/") and " simulate " in line]
        self.assertEqual([(line.split()[0], line.split("--fovs ")[1].split()[0]) for line in made], 2 * [("0/1", "3"), ("0/2", "6")])
        self.assertEqual(sorted(path.name for path in (self.folder / "sweep").iterdir()), ["weak_1_1", "weak_1_2", "weak_2_1", "weak_2_2"])

    def test_srun_without_a_common_language_is_refused(self):
        """Two processes that do not know of each other would write the same files."""
        done = self.cluster.run("srun", "-n", "2", "--oversubscribe", "--overcommit", "--mpi=none", PROGRAM, "info", "--mpi")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("--mpi=pmix", done.stderr)
        done = self.cluster.run("srun", "-n", "2", "--oversubscribe", "--overcommit", "--mpi=pmix", PROGRAM, "info", "--mpi")
        self.assertIn("2 ranks on 1 host", done.stdout, done.stderr)


if __name__ == "__main__":
    PROGRAM, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    if reason := cluster.why_not():
        print(f"skipped: {reason}")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
