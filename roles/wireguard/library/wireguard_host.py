#!/usr/bin/python
"""Makes this host's WireGuard key where there is none, and tells what the mesh looks like from here."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wireguard_host
short_description: This host's WireGuard key and what its interface holds
description:
  - Makes the private key when there is none. It is written by this host to a file of its own and is never returned.
  - Returns the public key, the peers' keys in the roster that is on the disk, and whether the running interface holds
    what the files say.
options:
  interface:
    description: Name of the interface.
    type: str
    default: wg0
  private_file:
    description: The [Interface] section with the private key.
    type: path
    required: true
  roster_file:
    description: The file with the port and all peers.
    type: path
    required: true
"""

RETURN = r"""
public_key:
  description: Public key; empty in check mode where there is no key yet.
  type: str
  returned: always
roster:
  description: Public key by node name, as the roster on the disk has them.
  type: dict
  returned: always
roster_time:
  description: When the roster was last changed, in seconds since 1970; 0 without a roster.
  type: float
  returned: always
mtu:
  description: MTU of the running interface in bytes; 0 while there is no interface.
  type: int
  returned: always
address:
  description: Address and prefix length of the running interface; empty while there is no interface.
  type: str
  returned: always
in_sync:
  description: Whether the running interface has the key, the port and the peers of the files.
  type: bool
  returned: always
"""

import json
import os
import re
import tempfile

from ansible.module_utils.basic import AnsibleModule


def read(path):
    try:
        with open(path, encoding='utf-8') as file:
            return file.read()
    except FileNotFoundError:
        return ''


def make_private_file(module, path):
    """Written beside its place and then renamed, so that an interrupted run leaves the whole file or none."""
    _, key, _ = module.run_command(['wg', 'genkey'], check_rc=True)
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix='.private-')  # mkstemp makes it readable by its owner alone
    with os.fdopen(handle, 'w', encoding='utf-8') as file:
        file.write(f'[Interface]\nPrivateKey = {key.strip()}\n')
        file.flush()
        os.fsync(file.fileno())
    os.rename(temporary, path)


def public_key_of(module, private_text):
    found = re.search(r'^PrivateKey *= *(\S+)$', private_text, re.MULTILINE)
    if found is None:
        module.fail_json(msg=f"{module.params['private_file']} holds no private key; remove the file to make a new one")
    _, key, _ = module.run_command(['wg', 'pubkey'], data=found.group(1) + '\n', check_rc=True)
    return key.strip()


def parse_roster(text):
    """The port and the peers by public key, each with its name, endpoint and networks."""
    port = 0
    peers = {}
    name = ''
    peer = {}
    for line in text.splitlines():
        if line.startswith('# '):
            name = line[2:].strip()
        elif line == '[Peer]':
            peer = {'name': name}
        elif ' = ' in line:
            setting, value = line.split(' = ', 1)
            if setting == 'ListenPort':
                port = int(value)
            elif setting == 'PublicKey':
                peers[value] = peer
            elif setting == 'Endpoint':
                peer['endpoint'] = value
            elif setting == 'AllowedIPs':
                peer['networks'] = sorted(value.split(', '))
    return port, peers


def running(module, interface):
    """What `wg show` says; its first line also has the private key, which is dropped here."""
    code, out, _ = module.run_command(['wg', 'show', interface, 'dump'])
    if code != 0:
        return None
    own, *others = [line.split('\t') for line in out.splitlines()]
    return {
        'public_key': own[1],
        'port': int(own[2]),
        'peers': {
            line[0]: {'endpoint': line[2], 'networks': sorted(line[3].split(','))} for line in others
        },
    }


def address_and_mtu(module, interface):
    code, out, _ = module.run_command(['ip', '-json', '-4', 'address', 'show', 'dev', interface])
    if code != 0:
        return '', 0
    link = json.loads(out)[0]
    addresses = [f"{address['local']}/{address['prefixlen']}" for address in link['addr_info']]
    return ' '.join(addresses), link['mtu']


def is_in_sync(live, public_key, roster_text):
    if live is None:
        return False
    port, peers = parse_roster(roster_text)
    wanted = {
        key: {'endpoint': peer['endpoint'], 'networks': peer['networks']}
        for key, peer in peers.items()
        if key != public_key
    }
    return live == {'public_key': public_key, 'port': port, 'peers': wanted}


def main():
    module = AnsibleModule(
        argument_spec={
            'interface': {'type': 'str', 'default': 'wg0'},
            'private_file': {'type': 'path', 'required': True},
            'roster_file': {'type': 'path', 'required': True},
        },
        supports_check_mode=True,
    )
    interface = module.params['interface']
    private_file = module.params['private_file']
    roster_file = module.params['roster_file']

    missing = not os.path.exists(private_file)
    if missing and not module.check_mode:
        make_private_file(module, private_file)
    public_key = '' if missing and module.check_mode else public_key_of(module, read(private_file))

    roster_text = read(roster_file)
    _, peers = parse_roster(roster_text)
    address, mtu = address_and_mtu(module, interface)
    module.exit_json(
        changed=missing,
        public_key=public_key,
        roster={peer['name']: key for key, peer in peers.items()},
        roster_time=os.path.getmtime(roster_file) if roster_text else 0.0,
        mtu=mtu,
        address=address,
        in_sync=is_in_sync(running(module, interface), public_key, roster_text),
    )


if __name__ == '__main__':
    main()
