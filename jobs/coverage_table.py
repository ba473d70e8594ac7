#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Table of covered lines and branches from what g++ counted. usage: coverage_table.py BUILD LEAST_PERCENT

Ends with an error where a file has fewer than LEAST_PERCENT of its lines covered, or a folder of its branches. Branches that g++
made for exceptions (its `throw`) are left out: they are taken only where a call beneath throws. A line of a header or template
counts as covered where any copy of it ran.
"""
import collections
import json
import pathlib
import subprocess
import sys

FOLDERS = ("evaluation", "src/io", "src/parallel")


def counted(build, root):
    """How often each line ran, and each branch of it was taken: file -> line -> count, file -> (line, branch) -> count."""
    lines, branches = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    for notes in sorted(build.rglob("*.gcno")):
        done = subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--stdout", str(notes)], capture_output=True, text=True, check=True)
        for file in json.loads(done.stdout)["files"]:
            path = (build / file["file"]).resolve()
            if not path.is_relative_to(root) or not str(path.relative_to(root)).startswith(FOLDERS):
                continue
            name = str(path.relative_to(root))
            for line in file["lines"]:
                lines[name][line["line_number"]] += line["count"]
                for number, branch in enumerate(b for b in line["branches"] if not b["throw"]):
                    branches[name][line["line_number"], number] += branch["count"]
    return lines, branches


def main(build, least):
    lines, branches = counted(build, pathlib.Path.cwd().resolve())
    sums, poor = collections.defaultdict(lambda: [0, 0, 0, 0]), []
    print(f"{'':46}{'lines':>18}{'branches':>18}")

    def show(name, ran, all_lines, taken, all_branches):
        cells = (f"{part:5} of {whole:5} {100 * part / max(1, whole):3.0f} %" for part, whole in ((ran, all_lines), (taken, all_branches)))
        print(f"{name:46}" + "".join(f"{cell:>18}" for cell in cells))

    for name in sorted(lines):
        counts = [sum(map(bool, lines[name].values())), len(lines[name]), sum(map(bool, branches[name].values())), len(branches[name])]
        show(name, *counts)
        if counts[0] < least / 100 * counts[1]:
            poor.append(name)
        for i, count in enumerate(counts):
            sums[str(pathlib.Path(name).parent)][i] += count
    complaints = [f"fewer than {least:g} % of the lines: {', '.join(poor)}"] if poor else []
    for folder, counts in sums.items():
        show(folder, *counts)
        for what, (part, whole) in (("lines", counts[:2]), ("branches", counts[2:])):
            if part < least / 100 * whole:
                complaints.append(f"{folder}: fewer than {least:g} % of the {what}")
    if not sums:
        sys.exit("nothing was counted")
    if complaints:
        sys.exit("\n".join(complaints))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), float(sys.argv[2]))
