#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""cmake/write_git_hash.cmake outside git. usage: version_test.py SOURCE"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = None


class OutsideGit(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ("CMakeLists.txt", "cmake/a.cmake", "configs/a.toml", "evaluation/a.cpp", "kernels/a.cu", "src/core/a.cpp", "docs/a.md"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text("as it was\n")

    def version(self):
        written = self.folder / "git_hash.hpp"
        subprocess.run(["cmake", "-D", f"SOURCE={self.folder}", "-D", f"OUTPUT={written}", "-P", SOURCE / "cmake/write_git_hash.cmake"], check=True)
        return re.search('"(unknown-[0-9a-f]{40})"', written.read_text())[1]

    def test_another_program_is_another_version(self):
        versions = [self.version()]
        self.assertEqual(self.version(), versions[0])
        for path in sorted(self.folder.rglob("a.*")):
            path.write_text("another\n")
            if path.parent.name == "docs":
                self.assertEqual(self.version(), versions[-1])
            else:
                versions.append(self.version())
        (self.folder / "src/core/a.cpp").rename(self.folder / "src/core/b.cpp")
        versions.append(self.version())
        self.assertEqual(len(set(versions)), len(versions), versions)


if __name__ == "__main__":
    SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
