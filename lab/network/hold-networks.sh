#!/bin/sh
# Gives a host that runs the interfaces in private networks that FILE names, and takes away those that it does not name.
#   hold-networks.sh HOST WIRE FILE FAULTS
# HOST is the host's network namespace, WIRE the name of the interface at the other end of each, FAULTS the ruleset of what is wrong
# with the lab's network (fault-files.ts), if there is one. A line of FILE is an interface:
#   NETWORK MAC IP RANGE GATEWAY
# NETWORK is the namespace that is the network: a router with the gateway's address, which has no way to anywhere else.
set -eu
host=$1 wire=$2 file=$3 faults=$4

if [ ! -e "$file" ] || [ ! -e "/run/netns/$host" ]; then exit 0; fi

# A host may boot while it is attached, and another one be the first in the same network at the same time.
exec 9< "$(dirname "$file")"
flock 9

# NAME MAC of the private interfaces that the host has.
held() { ip -n "$host" -brief link show type veth | sed -n 's/^\(enp[0-9]*s0\)@[^ ]* *[^ ]* *\([^ ]*\).*/\1 \2/p'; }

# Hetzner's names, on all newer types of servers: enp7s0 is the first.
free_name() {
  slot=7
  while held | grep -q "^enp${slot}s0 "; do slot=$((slot + 1)); done
  echo "enp${slot}s0"
}

# Routed, as at Hetzner: a /32, and everything else of the network is behind the gateway (DHCP tells it there).
plug_in() {
  network=$1 mac=$2 address=$3 range=$4 gateway=$5
  nic=$(free_name)
  if [ ! -e "/run/netns/$network" ]; then
    ip netns add "$network"
    ip -n "$network" link set lo up
    if [ -e "$faults" ]; then nsenter --net="/run/netns/$network" -- nft -f "$faults"; fi
    nsenter --net="/run/netns/$network" -- sysctl -qw net.ipv4.ip_forward=1
  fi
  ip -n "$network" link del "$wire" 2> /dev/null || true
  ip -n "$network" link add "$wire" mtu 1450 type veth peer name "$nic" address "$mac" mtu 1450 netns "$host"
  ip -n "$network" -batch - <<IP
link set $wire up
address add $gateway/32 dev $wire
route add $address/32 dev $wire
IP
  ip -n "$host" -batch - <<IP
address add $address/32 dev $nic
link set $nic up
route add $gateway dev $nic
route add $range via $gateway dev $nic
IP
}

held | while read -r nic mac; do
  grep -q " $mac " "$file" || ip -n "$host" link del "$nic"
done
while read -r network mac address range gateway; do
  held | grep -q " $mac\$" || plug_in "$network" "$mac" "$address" "$range" "$gateway"
done < "$file"
