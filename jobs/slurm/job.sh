# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by the batch scripts. A job is given the program's arguments, e.g.
#   sbatch jobs/slurm/one_node.sbatch run --benchmark B --output OUT --resume
# AN_PROGRAM: the program (default: build/anomalousnet where the job was submitted); AN_LAUNCH: what starts its ranks
# (default: mpirun -n TASKS; srun --mpi=pmix where Slurm and MPI speak PMIx); AN_RESTARTS: most restarts of a job (100).

AN_PROGRAM=${AN_PROGRAM:-$SLURM_SUBMIT_DIR/build/anomalousnet}
tasks=${SLURM_NTASKS:-$((${SLURM_JOB_NUM_NODES:-1} * ${SLURM_NTASKS_PER_NODE:-1}))}
read -r -a launch <<<"${AN_LAUNCH:-mpirun -n $tasks}"
if [[ ${SLURM_CPUS_PER_TASK:-1} -gt 1 ]]; then
  if [[ ${launch[0]} == srun ]]; then
    export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK # it takes this one only, since Slurm 22.05
  else
    # mpirun would bind a rank with its threads to one core. It starts its daemons by srun, which must have all of a node.
    export OMPI_MCA_hwloc_base_binding_policy=none
  fi
fi

# run_or_requeue ARGUMENTS...: runs the program; ends the job with its exit code. Where it was stopped in order (exit code
# 5: --max-time, SIGUSR1), or the signal of the time limit killed it (a code above 128: it did not listen yet), the job is
# put back into the queue: with --resume it goes on from there. Not after SIGTERM alone, by which scancel ends it.
run_or_requeue() {
  local step code again signalled=0 told=0 ended=0
  "${launch[@]}" "$AN_PROGRAM" "$@" &
  step=$!
  trap 'signalled=1; told=1; kill -USR1 "$step" 2>/dev/null' USR1
  trap 'signalled=1; ended=1; kill -TERM "$step" 2>/dev/null' TERM
  wait "$step"
  code=$?
  while [[ $signalled -eq 1 ]]; do # a signal interrupts wait
    signalled=0
    wait "$step"
    again=$?
    [[ $again -eq 127 ]] || code=$again # 127: it had ended before
  done
  trap - USR1 TERM
  if [[ $ended -eq 1 && $told -eq 0 ]] || { [[ $code -ne 5 ]] && [[ $told -eq 0 || $code -le 128 ]]; }; then
    exit "$code"
  fi
  if [[ ${SLURM_RESTART_COUNT:-0} -ge ${AN_RESTARTS:-100} ]]; then
    echo "not put back into the queue: restarted ${SLURM_RESTART_COUNT} times" >&2
    exit "$code"
  fi
  echo "stopped with exit code $code: back into the queue" >&2
  scontrol requeue "$SLURM_JOB_ID" || exit "$code"
  sleep 60 # Slurm ends this script
}
