#!/bin/sh
# SPDX-License-Identifier: MIT
# abort_ends_all_ranks.sh PROGRAM MPIEXEC: an exception on one rank ends all of them within 5 s, with the exit code given.
program=$1
mpiexec=$2
folder=$(mktemp -d) && cd "$folder" || exit 1
trap 'rm -rf "$folder"' EXIT
for place in work_list ordered_reduce message_under_way runs barrier overlapped_sum result_file; do
  for launch in "" "$mpiexec -n 1" "$mpiexec -n 2" "$mpiexec -n 4"; do
    timeout 5 $launch "$program" $place 7 >output.txt 2>&1
    code=$?
    if [ $code -ne 7 ] || ! grep -q "thrown" output.txt; then
      echo "'$launch' $place: exit code $code, expected 7 and the error's words:"
      cat output.txt
      exit 1
    fi
    if [ -e abort_program.h5 ]; then
      echo "'$launch' $place: an unfinished file looks like a finished one"
      exit 1
    fi
  done
done
# mpirun itself hung or crashed one time in fifteen where ranks ended MPI while another one aborted.
for repeat in $(seq 20); do
  timeout -k 1 5 "$mpiexec" -n 3 "$program" end 7 >output.txt 2>&1
  code=$?
  if [ $code -ne 7 ] || ! grep -q "thrown" output.txt; then
    echo "end: exit code $code in run $repeat, expected 7 and the error's words:"
    cat output.txt
    exit 1
  fi
done
