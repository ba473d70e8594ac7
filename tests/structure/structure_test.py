#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tree's rules: who may include whom, what a source file looks like, words that must not appear.

usage: structure_test.py ROOT
"""
import concurrent.futures
import functools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT, COMPILE_FLAGS = None, []
# Each part of the program and the parts whose headers it may include, besides its own.
MAY_INCLUDE = {
    "src/core": set(),
    "src/io": {"core"},
    "src/parallel": {"core"},
    "src/report": {"core"},
    "evaluation": {"core"},
    "src/simulation": {"core", "kernels"},
    "src/tracking": {"core", "kernels"},
    "src/network": {"core", "kernels", "simulation"},
    "src/segmentation": {"core", "kernels"},
    "kernels": {"core"},
    "src/app": {"core", "io", "parallel", "report", "evaluation", "simulation", "tracking", "network", "segmentation", "kernels"},
}
# Libraries that only some parts may know.
ONLY_IN = {"mpi.h": {"src/parallel", "src/io", "src/app"}, "hdf5.h": {"src/io", "src/app"}, "hdf5_hl.h": {"src/io"}}
PARTS = {path.split("/")[-1] for path in MAY_INCLUDE}
FORBIDDEN = re.compile(r"/work/|/tmp/|\bTODO\b|\bFIXME\b|fftw", re.IGNORECASE)
LONGEST = 400


def sources(root):
    for folder in MAY_INCLUDE:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp", ".cu", ".cuh"):
                yield folder, path


def include_violations(root):
    found = []
    for folder, path in sources(root):
        own = folder.split("/")[-1]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
            if not include:
                continue
            first = include.group(1).split("/")[0]
            if "/" in include.group(1) and first in PARTS and first != own and first not in MAY_INCLUDE[folder]:
                found.append(f"{path.relative_to(root)}:{number}: {folder} must not include {include.group(1)}")
            if include.group(1) in ONLY_IN and folder not in ONLY_IN[include.group(1)]:
                found.append(f"{path.relative_to(root)}:{number}: {folder} must not know {include.group(1)}")
    return found


def name_of(folder, header):
    """What an include calls it."""
    return str(header.relative_to(ROOT / "src" if folder.startswith("src/") else ROOT))


@functools.cache
def first_includes(root):
    """Headers with which the source of their name begins."""
    found = set()
    for folder, path in sources(root):
        first = re.search(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.MULTILINE)
        if path.suffix == ".cpp" and first and first.group(1) == name_of(folder, path.with_suffix(".hpp")):
            found.add(first.group(1))
    return found


class StructureTest(unittest.TestCase):
    def test_includes_follow_the_dependency_direction(self):
        self.assertEqual(include_violations(ROOT), [])

    def test_an_include_against_the_direction_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in (("evaluation/a.hpp", '#include "io/label_file.hpp"\n'), ("evaluation/b.cpp", "#include <mpi.h>\n"),
                               ("src/parallel/c.cpp", '#include "evaluation/a.hpp"\n'), ("src/io/d.cpp", '#include "core/error.hpp"\n')):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            self.assertEqual([v.split(":")[0] for v in include_violations(root)], ["src/parallel/c.cpp", "evaluation/a.hpp", "evaluation/b.cpp"])

    def test_sources_name_their_licence_first(self):
        self.assertEqual([str(path) for _, path in sources(ROOT) if not path.read_text().startswith("// SPDX-License-Identifier: MIT\n")], [])

    def test_no_source_is_too_long_to_hold_in_mind(self):
        self.assertEqual([str(path) for _, path in sources(ROOT) if len(path.read_text().splitlines()) > LONGEST], [])

    def test_no_forbidden_words(self):
        found = []
        for pattern in ("*.cpp", "*.hpp", "*.py", "*.sh", "*.cmake", "*.md", "CMakeLists.txt", "*.toml"):
            for path in ROOT.rglob(pattern):
                relative = path.relative_to(ROOT)
                if relative.parts[0].startswith(("build", ".git")) or "fixtures" in relative.parts or path.name == "structure_test.py":
                    continue
                found += [f"{relative}:{n}: {line.strip()}" for n, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
                          if FORBIDDEN.search(line)]
        self.assertEqual(found, [])

    def test_headers_compile_alone(self):
        # The build has compiled those that a source includes before all others; the rest is compiled here.
        headers = [path for folder, path in sources(ROOT) if path.suffix == ".hpp" and name_of(folder, path) not in first_includes(ROOT)]
        self.assertTrue(headers)

        def compiled(header):
            return subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-x", "c++", f"-I{ROOT}/src", f"-I{ROOT}",
                                   *COMPILE_FLAGS, "-include", str(header), "/dev/null"], capture_output=True, text=True)

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for header, one in zip(headers, pool.map(compiled, headers)):
                self.assertEqual(one.returncode, 0, f"{header}: {one.stderr[:500]}")


if __name__ == "__main__":
    ROOT = pathlib.Path(sys.argv[1])
    COMPILE_FLAGS = sys.argv[2:]
    unittest.main(argv=sys.argv[:1], verbosity=1)
