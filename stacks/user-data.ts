/**
 * What cloud-init does at a server's first boot: no more than Ansible needs to come in and to stay in charge. The same bytes
 * for every node, and nothing secret: anyone on the host can read user_data.
 */
export const USER_DATA = `#cloud-config
# Ansible logs in as root; images other than Hetzner's own may forbid that.
disable_root: false
# Keys only.
ssh_pwauth: false
# /etc/hosts has the addresses in the mesh: cloud-init must not write it anew at every boot.
manage_etc_hosts: false
`;
