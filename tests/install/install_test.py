#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The installed program, its files, and a project that uses its library. usage: install_test.py CMAKE BUILD SOURCE COMPILER"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD, SOURCE, COMPILER = None, None, None, None
PUBLIC = "tests/fixtures/benchmark/public"


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **options)


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        done = run(CMAKE, "--install", BUILD, "--prefix", cls.folder / "first")
        assert done.returncode == 0, done.stdout + done.stderr
        cls.prefix = cls.folder / "moved"
        (cls.folder / "first").rename(cls.prefix)  # an installation can be moved
        cls.program = cls.prefix / "bin/anomalousnet"

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_program_and_its_files_are_there(self):
        version = run(self.program, "--version")
        self.assertEqual(version.returncode, 0, version.stderr)
        self.assertRegex(version.stdout, r"^anomalousnet \d+\.\d+\.\d+ \(git ")
        for name in ("default.toml", "andi2_benchmark.toml", "weights/default.h5"):
            self.assertTrue((self.prefix / "share/anomalousnet/configs" / name).is_file(), name)
        for name in ("README.md", "LICENSE", "CITATION.cff", "docs/install.md", "docs/usage.md", "docs/measured.md", "docs/formats.md", "docs/methods.md", "docs/testing.md"):
            self.assertTrue((self.prefix / "share/doc/anomalousnet" / name).is_file(), name)

    def test_weights_are_those_of_the_installation(self):
        weights = self.prefix / "share/anomalousnet/configs/weights/default.h5"
        kept = weights.read_bytes()
        weights.write_bytes(b"no weights")
        environment = {name: value for name, value in os.environ.items() if name != "AN_WEIGHTS"}
        done = run(self.program, "predict", "--method", "unet", "--input", SOURCE / PUBLIC, "--output", self.folder / "out", env=environment)
        weights.write_bytes(kept)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(str(weights), done.stderr)

    def test_a_man_page_for_each_subcommand(self):
        if shutil.which("help2man") is None:
            self.skipTest("no help2man: man pages are not made")
        commands = re.findall(r"^  ([a-z]+) ", run(self.program, "--help").stdout.split("Subcommands:")[1], re.MULTILINE)
        self.assertGreater(len(commands), 5)
        for name, words in [("anomalousnet", [])] + [(f"anomalousnet-{command}", [command]) for command in commands]:
            page = (self.prefix / "share/man/man1" / f"{name}.1").read_text()
            self.assertTrue(page.splitlines()[1].startswith(f".TH {name.upper()} "), name)
            self.assertIn(f".SH NAME\n{name} \\- ", page)
            for option in re.findall(r"^  (?:-\w, )?(--[a-z-]+)", run(self.program, *words, "--help").stdout, re.MULTILINE):
                self.assertIn(option.replace("-", "\\-"), page, name)

    def test_a_project_finds_and_uses_the_library(self):
        build = self.folder / "consumer"
        done = run(CMAKE, "-G", "Ninja", "-S", SOURCE / "tests/install/consumer", "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_COMPILER={COMPILER}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = run(CMAKE, "--build", build)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        scores = dict(line.split() for line in run(build / "consumer").stdout.splitlines())
        self.assertEqual(scores, {"rmse_cp": "2", "jsc_cp": "1", "mae_alpha": "0.25", "msle_k": "0", "f1_state": "1", "w1_k": "0"})


if __name__ == "__main__":
    CMAKE, BUILD, SOURCE, COMPILER = sys.argv[1], *map(pathlib.Path, sys.argv[2:4]), sys.argv[4]
    unittest.main(argv=sys.argv[:1], verbosity=1)
