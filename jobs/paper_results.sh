#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes results/paper: jobs/paper_results.sh FOLDER [OPTIONS of paper]. Two ranks of build/anomalousnet work in FOLDER;
# tables, figures and the record of how they were made are copied from there.
set -euo pipefail
folder=$(realpath -m "$1")
shift
cd "$(dirname "$0")/.."
source jobs/environment.sh
command=(paper --output "$folder" "$@")
start=$(date +%s)
mpirun -n 2 build/anomalousnet "${command[@]}" >/dev/null
seconds=$(($(date +%s) - start))
mkdir -p results/paper
rm -f results/paper/*
cp "$folder"/{table,figure}_* results/paper/
{
  echo "command: mpirun -n 2 anomalousnet paper --output FOLDER $*"
  echo "program: $(build/anomalousnet --version)"
  echo "finished: $(date -u +%Y-%m-%dT%H:%MZ), after $seconds s"
  echo "machine: $(lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
  echo "record:"
  cat "$folder/paper_run.json"
} >results/paper/provenance.txt
