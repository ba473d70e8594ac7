#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Submits a scaling sweep: jobs/slurm/sweep.sh strong|weak FOLDER FOVS TASKS...
# FOVS: fields of view of each of the nine experiments, in all (strong) or a task (weak). Every point is run AN_REPEATS
# times (3), in turns; AN_SBATCH holds options of sbatch (partition, account, --ntasks-per-node). When all jobs have ended:
#   anomalousnet scaling FOLDER/*/{data,tracks,submission,scores} --output FOLDER/tables
set -euo pipefail
if [[ $# -lt 4 || ! $1 =~ ^(strong|weak)$ ]]; then
  echo "usage: jobs/slurm/sweep.sh strong|weak FOLDER FOVS TASKS..." >&2
  exit 2
fi
kind=$1 folder=$2 fovs=$3
shift 3
read -r -a options <<<"${AN_SBATCH:-}"
after=()
for repeat in $(seq "${AN_REPEATS:-3}"); do
  for tasks in "$@"; do
    size=$fovs
    [[ $kind == strong ]] || size=$((fovs * tasks))
    # One after the other: points of a sweep must not share the file system's time.
    job=$(sbatch --parsable "${options[@]}" "${after[@]}" --ntasks="$tasks" jobs/slurm/scaling.sbatch \
      "$folder/${kind}_${tasks}_${repeat}" "$size")
    after=(--dependency="afterany:$job")
    echo "$job: $tasks tasks, $size fields of view of each experiment, repeat $repeat"
  done
done
