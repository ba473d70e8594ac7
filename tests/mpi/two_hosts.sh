#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# two_hosts.sh MPIEXEC RANKS COMMAND...: runs a command under mpirun on two hosts of this one machine, which are network
# namespaces joined by a cable: ranks of different hosts reach each other by TCP alone. Ends with 77 where that cannot be.
set -uo pipefail
mpiexec=$1 ranks=$2
shift 2
for tool in ip unshare hostname; do
  command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
id=an$$
ip netns add "${id}a" 2>/dev/null || { echo "skipped: network namespaces cannot be made here (they need root)"; exit 77; }
folder=$(mktemp -d)
clean_up() {
  ip netns del "${id}a"
  ip netns del "${id}b" 2>/dev/null
  rm -rf "$folder"
}
trap clean_up EXIT
if ! ip netns add "${id}b" || ! ip link add "${id}0" netns "${id}a" type veth peer name "${id}1" netns "${id}b"; then
  echo "skipped: no cable between network namespaces"
  exit 77
fi
if ! ip netns exec "${id}a" unshare --uts true 2>/dev/null; then
  echo "skipped: nothing runs inside a network namespace here"
  exit 77
fi
place=a address=1
for end in 0 1; do
  ip -n "$id$place" address add "10.87.65.$address/24" dev "$id$end"
  ip -n "$id$place" link set "$id$end" up
  ip -n "$id$place" link set lo up
  place=b address=2
done
# What mpirun calls instead of ssh: AGENT HOST COMMAND...
cat >"$folder/agent" <<AGENT
#!/bin/sh
shift
exec ip netns exec ${id}b unshare --uts sh -c "hostname ${id}-second; \$*"
AGENT
chmod +x "$folder/agent"
# shellcheck disable=SC2016
ip netns exec "${id}a" unshare --uts sh -c 'hostname "$0-first"; exec "$@"' "$id" \
  "$mpiexec" -n "$ranks" --host "10.87.65.1:$((ranks - ranks / 2)),10.87.65.2:$((ranks / 2))" --mca plm_rsh_agent "$folder/agent" \
  --mca btl self,vader,tcp --mca pml ob1 --mca btl_tcp_if_include 10.87.65.0/24 --mca oob_tcp_if_include 10.87.65.0/24 "$@"
