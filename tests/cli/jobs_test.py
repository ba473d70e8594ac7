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


if __name__ == "__main__":
    SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
