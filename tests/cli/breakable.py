# SPDX-License-Identifier: MIT
"""What the tests of broken runs share: small jobs of every command that can be taken up again, and what they left."""
import hashlib
import os
import pathlib
import signal
import subprocess
import time

RECORDS = {"report.html", "simulation.json", "prediction.json", "tracking.json", "training.json", "summary.json",
           "learning_curve.csv", "learning_curve.svg"}
DATA = """
[simulate]
seed = 5
frames = 80
vips = 3

[[experiment]]
model = "multi_state"
particles = 30
alpha = [0.7, 1.2]
k = [0.1, 1.2]
dwell = [30, 30]

[[experiment]]
model = "immobile_traps"
particles = 30
alpha = 1
k = 1
traps = 200
radius = 0.5
binding = 0.8
unbinding = 0.03
"""
TRAINING = """
[train]
network = "small-state"
tiles = 4
steps = 8
warmup = 2
validation_tiles = 4
validate_every = 3
checkpoint_every = 2

[simulate]
frames = 208

[[experiment]]
model = "single_state"
particles = 60
alpha = 1
k = 1
"""


class Jobs:
    """Small jobs. Their data lie in a folder of their own."""

    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)
        (self.folder / "data.toml").write_text(DATA)
        (self.folder / "training.toml").write_text(TRAINING)
        self.data = self.folder / "data"
        self.videos = self.data / "public/track_1"
        assert self.run(self.command("simulate", self.data, "--fovs", 3, "--set", "simulate.videos=true")).returncode == 0

    def command(self, name, output, *more):
        inputs = {"simulate": ["--config", self.folder / "data.toml"], "track": ["--input", self.videos],
                  "predict": ["--input", self.data / "public"], "run": ["--benchmark", self.data],
                  "train": ["--config", self.folder / "training.toml"]}[name]
        return [name, *map(str, inputs), "--output", str(output), *map(str, more)]

    def launched(self, command, ranks=None):
        return [*(["mpirun", "-n", str(ranks)] if ranks else []), self.program, *command]

    def run(self, command, ranks=None, **options):
        return subprocess.run(self.launched(command, ranks), capture_output=True, text=True, timeout=500, **options)

    def start(self, command, ranks=None):
        return subprocess.Popen(self.launched(command, ranks), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def digests(folder):
    """sha256 of every file but those that hold times."""
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_file() and path.name not in RECORDS and path.stem != "seconds":
            if path.name in ("weights.h5", "results.h5") or path.name.startswith("checkpoint_"):
                continue  # whose arrays are the same, not all attributes
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def finished(folder):
    """Inode and time of each finished item's first file, as the ledger names it: a file made again has others."""
    found = {}
    for ledger in pathlib.Path(folder).rglob("ledger/*.txt"):
        results = ledger.parent.parent
        for line in ledger.read_text().split("\n")[:-1]:  # the last one may be torn
            if line.count(" ") >= 3:
                path = results / line.split(" ", 3)[3]
                if path.exists():
                    found[path] = (path.stat().st_ino, path.stat().st_mtime_ns)
    return found


def processes(output):
    """Ids of the processes, launchers too, whose command line names the folder."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if str(output).encode() in words and (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                    found[int(entry.name)] = os.path.basename(words[0].decode())
            except OSError:
                pass
    return found


def wait_for_end(output, seconds=5):
    """Waits until no process of the job is left; what is left then."""
    end = time.time() + seconds
    while processes(output) and time.time() < end:
        time.sleep(0.02)
    return processes(output)


def kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def kill_everything(output):
    for pid in processes(output):
        kill(pid, signal.SIGKILL)
