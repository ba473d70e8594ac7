#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Recorded statistics find copies of the program with one deliberate fault each.

usage: simulation_faults_test.py FIXTURES SOURCE_FOLDER BUILD_FOLDER
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import simulation_statistics as statistics

STATS, SOURCE, BUILD = None, None, None
# Fault: file, what stands there, what is put there instead, sets that have to fail.
FAULTS = {
    "variance_of_steps": ("fractional_noise.cpp", "scale_ = std::sqrt(2 * k);", "scale_ = std::sqrt(k);", ("ssm_a", "msm_a", "dim_a", "qtm_a", "tcm_a")),
    "no_walls": ("reflection.cpp", "while (coordinate > side || coordinate < 0) {", "while (false) {", ("ssm_b",)),
    "multi_state_labels_a_frame_late": ("multi_state.cpp", "labels[t] = first_code + static_cast<std::uint32_t>(state);",
                                        "labels[t] = first_code + static_cast<std::uint32_t>(before);", ("msm_a", "msm_b")),
    "dimer_labels_a_frame_early": ("dimerization.cpp", "paths_.labels(n)[t] = particle.code;", "paths_.labels(n)[t - 1] = paths_.labels(n)[t] = particle.code;", ("dim_a",)),
    "dimer_one_coin": ("dimerization.cpp", "const bool tossed = other < n && !parameters_.quirks.dimer_two_coins;", "const bool tossed = other < n;", ("dim_b",)),
    "trap_labels_a_frame_early": ("immobile_traps.cpp", "labels[t] = bound ? trapped : free;", "labels[t - 1] = labels[t] = bound ? trapped : free;", ("qtm_a", "qtm_b")),
    "confined_labels_a_frame_late": ("confinement.cpp", "labels[t] = outside + (inside ? 1 : 0);", "labels[t] = outside + (before ? 1 : 0);", ("tcm_a",)),
    "discs_do_not_reflect": ("confinement.cpp", "return reflected_in_disc(centre, parameters_.radius, from, to);", "return from.x < 0 ? from : to;", ("tcm_a", "tcm_b")),
}


def faulty_program(fault, folder):
    """Builds the program once more with one source changed."""
    name, old, new, _ = FAULTS[fault]
    source = SOURCE / "src/simulation" / name
    text = source.read_text()
    assert text.count(old) == 1, f"{name} does not hold '{old}' once"
    changed = folder / name
    changed.write_text(text.replace(old, new))
    entry = next(e for e in json.loads((BUILD / "compile_commands.json").read_text()) if e["file"] == str(source))
    words = [w for w in entry["command"].split() if not w.endswith("ccache")]
    words[words.index("-c") + 1] = str(changed)
    words[words.index("-o") + 1] = str(folder / "changed.o")
    subprocess.run(words, cwd=entry["directory"], check=True)
    link = subprocess.run(["ninja", "-t", "commands", "anomalousnet"], cwd=BUILD, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    link = link.split("&&")[1].split()
    place = next(i for i, word in enumerate(link) if word.endswith("main.cpp.o"))
    link.insert(place, str(folder / "changed.o"))
    program = folder / "anomalousnet"
    link[link.index("-o") + 1] = str(program)
    subprocess.run(link, cwd=BUILD, check=True)
    return program


class Faults(unittest.TestCase):
    def test_every_fault_is_found(self):
        for fault, (_, _, _, sets) in FAULTS.items():
            with tempfile.TemporaryDirectory() as folder:
                program = faulty_program(fault, pathlib.Path(folder))
                for name in sets:
                    wrong, _, largest, _ = statistics.compare(program, STATS / f"stats_{name}.json")
                    print(f"{fault}: {name} has {len(wrong)} differences, the largest of {largest:.1f} standard errors", flush=True)
                    self.assertNotEqual(wrong, [], f"{fault} passes {name}")


if __name__ == "__main__":
    STATS = pathlib.Path(os.environ.get("AN_ORACLES", sys.argv[1])) / "simulation"
    SOURCE, BUILD = pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    unittest.main(argv=sys.argv[:1])
