#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads results.h5 with xarray and pandas. usage: read_results.py OUT, a folder that score or run wrote

Prints for each experiment the errors of alpha and K, the number of segments and the share of change points found, then the
confusion matrix of states. OUT may be the result of several submissions: each gets its tables.
"""
import pathlib
import sys

import pandas
import xarray

STATES = {0: "immobile", 1: "confined", 2: "free", 3: "directed"}


def table(path, group):
    """A group of results.h5 as a data frame."""
    with xarray.open_dataset(path, group=group) as data:
        return data.to_dataframe()


def named(path, group, trajectories, submission):
    """Rows of segments or change points with the track and experiment of their trajectories, of one submission."""
    rows = table(path, group).join(trajectories[["submission", "track", "experiment"]], on="trajectory")
    return rows[rows.submission == submission]


def by_experiment(path, submission=0):
    """Mean errors over segments and found change points, a row a track and experiment."""
    trajectories = table(path, "/trajectories")
    segments = named(path, "/segments", trajectories, submission).groupby(["track", "experiment"])
    points = named(path, "/change_points", trajectories, submission)
    true_points = points[points.frame_true >= 0].assign(found=lambda rows: rows.frame_predicted >= 0)
    return pandas.DataFrame(
        {
            "segments": segments.size(),
            "MAE alpha": segments.alpha_error.mean(),
            "MSLE K": segments.k_squared_log_error.mean(),
            "change points": true_points.groupby(["track", "experiment"]).size(),
            "found": true_points.groupby(["track", "experiment"]).found.mean(),
        }
    )


def confusion(path, submission=0):
    """Counts of paired segments: rows true states, columns predicted ones."""
    segments = named(path, "/segments", table(path, "/trajectories"), submission)
    segments = segments[(segments.segment_predicted >= 0) & (segments.state_predicted >= 0)]
    return pandas.crosstab(segments.state_true.map(STATES), segments.state_predicted.map(STATES))


def main(folder):
    path = pathlib.Path(folder) / "results.h5"
    names = table(path, "/submissions").name
    for submission, name in names.items():
        print(name.decode() if isinstance(name, bytes) else name)
        print(by_experiment(path, submission).to_string(float_format="%.4f"), end="\n\n")
        print(confusion(path, submission).to_string(), end="\n\n")


if __name__ == "__main__":
    main(sys.argv[1])
