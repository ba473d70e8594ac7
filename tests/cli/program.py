# SPDX-License-Identifier: MIT
"""What the tests of the command line share: they run the program and read what it wrote."""
import csv
import hashlib
import subprocess

# Two kinds of experiments, with videos: CHAIN and TRAPS are numbers of particles.
TWO_MODELS = """
[simulate]
seed = 11
fovs = 2
vips = 4
videos = true

[[experiment]]
model = "multi_state"
particles = CHAIN
alpha = [{ normal = [0.7, 0.01] }, { normal = [1.2, 0.01] }]
k = [{ normal = [0.1, 0.0004] }, { normal = [1.2, 0.01] }]
dwell = [50, 40]

[[experiment]]
model = "immobile_traps"
particles = TRAPS
alpha = { normal = [1, 0.01] }
k = { normal = [1, 0.01] }
traps = 300
radius = 0.5
binding = 0.8
unbinding = 0.03
"""


def two_models(chain, traps):
    return TWO_MODELS.replace("CHAIN", str(chain)).replace("TRAPS", str(traps))


def run_program(command, ranks=None, **options):
    """Under mpirun, where ranks are named. Returns the finished process with its words."""
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    return subprocess.run([*launcher, *map(str, command)], capture_output=True, text=True, timeout=500, **options)


def digests(folder, record):
    """sha256 of every file but the record of the run, which holds times, by path."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file() and path.name != record}


def rows_of(path):
    """Of a CSV, a dict each."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
