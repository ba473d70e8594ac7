#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Strong and weak scaling on this machine, and a plan past it: jobs/scaling_study.sh [OUTPUT (results/scaling)]
# Runs of all rank counts take turns, AN_REPEATS times (3); AN_RANKS: rank counts (1 2); AN_FOVS: fields of view of each of
# the nine experiments (4), in weak scaling for each rank.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=jobs/environment.sh
source jobs/environment.sh
output=${1:-results/scaling}
program=${AN_PROGRAM:-build/anomalousnet}
fovs=${AN_FOVS:-4}
read -r -a ranks <<<"${AN_RANKS:-1 2}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

load() { cut -d ' ' -f 1 /proc/loadavg; }
loads=("$(load)")
for repeat in $(seq "${AN_REPEATS:-3}"); do
  for n in "${ranks[@]}"; do
    for kind in strong weak; do
      [[ $kind == strong || $n -gt 1 ]] || continue # the same run
      size=$fovs
      [[ $kind == strong ]] || size=$((fovs * n))
      AN_LAUNCH="mpirun -n $n" AN_PROGRAM=$program jobs/scaling_steps.sh "$work/${kind}_${n}_$repeat" "$size"
      loads+=("$(load)")
      echo "$kind, $n ranks, repeat $repeat: done" >&2
    done
  done
done
folders=("$work"/*/{data,tracks,submission,scores})
mpirun -n 2 "$program" scaling "${folders[@]}" --output "$output" --quiet
# Only runs on one rank tell what an item takes by itself.
mpirun -n 2 "$program" scaling "$work"/*_1_*/{data,tracks,submission} --output "$output" --quiet --simulate-ranks 16384 --items 100000
{
  echo "# Scaling on one machine, and a plan past it"
  echo
  echo "Written by \`jobs/scaling_study.sh\` on $(date -u +%F), of $("$program" --version)."
  echo "Machine: $(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | sort -u | paste -sd ';')."
  echo "Load average before the first run and after each, those included: ${loads[*]}. Where it is much larger than the"
  echo "ranks, others were at work and the times are not those of the program alone."
  echo
  echo "Nine experiments of \`configs/andi2_benchmark.toml\` (seed ${AN_SEED:-90022}), $fovs fields of view each with videos (weak: for each"
  echo "rank), ${AN_REPEATS:-3} repeats in turns; \`predict\` and \`score\`: track 2. Fitting an experiment's states takes a set number of"
  echo "trajectories at most, so that predict's work grows less than the fields of view."
  echo
  echo "\`scaling.txt\`, \`.md\`, \`.csv\`, \`strong.svg\`, \`weak.svg\`: measured. \`schedule.*\`: 100,000 fields of view on up to 16,384 ranks,"
  echo "simulated from the items of the runs on one rank. Experiments have $fovs fields of view there, too."
} >"$output/README.md"
