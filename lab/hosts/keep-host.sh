#!/bin/sh
# The life of one host from power on to power off: its network, its disk, its boot, and its boot again when it asked for a
# reboot. Runs detached, and ends when the host powers itself off; to cut its power, kill everything in its cgroup.
#   keep-host.sh CONTROL HOST WIRE IPV4 IMAGE DIR NICS FAULTS
# CONTROL is the lab's control namespace, HOST the name of the host's own namespace, cgroup and machine, WIRE the interface in
# CONTROL at the other end of the host's eth0, IMAGE the image's root folder, DIR the host's folder (host-folder.ts), NICS
# the file with its interfaces in private networks and FAULTS that with what is wrong there (../network/hold-networks.sh).
set -eu
control=$1 host=$2 wire=$3 ipv4=$4 image=$5 dir=$6 nics=$7 faults=$8
cgroups=/sys/fs/cgroup

# Every hierarchy that this process must have a group in: one with cgroup v2, one a controller with v1.
hierarchies() {
  if [ -e $cgroups/cgroup.controllers ]; then echo $cgroups; return; fi
  for hierarchy in "$cgroups"/*; do
    if [ ! -L "$hierarchy" ] && [ -e "$hierarchy/cgroup.procs" ]; then echo "$hierarchy"; fi
  done
}

# With v2 a group hands its controllers on to its children only when told to; with v1 cpuset's children begin empty.
make_group() {
  parent=$(dirname "$1")
  mkdir -p "$1"
  if [ -e "$cgroups/cgroup.controllers" ]; then
    sed 's/[^ ][^ ]*/+&/g' "$parent/cgroup.controllers" > "$parent/cgroup.subtree_control"
  fi
  if [ -e "$1/cpuset.cpus" ] && [ -e "$1/notify_on_release" ]; then
    cat "$parent/cpuset.cpus" > "$1/cpuset.cpus"
    cat "$parent/cpuset.mems" > "$1/cpuset.mems"
  fi
}

# join NAME PID: moves a process into a group of the host. Without a group of its own, a host's kubelet would take the pods of
# other hosts for its own, orphaned ones, and end them.
join() {
  for hierarchy in $(hierarchies); do
    make_group "$hierarchy/$host"
    make_group "$hierarchy/$host/$1"
    echo "$2" > "$hierarchy/$host/$1/cgroup.procs"
  done
}

leave_no_groups_of_the_last_boot() {
  for hierarchy in $(hierarchies); do
    if [ -d "$hierarchy/$host/machine" ]; then find "$hierarchy/$host/machine" -depth -type d -exec rmdir {} ';'; fi
  done
}

# A machine that boots has none of the interfaces, rules and sysctls that its last boot left; so the namespace is made anew.
# Routed, as Hetzner does it: a /32, and a gateway that is no neighbour by its address.
plug_in() {
  unplug
  ip netns add "$host"
  ip -n "$control" link add "$wire" type veth peer name eth0 netns "$host"
  ip -n "$control" -batch - <<IP
link set $wire up
address add 172.31.1.1/32 dev $wire
route add $ipv4/32 dev $wire src 192.0.2.1
IP
  ip -n "$host" -batch - <<IP
link set lo up
address add $ipv4/32 dev eth0
link set eth0 up
route add 172.31.1.1 dev eth0
route add default via 172.31.1.1 dev eth0
IP
  "$(dirname "$0")/../network/hold-networks.sh" "$host" "$wire" "$nics" "$faults"
}

unplug() {
  ip -n "$control" link del "$wire" 2> /dev/null || true
  ip netns del "$host" 2> /dev/null || true
}

# The disk is mounted in a mount namespace which ends with the host, so that it can't be left mounted.
# overlayfs can't lie on overlayfs, and containerd and etcd want a real disk anyway: those folders are bound. One of them that has
# a disk of its own (disks.ts) is that disk.
boot() (
  set -e
  pid=$(exec sh -c 'echo $PPID') # $$ is the script's own, in a subshell as well
  join machine "$pid"
  export SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes
  modules=
  if [ -d "/lib/modules/$(uname -r)" ]; then modules=--bind-ro=/lib/modules; fi
  # shellcheck disable=SC2016
  exec unshare --mount sh -ec '
    mount -t overlay overlay -o "$1" "$2"
    for disk in "$3"/*.img; do
      if [ -e "$disk" ]; then mount -o loop "$disk" "${disk%.img}"; fi
    done
    shift 3
    exec systemd-nspawn "$@"' sh \
    "lowerdir=$image,upperdir=$dir/disk/root,workdir=$dir/disk/work" "$dir/mount" "$dir/disk" \
    --quiet --directory="$dir/mount" --machine="$host" --hostname=debian --register=no --keep-unit --boot \
    --network-namespace-path="/run/netns/$host" --resolv-conf=off --timezone=off --link-journal=no --console=read-only \
    --capability=all --system-call-filter='@keyring bpf' --bind=/dev/net/tun --bind=/dev/kmsg $modules \
    --bind="$dir/disk/containerd:/var/lib/containerd" --bind="$dir/disk/kubelet:/var/lib/kubelet" \
    --bind="$dir/disk/kubehaus-etcd:/var/lib/kubehaus-etcd" --bind="$dir/disk/kubehaus:/var/lib/kubehaus"
)

asked_for_a_reboot=133 # systemd-nspawn(1), EXIT STATUS
trap unplug EXIT
join keeper $$
while :; do
  plug_in
  set +e
  boot
  status=$?
  set -e
  leave_no_groups_of_the_last_boot
  if [ "$status" -ne "$asked_for_a_reboot" ]; then break; fi
done
if [ "$status" -eq 0 ]; then echo off > "$dir/power"; fi
exit "$status"
