#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs every stage once, for `anomalousnet scaling`: jobs/scaling_steps.sh FOLDER FOVS
# makes FOLDER/data (simulate, with videos), FOLDER/tracks (track), FOLDER/submission (predict, track 2) and FOLDER/scores.
# FOVS: fields of view of each of the nine experiments. AN_LAUNCH: what starts the ranks (mpirun -n 1); AN_SEED: of the
# data; AN_PREDICT: more options of predict, e.g. --method likelihood; AN_KEEP=1 keeps data and results, not the records alone.
set -euo pipefail
folder=$1 fovs=$2
root=$(cd "$(dirname "$0")/.." && pwd)
program=${AN_PROGRAM:-$root/build/anomalousnet}
if [[ -z ${SLURM_JOB_ID:-} ]]; then # in a job ranks are bound as they always are there
  # shellcheck source=jobs/environment.sh
  source "$root/jobs/environment.sh"
fi
read -r -a launch <<<"${AN_LAUNCH:-mpirun -n 1}"
stage() { "${launch[@]}" "$program" "$@" --quiet --set run.item_costs=true; }

mkdir -p "$folder"
stage simulate --config "$root/configs/andi2_benchmark.toml" --seed "${AN_SEED:-90022}" --fovs "$fovs" --output "$folder/data"
stage track --input "$folder/data/public/track_1" --output "$folder/tracks"
for part in public ref; do
  mkdir -p "$folder/$part"
  ln -sfn "../data/$part/track_2" "$folder/$part/track_2"
done
read -r -a predict_options <<<"${AN_PREDICT:-}"
stage predict --input "$folder/public" --output "$folder/submission" "${predict_options[@]}"
stage score --reference "$folder/ref" --submission "$folder/submission" --output "$folder/scores" >/dev/null
[[ -n ${AN_KEEP:-} ]] || rm -rf "$folder"/data/{public,ref} "$folder"/submission/{details,track_2} "$folder"/scores/results.h5 \
  "$folder"/tracks/exp_* "$folder"/{public,ref}
