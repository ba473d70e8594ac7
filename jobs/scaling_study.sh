#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Strong and weak scaling on this machine, and a plan past it: jobs/scaling_study.sh [OUTPUT (results/scaling)]
# Runs of all rank counts take turns, AN_REPEATS times (3); AN_RANKS: rank counts (1 2); AN_FOVS: fields of view of each of
# the nine experiments (4), in weak scaling for each rank. As many programs on one rank, that know nothing of each other, take
# their turn too: what they lose side by side no program can gain. With AN_WORK=FOLDER the runs are kept there, and those that
# are there already are not made again.
set -euo pipefail
output=${1:+$(realpath -m "$1")}
AN_WORK=${AN_WORK:+$(realpath -m "$AN_WORK")}
[[ ${AN_PROGRAM:-} != */* ]] || AN_PROGRAM=$(realpath -m "$AN_PROGRAM")
cd "$(dirname "$0")/.."
# shellcheck source=jobs/environment.sh
source jobs/environment.sh
output=${output:-results/scaling}
program=${AN_PROGRAM:-build/anomalousnet}
fovs=${AN_FOVS:-4}
read -r -a ranks <<<"${AN_RANKS:-1 2}"
if [[ " ${ranks[*]} " != *" 1 "* ]]; then
  echo "scaling_study.sh: AN_RANKS lacks 1, with which the others are compared" >&2
  exit 2
fi
if [[ -n ${AN_WORK:-} ]]; then
  work=$AN_WORK
  mkdir -p "$work"
  size="$fovs fields of view, seed ${AN_SEED:-90022}"
  [[ -e $work/size ]] || echo "$size" >"$work/size"
  if [[ $(<"$work/size") != "$size" ]]; then
    echo "scaling_study.sh: $work holds runs with $(<"$work/size") (expected $size): use another folder" >&2
    exit 2
  fi
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi

load() { cut -d ' ' -f 1 /proc/loadavg >>"$work/loads"; }
[[ -e $work/loads ]] || load
export AN_PROGRAM=$program
apart() { # RUN N: N programs at once, in RUN_1 to RUN_N
  local pids=()
  for i in $(seq "$2"); do
    jobs/scaling_steps.sh "${1}_$i" "$fovs" &
    pids+=($!)
  done
  local code=0
  for pid in "${pids[@]}"; do wait "$pid" || code=$?; done
  return $code
}
for repeat in $(seq "${AN_REPEATS:-3}"); do
  for n in "${ranks[@]}"; do
    for kind in strong weak apart; do
      [[ $kind == strong || $n -gt 1 ]] || continue # the same run
      run=$work/${kind}_${n}_$repeat
      [[ ! -e $run.done ]] || continue
      rm -rf "$run"*
      case $kind in
      strong) AN_LAUNCH="mpirun -n $n" jobs/scaling_steps.sh "$run" "$fovs" ;;
      weak) AN_LAUNCH="mpirun -n $n" jobs/scaling_steps.sh "$run" "$((fovs * n))" ;;
      apart) apart "$run" "$n" ;;
      esac
      touch "$run.done"
      load
      echo "$kind, $n ranks, repeat $repeat: done" >&2
    done
  done
done

shopt -s nullglob
"$program" scaling "$work"/{strong,weak}_*/{data,tracks,submission,scores} --output "$output" --quiet
for n in "${ranks[@]}"; do
  [[ $n -eq 1 ]] || "$program" scaling "$work"/{apart,strong}_"$n"_*/{data,tracks,submission} --output "$work/apart_$n" --quiet
done
# What ranks gain and what as many programs apart would; stages of less than a second are not at work at the same time.
side_by_side() {
  local n
  for n in "${ranks[@]}"; do
    [[ $n -ne 1 ]] || continue
    awk -F , -v n="$n" 'FNR == 1 { file++ } $1 != "strong" { next } { stage = $2; ranks = $4; seconds = $7 }
      file == 1 { if (ranks == 1) apart[stage] = seconds; next }
      ranks == 1 && seconds >= 1 { alone[stage] = seconds }
      ranks == n && stage in alone { printf "| %s | %d | %.2f | %.2f | %.3f |\n", stage, n, alone[stage] / seconds,
        n * alone[stage] / apart[stage], apart[stage] / n / seconds }' "$work/apart_$n/scaling.csv" "$output/scaling.csv"
  done
}
# Only runs on one rank tell what an item takes by itself; what the counter carries between hosts is measured on two of them,
# or else on one.
plan=("$program" scaling "$work"/strong_1_*/{data,tracks,submission} --output "$work/plan" --quiet --simulate-ranks 16384 --items 100000)
counter="between two network namespaces of it, by TCP"
code=0
tests/mpi/two_hosts.sh mpirun 3 "${plan[@]}" || code=$?
if [[ $code -eq 77 ]]; then
  counter="in its shared memory"
  mpirun -n 2 "${plan[@]}"
elif [[ $code -ne 0 ]]; then
  exit $code
fi
cp "$work"/plan/schedule.* "$output" # scaling leaves nothing of an earlier call in its folder
{
  echo "# Scaling on one machine, and a plan past it"
  echo
  echo "Written by \`jobs/scaling_study.sh\` on $(date -u +%F); program of the runs: $(sed -n 1p "$output/scaling.txt")."
  echo "Machine: $(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | sort -u | paste -sd ';')."
  echo "Load average before and between the runs, which includes them: $(paste -sd ' ' "$work/loads"). Where it is much larger"
  echo "than the ranks, others were at work, and times, efficiencies and costs of items are not those of the program alone."
  echo
  echo "Nine experiments of \`configs/andi2_benchmark.toml\` (seed ${AN_SEED:-90022}), $fovs fields of view each with videos (weak: for each"
  echo "rank), repeats in turns; \`predict\` and \`score\`: track 2. Fitting the states of an experiment takes a set number of"
  echo "trajectories at most, so that the work of \`predict\` need not grow as the fields of view do."
  echo
  echo "What the ranks gain, and what as many programs on one rank would that know nothing of each other and begin together, each"
  echo "with the whole work (median time alone, over their median, times their number):"
  echo
  echo "| stage | ranks | speed-up of the ranks | of programs apart | ranks against programs apart |"
  echo "| --- | ---: | ---: | ---: | ---: |"
  side_by_side
  echo
  echo "\`scaling.txt\`, \`.md\`, \`.csv\`, \`strong.svg\`, \`weak.svg\`: measured. \`schedule.*\`: 100,000 fields of view on up to 16,384 ranks,"
  echo "simulated from the items of the runs on one rank, so with experiments of $fovs fields of view. The counter was measured on this"
  echo "machine $counter."
  echo "An item of \`simulate\` is here a field of view, as with \`simulate.format = \"text\"\`. Sets of 2,000 and more become HDF5 files of"
  echo "\`simulate.shard_fovs\` (256) fields of view by default, an item each: more ranks than files have nothing to do."
  echo "The study's scoring is of few fields of view, of which a rank's start takes most; of two million trajectories:"
  echo "[docs/measured.md](../../docs/measured.md#scaling)."
} >"$output/README.md"
