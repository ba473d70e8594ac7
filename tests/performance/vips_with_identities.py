#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes of track 1 of a benchmark a track 2 of its VIPs' true trajectories: what is lost beside it is lost by tracking.
usage: vips_with_identities.py BENCHMARK OUTPUT; then anomalousnet run --benchmark OUTPUT --output RESULTS"""
import csv
import pathlib
import shutil
import sys


def copy_fov(source, fov, public, reference):
    vips = [int(float(x)) for x in (source / f"vip_idx_fov_{fov}.txt").read_text().replace(",", " ").split()]
    positions = {}
    with open(source / f"trajs_fov_{fov}.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            positions.setdefault(int(float(row["traj_idx"])), []).append(f"{row['frame']},{row['x']},{row['y']}")
    labels = {}
    for line in (source / f"traj_labs_fov_{fov}.txt").read_text().splitlines():
        index, rest = line.split(",", 1)
        labels[int(float(index))] = rest
    rows = [f"{i},{row}\n" for i, vip in enumerate(vips) for row in positions[vip]]
    for folder in (public, reference):
        (folder / f"trajs_fov_{fov}.csv").write_text("traj_idx,frame,x,y\n" + "".join(rows))
    (reference / f"traj_labs_fov_{fov}.txt").write_text("".join(f"{i},{labels[vip]}\n" for i, vip in enumerate(vips)))


def main(benchmark, output):
    for source in sorted((pathlib.Path(benchmark) / "ref" / "track_1").glob("exp_*")):
        public, reference = (pathlib.Path(output) / part / "track_2" / source.name for part in ("public", "ref"))
        for folder in (public, reference):
            folder.mkdir(parents=True)
        shutil.copy(source / "ensemble_labels.txt", reference)
        for file in source.glob("vip_idx_fov_*.txt"):
            copy_fov(source, file.stem.removeprefix("vip_idx_fov_"), public, reference)


if __name__ == "__main__":
    main(*sys.argv[1:])
