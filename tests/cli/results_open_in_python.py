#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asserts that a results.h5 opens in h5py and xarray. usage: results_open_in_python.py FILE"""
import sys

import h5py
import xarray

GROUPS = ["/", "/global", "/submissions", "/fields_of_view", "/change_point_errors", "/trajectories", "/segments", "/change_points"]


def check(path):
    with h5py.File(path) as file:
        for name in GROUPS:
            datasets = {key: value for key, value in file[name].items() if isinstance(value, h5py.Dataset)}
            assert datasets, f"{name} has no columns"
            scales = [key for key, value in datasets.items() if h5py.h5ds.is_scale(value.id)]
            assert len(scales) == 1, f"{name} has dimension scales {scales}"
            for key, dataset in datasets.items():
                assert dataset.ndim == 1, f"{name}/{key} has {dataset.ndim} dimensions"
                assert len(dataset) == len(datasets[scales[0]]), f"{name}/{key} has another length"
                assert h5py.check_vlen_dtype(dataset.dtype) is None, f"{name}/{key} has variable length"
                if key != scales[0]:
                    assert dataset.dims[0][0].name.endswith(scales[0]), f"{name}/{key} has no dimension scale"
                    assert "long_name" in dataset.attrs, f"{name}/{key} has no long_name"
                if dataset.dtype.kind == "S":
                    for text in dataset[:]:
                        text.decode("utf-8")
        assert file["/segments/k_true"].attrs["units"].decode() == "pixel^2/frame^alpha"
    for name in GROUPS:
        with xarray.open_dataset(path, group=name) as data:
            assert len(data.data_vars) > 0, f"xarray finds nothing in {name}"
            assert len(data.dims) == 1, f"xarray finds dimensions {data.dims} in {name}"


if __name__ == "__main__":
    check(sys.argv[1])
