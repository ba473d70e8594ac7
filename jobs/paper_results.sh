#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes results/paper: jobs/paper_results.sh FOLDER [OPTIONS of paper]. Two ranks of build/anomalousnet work in FOLDER;
# tables, figures and the record of how they were made are copied from there.
set -euo pipefail
folder=$(realpath -m "${1:?usage: jobs/paper_results.sh FOLDER [OPTIONS of paper]}")
shift
cd "$(dirname "$0")/.."
source jobs/environment.sh
mpirun -n 2 build/anomalousnet paper --output "$folder" "$@" >/dev/null
shopt -s nullglob
made=("$folder"/{table,figure}_*)
if [[ ${#made[@]} -eq 0 ]]; then
  echo "no tables or figures in $folder: results/paper stays as it is" >&2
  exit 1
fi
rm -rf results/paper.new
mkdir results/paper.new
cp "${made[@]}" results/paper.new/
{
  echo "command: mpirun -n 2 anomalousnet paper --output FOLDER $*"
  echo "program: $(build/anomalousnet --version)"
  echo "finished: $(date -u +%Y-%m-%dT%H:%MZ)"
  echo "machine: $(lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores, load average $(cut -d' ' -f1 /proc/loadavg)"
  echo "record (seconds are those of all parts, with what else ran on the machine):"
  cat "$folder/paper_run.json"
} >results/paper.new/provenance.txt
rm -rf results/paper
mv results/paper.new results/paper
