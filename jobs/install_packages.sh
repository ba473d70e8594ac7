#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the Debian packages that are missing. usage: install_packages.sh [--tests]
set -euo pipefail

packages=(cmake g++ ninja-build ccache pkg-config openmpi-bin libopenmpi-dev libhdf5-openmpi-dev libfmt-dev libcli11-dev
  libtomlplusplus-dev nlohmann-json3-dev librandom123-dev libkissfft-dev libtiff-dev libtrilinos-kokkos-dev libpng-dev
  libdnnl-dev libxxhash-dev)
if [[ "${1:-}" == --tests ]]; then
  packages+=(git libgtest-dev libgmock-dev libbenchmark-dev liblemon-dev python3 python3-h5py python3-xarray python3-h5netcdf python3-pandas help2man iproute2
    clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 hdf5-tools)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

if [[ $(id -u) -eq 0 ]]; then
  as_root=()
elif command -v sudo >/dev/null; then
  as_root=(sudo)
else
  echo "install_packages.sh: missing: ${missing[*]}" >&2
  echo "install_packages.sh: neither root nor sudo; install them and run again" >&2
  exit 1
fi
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
