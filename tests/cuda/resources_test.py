#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the GPU's kernels take of registers, stack and shared memory, as ptxas tells; fails on spills. Needs nvcc, but no GPU.

usage: resources_test.py ROOT [NVCC]      ends with 77, in words, where there is no nvcc
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ARCHITECTURES = ("80", "90")
# Blocks have at most 256 threads: with 64 registers a thread, 4 of them fill the 65536 of a multiprocessor.
MOST_REGISTERS = 64
MOST_STACK = 0  # bytes: arrays of lanes live in registers
SAMPLE = """ptxas info    : Compiling entry function '_Z4gatePf' for 'sm_80'
ptxas info    : Function properties for _Z4gatePf
    {stack} bytes stack frame, {stores} bytes spill stores, 8 bytes spill loads
ptxas info    : Used {registers} registers, used 1 barriers, {shared}384 bytes cmem[0]
"""
ROOT, NVCC = None, None


def kernels_of(log):
    """What ptxas -v tells of each kernel: name, architecture, registers, stack, spills, shared memory."""
    pattern = re.compile(r"Compiling entry function '([^']+)' for 'sm_(\d+)'.*?(\d+) bytes stack frame, (\d+) bytes spill stores, "
                         r"(\d+) bytes spill loads.*?Used (\d+) registers([^\n]*)", re.DOTALL)
    found = []
    for name, architecture, stack, stores, loads, registers, rest in pattern.findall(log):
        shared = re.search(r"(\d+) bytes smem", rest)
        found.append({"name": name, "architecture": architecture, "registers": int(registers), "stack": int(stack),
                      "spills": int(stores) + int(loads), "shared": int(shared.group(1)) if shared else 0})
    return found


def violations(kernels):
    found = []
    for k in kernels:
        where = f"{k['name']} on sm_{k['architecture']}: "
        if k["spills"] > 0:
            found.append(where + f"{k['spills']} bytes spilled")
        if k["stack"] > MOST_STACK:
            found.append(where + f"{k['stack']} bytes of stack, at most {MOST_STACK}")
        if k["registers"] > MOST_REGISTERS:
            found.append(where + f"{k['registers']} registers, at most {MOST_REGISTERS}")
    return found


def compile_log():
    with tempfile.TemporaryDirectory() as folder:
        command = [NVCC, "-c", "-O3", "-DNDEBUG", "-std=c++20", "--expt-relaxed-constexpr", "-Wno-deprecated-gpu-targets",
                   "-Xptxas=-v,-warn-spills", f"-I{ROOT}", str(ROOT / "kernels/cuda/cuda_executor.cu"), "-o", f"{folder}/executor.o"]
        command += [f"-gencode=arch=compute_{a},code=sm_{a}" for a in ARCHITECTURES]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"nvcc: {done.stderr[-3000:]}")
        return done.stdout + done.stderr


def readable(kernels):
    """Names without namespaces and arguments, where c++filt is at hand."""
    if not shutil.which("c++filt"):
        return kernels
    names = subprocess.run(["c++filt"], input="\n".join(k["name"] for k in kernels), capture_output=True, text=True).stdout.splitlines()
    for kernel, name in zip(kernels, names):
        kernel["name"] = re.sub(r"\(.*|^void |an::kernels::(cuda::)?", "", name)
    return kernels


def table(kernels):
    lines = ["| kernel | sm | registers | stack | spills | shared memory |", "|---|---|---|---|---|---|"]
    for k in sorted(kernels, key=lambda k: (-k["registers"], k["name"], k["architecture"])):
        lines.append(f"| {k['name']} | {k['architecture']} | {k['registers']} | {k['stack']} | {k['spills']} | {k['shared']} |")
    return "\n".join(lines)


class ResourcesTest(unittest.TestCase):
    def test_what_ptxas_tells_is_read(self):
        kernels = kernels_of(SAMPLE.format(stack=16, stores=4, registers=65, shared="256 bytes smem, "))
        self.assertEqual(kernels, [{"name": "_Z4gatePf", "architecture": "80", "registers": 65, "stack": 16, "spills": 12, "shared": 256}])
        self.assertEqual(len(violations(kernels)), 3)

    def test_kernels_do_not_spill(self):
        log = compile_log()
        kernels = readable(kernels_of(log))
        print(table(kernels))
        for architecture in ARCHITECTURES:
            self.assertGreater(len([k for k in kernels if k["architecture"] == architecture]), 50)
        self.assertEqual(log.count("Compiling entry function"), len(kernels))
        self.assertEqual(violations(kernels), [])


if __name__ == "__main__":
    ROOT = pathlib.Path(sys.argv[1])
    NVCC = shutil.which(sys.argv[2] if len(sys.argv) > 2 and sys.argv[2] else "nvcc")
    if not NVCC:
        print("skipped: no nvcc")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=1)
