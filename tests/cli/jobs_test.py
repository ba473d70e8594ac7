#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Scripts of jobs/ with stand-ins for what they start. usage: jobs_test.py SOURCE"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = None


class Jobs(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.stand_ins = self.folder / "bin"
        self.stand_ins.mkdir()
        self.environment = {**os.environ, "PATH": f"{self.stand_ins}:{os.environ['PATH']}"}

    def stand_in(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)

    def run_script(self, *command, **more):
        return subprocess.run(command, env={**self.environment, **more}, capture_output=True, text=True, timeout=60)


class PaperResults(Jobs):
    """Into results/paper of a folder that holds the scripts."""

    def setUp(self):
        super().setUp()
        shutil.copytree(SOURCE / "jobs", self.folder / "jobs")
        self.stand_in(self.folder / "build/anomalousnet", "echo anomalousnet 0")
        self.results = self.folder / "results/paper"
        self.results.mkdir(parents=True)
        (self.results / "table_1.txt").write_text("old\n")

    def make(self, *files):
        output = self.folder / "output"
        self.stand_in(self.stand_ins / "mpirun", f"mkdir -p {output}; cd {output}; for f in paper_run.json {' '.join(files)}; do echo new >$f; done")
        return self.run_script(self.folder / "jobs/paper_results.sh", output)

    def texts(self):
        return {path.name: path.read_text() for path in self.results.iterdir() if path.name != "provenance.txt"}

    def test_tables_without_figures_are_results(self):
        done = self.make("table_3.txt", "table_3.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.texts(), {"table_3.txt": "new\n", "table_3.csv": "new\n"})
        self.assertIn("program: anomalousnet 0", (self.results / "provenance.txt").read_text())
        self.assertEqual([path.name for path in self.results.parent.iterdir()], ["paper"])

    def test_without_new_results_the_old_ones_stay(self):
        done = self.make()
        self.assertEqual(done.returncode, 1)
        self.assertIn("no tables or figures", done.stderr)
        self.assertEqual(self.texts(), {"table_1.txt": "old\n"})


class Requeue(Jobs):
    """run_or_requeue of slurm/job.sh."""

    def ends(self, program, **more):
        """Whether the job goes back into the queue, and its exit code otherwise."""
        self.stand_in(self.folder / "program", program)
        self.stand_in(self.stand_ins / "scontrol", f"echo $1 >{self.folder}/asked")
        self.stand_in(self.stand_ins / "sleep", "exit 0")
        (self.folder / "asked").unlink(missing_ok=True)
        done = self.run_script("bash", "-c", f"source {SOURCE}/jobs/slurm/job.sh; run_or_requeue", AN_PROGRAM=str(self.folder / "program"),
                               AN_LAUNCH="env", SLURM_JOB_ID="1", **more)
        return "requeue" if (self.folder / "asked").exists() else done.returncode

    def test_only_a_run_that_stopped_in_order_goes_back(self):
        for code in (0, 1, 2, 3, 4):
            self.assertEqual(self.ends(f"exit {code}"), code)
        self.assertEqual(self.ends("exit 5"), "requeue")
        self.assertEqual(self.ends("kill -KILL $$"), 137)

    def test_after_the_signal_too_and_one_that_it_killed(self):
        told = "/bin/sleep 0.3; kill -USR1 $PPID; for i in {1..50}; do /bin/sleep 0.1; done; exit 99"
        for code in (0, 1, 2, 3, 4):
            self.assertEqual(self.ends(f"trap 'exit {code}' USR1; {told}"), code)
        self.assertEqual(self.ends(f"trap 'exit 5' USR1; {told}"), "requeue")
        self.assertEqual(self.ends(told), "requeue")

    def test_not_for_ever(self):
        self.assertEqual(self.ends("exit 5", SLURM_RESTART_COUNT="99"), "requeue")
        self.assertEqual(self.ends("exit 5", SLURM_RESTART_COUNT="100"), 5)
        self.assertEqual(self.ends("exit 5", SLURM_RESTART_COUNT="3", AN_RESTARTS="3"), 5)

    def test_what_is_cancelled_does_not_go_back(self):
        ended = "/bin/sleep 0.3; kill -TERM $PPID; for i in {1..50}; do /bin/sleep 0.1; done; exit 99"
        self.assertEqual(self.ends(f"trap 'exit 5' TERM; {ended}"), 5)
        self.assertEqual(self.ends(ended), 143)


class Launch(Jobs):
    """The command line of the ranks."""

    def line(self, script, **more):
        """What the script starts, and what of its environment matters."""
        for launcher in ("mpirun", "srun"):
            self.stand_in(self.stand_ins / launcher, f"echo {launcher} $* ${{SRUN_CPUS_PER_TASK-no}} ${{OMPI_MCA_hwloc_base_binding_policy-bound}}")
        clean = {name: text for name, text in self.environment.items() if not name.startswith(("SLURM", "SRUN", "OMPI_MCA_hwloc"))}
        self.environment = clean
        done = self.run_script(SOURCE / "jobs/slurm" / script, "run", **{"AN_PROGRAM": "program", "SLURM_JOB_ID": "1", "SLURM_SUBMIT_DIR": str(SOURCE), **more})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def test_a_rank_a_task(self):
        self.assertEqual(self.line("many_nodes.sbatch", SLURM_NTASKS="128"), "mpirun -n 128 program run no bound")
        self.assertEqual(self.line("many_nodes.sbatch", SLURM_JOB_NUM_NODES="2", SLURM_NTASKS_PER_NODE="64"), "mpirun -n 128 program run no bound")
        self.assertEqual(self.line("one_node.sbatch", SLURM_CPUS_ON_NODE="64"), "mpirun -n 64 program run no bound")
        self.assertEqual(self.line("one_node.sbatch", SLURM_CPUS_ON_NODE="64", AN_LAUNCH="srun --mpi=pmix"), "srun -n 64 --mpi=pmix program run no bound")

    def test_a_program_for_processors_and_one_for_gpus(self):
        for script, build in (("many_nodes.sbatch", "build"), ("gpus.sbatch", "build-cuda")):
            self.assertEqual(self.line(script, SLURM_NTASKS="4", AN_PROGRAM=""), f"mpirun -n 4 {SOURCE}/{build}/anomalousnet run no bound")

    def test_ranks_with_threads_have_their_cores(self):
        several = {"SLURM_CPUS_PER_TASK": "8"}
        self.assertEqual(self.line("gpus.sbatch", SLURM_NTASKS="4", **several), "mpirun -n 4 program run no none")
        self.assertEqual(self.line("one_node.sbatch", SLURM_CPUS_ON_NODE="64", **several), "mpirun -n 8 program run no none")
        self.assertEqual(self.line("gpus.sbatch", SLURM_NTASKS="4", AN_LAUNCH="srun --mpi=pmix", **several), "srun --mpi=pmix program run 8 bound")


class Array(Jobs):
    """slurm/array.sbatch."""

    def test_folders_without_a_task_are_told_of(self):
        for name in ("a", "b", "c"):
            (self.folder / "benchmarks" / name).mkdir(parents=True)
        self.stand_in(self.folder / "program", "echo $*")

        def task(number, last):
            return self.run_script(SOURCE / "jobs/slurm/array.sbatch", self.folder / "benchmarks", "out", AN_PROGRAM=str(self.folder / "program"), AN_LAUNCH="env",
                                   SLURM_JOB_ID="1", SLURM_SUBMIT_DIR=str(SOURCE), SLURM_ARRAY_TASK_ID=str(number), SLURM_ARRAY_TASK_MAX=str(last))
        for number, last, told in ((0, 1, False), (1, 1, True), (2, 2, False)):
            done = task(number, last)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"--output out/{'abc'[number]} --resume", done.stdout)
            self.assertEqual("holds 3 folders, and no task for those after" in done.stderr, told, done.stderr)
        self.assertEqual(task(3, 3).returncode, 2)

    def test_wrong_arguments_are_told(self):
        (self.folder / "none").mkdir()
        for arguments, words in ((["nowhere", "out"], "usage: "), ([self.folder / "none"], "usage: "), ([self.folder / "none", "out"], "holds 0 folders")):
            done = self.run_script(SOURCE / "jobs/slurm/array.sbatch", *arguments, AN_LAUNCH="env", SLURM_JOB_ID="1", SLURM_SUBMIT_DIR=str(SOURCE), SLURM_ARRAY_TASK_ID="0")
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
