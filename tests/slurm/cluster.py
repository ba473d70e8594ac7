# SPDX-License-Identifier: MIT
"""A Slurm cluster of this one machine, for a test: daemons of its own in a folder, gone afterwards."""
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol", "runuser")


def why_not():
    """Why no cluster can be started here, in words; empty where it can."""
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        return f"Slurm is not installed: no {', '.join(missing)} (Debian packages slurm-wlm and munge)"
    if os.geteuid() != 0:
        return "the daemons of Slurm and munge need root"
    try:
        pwd.getpwnam("munge")
    except KeyError:
        return "there is no user munge"
    return ""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cluster:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.chmod(0o755)
        self.daemons = []
        self.environment = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf")}
        munge = self.folder / "munge"
        munge.mkdir()
        (munge / "key").write_bytes(os.urandom(1024))
        (munge / "key").chmod(0o400)
        for path in (munge, munge / "key"):
            shutil.chown(path, "munge", "munge")
        self._start("munged", ["runuser", "-u", "munge", "--", "munged", "--foreground", f"--key-file={munge}/key", f"--socket={munge}/socket",
                               f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed"])
        self._wait(lambda: (munge / "socket").exists(), "munged")
        self._configure(munge / "socket")
        self._start("slurmctld", ["slurmctld", "-D", "-i"])
        self._start("slurmd", ["slurmd", "-D"])
        self._wait(lambda: "idle" in self.run("sinfo", "-h", "-o", "%T").stdout, "slurmd")

    def _configure(self, munge_socket):
        host = socket.gethostname().split(".")[0]
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        # A job that was put back is started again after cred_expire; daemons of a container have no cgroups.
        (self.folder / "slurm.conf").write_text(f"""
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={free_port()}
SlurmdPort={free_port()}
SlurmUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={munge_socket},cred_expire=5
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmdPidFile={self.folder}/slurmd.pid
SlurmctldLogFile={self.folder}/slurmctld.log
SlurmdLogFile={self.folder}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
KillWait=10
NodeName={host} NodeAddr=127.0.0.1 CPUs={os.cpu_count()}
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
""")

    def _start(self, name, command):
        with open(self.folder / f"{name}.out", "w") as log:
            self.daemons.append((name, subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)))

    def _wait(self, ready, what, seconds=60):
        end = time.time() + seconds
        while not ready():
            for name, daemon in self.daemons:
                if daemon.poll() is not None:
                    raise RuntimeError(f"{name} ended: {(self.folder / (name + '.out')).read_text()[-2000:]}")
            if time.time() > end:
                raise RuntimeError(f"{what} is not ready after {seconds} s: {(self.folder / (what + '.out')).read_text()[-2000:]}")
            time.sleep(0.2)

    def run(self, *command, **options):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120, **options)

    def job(self, number):
        """What Slurm says of a job, as a dictionary: JobState, ExitCode, Restarts …"""
        text = self.run("scontrol", "-o", "show", "job", number).stdout.split("\n")[0]
        return dict(word.split("=", 1) for word in text.split() if "=" in word)

    def wait_for(self, number, states, seconds=400):
        """Waits until a job is in one of the states. Returns what Slurm says of it then."""
        end = time.time() + seconds
        while (job := self.job(number)).get("JobState") not in states:
            if time.time() > end:
                raise RuntimeError(f"job {number} is {job.get('JobState')} ({job.get('Reason')}) after {seconds} s")
            time.sleep(0.2)
        return job

    def stop(self):
        self.run("scancel", "--state=RUNNING", "--state=PENDING", "-u", "root")
        time.sleep(0.5)
        for _, daemon in reversed(self.daemons):
            daemon.terminate()
        for _, daemon in reversed(self.daemons):
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
