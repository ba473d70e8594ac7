#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much faster than Keras are the networks of `anomalousnet` on a processor?

usage: network_against_keras.py PROGRAM --python PYTHON [--output results/network/speed.md] [--rounds 5] [--note TEXT] [--only TEXT]

PYTHON has Keras 3 on TensorFlow. Both run the same weights on the same tensor of 64 x 208 x 2, on as many threads, taking
turns: in each round ours, then Keras', each some times; medians over the rounds and of the rounds' ratios are
told, and, for a machine that is not quiet, the least times.
Ours: tensor in, forward, outputs out. Keras': a compiled call with its outputs as numpy. `mixed bf16`: Keras' policy
mixed_bfloat16 against ours with --precision bf16. A training step is forward, loss, gradients and Adam.
"""
import argparse
import datetime
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

NETS = {"small": ("small-alpha", dict(filters=[16, 32], bottom=64)),
        "state": ("paper-state", dict(filters=[64, 96, 128], bottom=256, inter_divisor=2, gate_output_conv=True, batch_norm=True,
                                      outputs=4, activation="softmax")),
        "alpha": ("paper-alpha", dict(filters=[128, 512], bottom=1024))}
FORWARDS = {"small": 40, "state": 8, "alpha": 2}
STEPS = 2
# What is compared: name, net, training, threads, precision, ratio asked for.
CASES = [("small, 1 thread", "small", False, 1, "f32", 1.5), ("state, 1 thread", "state", False, 1, "f32", 1.15),
         ("alpha, 1 thread", "alpha", False, 1, "f32", 1.15), ("small, 2 threads", "small", False, 2, "f32", None),
         ("state, 2 threads", "state", False, 2, "f32", None), ("alpha, 2 threads", "alpha", False, 2, "f32", None),
         ("small, mixed bf16", "small", False, 1, "bf16", 2.5), ("state, mixed bf16", "state", False, 1, "bf16", 1.5),
         ("alpha, mixed bf16", "alpha", False, 1, "bf16", 1.1), ("small, training step of 32", "small", True, 1, "f32", 1.4),
         ("small, training step of 32, mixed bf16", "small", True, 1, "bf16", 2.0)]


def keras_worker(threads, precision):
    """Answers lines `NET TRAINING COUNT` on stdin with the least and the median of milliseconds; `save NET FILE` saves weights."""
    import time

    import keras
    import numpy as np
    import tensorflow as tf

    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
    from keras_attention_unet import attention_unet

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.mixed_precision.set_global_policy("mixed_bfloat16" if precision == "bf16" else "float32")
    calls = {}

    def call(net, training):
        if (net, training) in calls:
            return calls[net, training]
        keras.utils.set_random_seed(1)
        model = attention_unet(**NETS[net][1])
        x = tf.constant(np.random.default_rng(1).normal(size=(32 if training else 1, 64, 208, 2)).astype("f4"))
        y = tf.constant(np.random.default_rng(2).uniform(0, 2, (32, 64, 208, 1)).astype("f4"))
        optimiser = keras.optimizers.Adam()
        forward = tf.function(lambda images: model(images, training=False))

        @tf.function
        def step(images, targets):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.abs(tf.cast(model(images, training=True), tf.float32) - targets))
            optimiser.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
            return loss

        def work():
            return step(x, y).numpy() if training else forward(x).numpy()

        work()
        calls[net, training] = (work, model)
        return calls[net, training]

    for line in sys.stdin:
        first, second, third = line.split()
        if first == "save":
            call(second, False)[1].save_weights(third)
            print("saved", flush=True)
            continue
        work = call(first, second == "True")[0]
        work()
        times = []
        for _ in range(int(third)):
            start = time.perf_counter()
            work()
            times.append(1000 * (time.perf_counter() - start))
        print(min(times), statistics.median(times), flush=True)


class Keras:
    def __init__(self, python, threads, precision):
        environment = dict(os.environ, CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", OMP_NUM_THREADS=str(threads))
        self.process = subprocess.Popen([python, __file__, "--worker", str(threads), precision], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()


class Ours:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def command(self, net, training, precision, count, output):
        return [self.program, "network", "gradient" if training else "forward", "--weights", f"{self.folder}/{net}.h5", "--input",
                f"{self.folder}/{'batch' if training else 'one'}.h5", "--output", f"{self.folder}/{output}.h5", "--backend", "onednn",
                "--precision", precision, "--repeat", str(count)]

    def start(self, net, training, threads, precision, count, output="out"):
        return subprocess.Popen(self.command(net, training, precision, count, output), stdout=subprocess.PIPE, text=True,
                                env=dict(os.environ, OMP_NUM_THREADS=str(threads)))

    @staticmethod
    def times(process):
        least, median = re.search(r"([0-9.]+) ms at least, ([0-9.]+) ms median", process.communicate()[0]).groups()
        return float(least), float(median)


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "unknown"


def prepare(ours, keras, python, folder):
    make = ("import h5py, numpy as np\nfor name, n in (('one', 1), ('batch', 32)):\n  with h5py.File(f'{name}.h5', 'w') as f:\n"
            "    f['input'] = np.random.default_rng(1).normal(size=(n, 64, 208, 2)).astype('f4')\n"
            "    f['target'] = np.random.default_rng(2).uniform(0, 2, (n, 64, 208, 1)).astype('f4')\n")
    subprocess.run([python, "-c", make], cwd=folder, check=True)
    for net, (shape, _) in NETS.items():
        keras.ask("save", net, f"{folder}/{net}.weights.h5")
        subprocess.run([ours.program, "network", "import", f"{folder}/{net}.weights.h5", "--shape", shape, "--output", f"{folder}/{net}.h5"],
                       check=True)


def measure(ours, workers, rounds, cases):
    times = {case[0]: ([], []) for case in cases}
    for _ in range(rounds):
        for name, net, training, threads, precision, _ in cases:
            count = STEPS if training else FORWARDS[net]
            times[name][0].append(ours.times(ours.start(net, training, threads, precision, count)))
            times[name][1].append(tuple(map(float, workers[threads, precision].ask(net, training, count).split())))
            print(f"{name}: {times[name][0][-1]} ms, Keras {times[name][1][-1]} ms", file=sys.stderr, flush=True)
    return times


def two_ranks(ours, rounds):
    """Throughput of two processes over that of one, each on one thread."""
    ratios = {}
    for net in NETS:
        found = []
        for _ in range(rounds):
            count = 3 * FORWARDS[net]
            one = ours.times(ours.start(net, False, 1, "f32", count))[1]
            both = [ours.start(net, False, 1, "f32", count, f"rank{i}") for i in (1, 2)]
            found.append(sum(one / ours.times(p)[1] for p in both))
        ratios[net] = statistics.median(found)
    return ratios


def table(times, ranks):
    lines = ["| network | ours, ms | Keras, ms | ratio of medians | ours, least ms | Keras, least ms | ratio of least | asked for |",
             "|---|---|---|---|---|---|---|---|"]
    for name, _, _, _, _, wanted in CASES:
        if name not in times:
            continue
        mine, theirs = times[name]
        ratio = statistics.median(k[1] / o[1] for o, k in zip(mine, theirs))
        least = [min(t[0] for t in who) for who in (mine, theirs)]
        asked = "-" if wanted is None else f"{wanted} ({'met' if ratio >= wanted else 'not met'})"
        lines.append(f"| {name} | {statistics.median(t[1] for t in mine):.2f} | {statistics.median(t[1] for t in theirs):.2f} | {ratio:.2f} | "
                     f"{least[0]:.2f} | {least[1]:.2f} | {least[1] / least[0]:.2f} | {asked} |")
    lines += ["", "| two ranks over one, float32 | ratio | asked for |", "|---|---|---|"]
    lines += [f"| {net} | {ratio:.2f} | 1.9 ({'met' if ratio >= 1.9 else 'not met'}) |" for net, ratio in ranks.items()]
    return "\n".join(lines)


def main():
    if sys.argv[1:2] == ["--worker"]:
        return keras_worker(int(sys.argv[2]), sys.argv[3])
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--output")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--note", default="", help="a line for the text, as what else ran on the machine")
    parser.add_argument("--only", default="", help="cases with this text in their names, and no ranks")
    options = parser.parse_args()
    versions = subprocess.run([options.python, "-c", "import keras, tensorflow as tf; print('Keras', keras.__version__ + ', TensorFlow', tf.__version__)"],
                              capture_output=True, text=True, check=True).stdout.strip()
    workers = {key: Keras(options.python, *key) for key in ((1, "f32"), (2, "f32"), (1, "bf16"))}
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(options.program, folder)
        prepare(ours, workers[1, "f32"], options.python, folder)
        times = measure(ours, workers, options.rounds, [c for c in CASES if options.only in c[0]])
        ranks = {} if options.only else two_ranks(ours, options.rounds)
    info = subprocess.run([options.program, "network", "info", "--shape", "small-alpha"], capture_output=True, text=True, check=True).stdout
    back_end = re.search(r"onednn\s+(.*)", info).group(1).rsplit(", ", 1)[0]
    text = (f"# Speed of the networks\n\nMade by `tests/performance/network_against_keras.py` on {datetime.date.today()}: {processor()}, "
            f"{os.cpu_count()} cores; {back_end}; {versions}; {options.rounds} rounds. One field of view (64 x 208) at a time.\n"
            f"{options.note}\n\n{table(times, ranks)}\n")
    print(text)
    if options.output:
        pathlib.Path(options.output).write_text(text)


if __name__ == "__main__":
    main()
