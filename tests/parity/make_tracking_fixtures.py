#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/fixtures/tracking/sixteen_bit_tp_{L,A,B,C,W}.csv: what trackpy finds in frames of 16 bit.

    python3 -m pip install trackpy==0.7 numpy==1.26.4 scipy==1.17.1 numba tifffile
    python3 tests/parity/make_tracking_fixtures.py tests/fixtures/tracking

Frames are the first of v2_multi.tif there, spread over 16 bit, see sixteen_bit(); crocker_grier_test.cpp makes the same
ones. The sets: L trackpy's defaults, A inverted, B median and MAD, C z-scores without band-pass,
W a wider window.
"""
import pathlib
import sys
import warnings

import numpy
import pandas
import tifffile
import trackpy

warnings.simplefilter("ignore")
trackpy.quiet()
FRAMES = 8
STEPS = (1, 16, 256)  # grey values of 16 bit for one of 8 bit: up to 255, 4095 and 65535


def sixteen_bit(frame, number, step):
    row, column = numpy.ogrid[:frame.shape[0], :frame.shape[1]]
    return (frame.astype(int) * step + (7 * row + 13 * column + 5 * number) % step).astype(numpy.uint16)


def locate(frame, which, step):
    options = {"diameter": 3, "separation": 2.6, "minmass": {"L": 9 * step, "A": 13 * step, "W": 60 * step}.get(which, 13)}
    border = 0 if which in "LW" else 5
    if which == "W":
        options |= {"diameter": 5, "separation": 4}
    elif which == "A":
        frame = numpy.pad(frame, 5, constant_values=int(numpy.median(frame)))
        options["invert"] = True
    elif which == "B":
        values = frame.astype(float)
        median = numpy.median(values)
        frame = numpy.pad((values - median) / (1.4826 * numpy.median(abs(values - median))), 5)
        options["noise_size"] = 0
    elif which == "C":
        values = frame.astype(float)
        frame = numpy.pad((values - values.mean()) / values.std(), 5)
        options["preprocess"] = False
    found = trackpy.locate(frame, **options)
    found[["y", "x"]] -= border
    return found


def main():
    folder = pathlib.Path(sys.argv[1])
    with tifffile.TiffFile(folder / "v2_multi.tif") as file:
        frames = [page.asarray() for page in file.pages[1:1 + FRAMES]]
    for which in "LABCW":
        tables = []
        for step in STEPS:
            parts = [locate(sixteen_bit(frame, number, step), which, step).assign(frame=number) for number, frame in enumerate(frames)]
            found = pandas.concat(parts, ignore_index=True)
            tracks = trackpy.link(found, 7, memory=3)["particle"].sort_index()  # as link() sorts the rows
            tables.append(found.assign(step=step, track_sr7_m3=pandas.factorize(tracks)[0]))  # numbered by first rows
        columns = ["step", "frame", "y", "x", "mass", "size", "ecc", "signal", "raw_mass", "ep", "track_sr7_m3"]
        table = pandas.concat(tables)[columns]
        table.to_csv(folder / f"sixteen_bit_tp_{which}.csv", index=False, float_format="%.9g")
        print(which, table.groupby("step").size().to_dict())


if __name__ == "__main__":
    main()
