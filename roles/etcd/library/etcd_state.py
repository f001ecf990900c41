#!/usr/bin/python
"""Tells what a host holds of etcd; changes nothing."""

from __future__ import annotations

DOCUMENTATION = r"""
module: etcd_state
short_description: What this host holds of etcd
description:
  - Reads what only run time can know, so that the role can decide what there is to do. Nothing is changed.
options:
  ca:
    description: Certificate of the authority. A private key is looked for beside it, with the ending .key.
    type: path
    required: true
  certificate:
    description: Certificate to be judged.
    type: path
    required: true
  key:
    description: Private key of that certificate.
    type: path
    required: true
  purpose:
    description: What the certificate must be good for.
    type: str
    choices: [sslclient, sslserver]
    required: true
  name:
    description: DNS name that the certificate must hold.
    type: str
  address:
    description: IP address that the certificate must hold; a member serves its peers there.
    type: str
  member:
    description: Whether to look at the member's data and process, too.
    type: bool
    default: false
"""

RETURN = r"""
ca:
  description: SHA-256 of the authority's certificate; empty where there is none.
  type: str
  returned: always
ca_key:
  description: Whether the authority's private key is here as well.
  type: bool
  returned: always
certificate_problem:
  description: Why the certificate must be made anew; empty if it is good.
  type: str
  returned: always
data:
  description: Whether a write-ahead log is here, that is, whether this member has ever started.
  type: bool
  returned: with member
torn_bytes:
  description: Bytes on the disk of a database without a write-ahead log.
  type: int
  returned: with member
first_start:
  description: Whether the settings of a first start still lie here.
  type: bool
  returned: with member
lost:
  description: Whether this member was up once and has no data now.
  type: bool
  returned: with member
running:
  description: Whether the unit has a process.
  type: bool
  returned: with member
stale:
  description: What the process was not started with, though it is on the disk.
  type: list
  returned: with member
cluster_id:
  description: The cluster as the process knows it; empty if it does not answer.
  type: str
  returned: with member
formed:
  description: Whether that cluster ever had a quorum.
  type: bool
  returned: with member
members:
  description: The members as the process knows them (id in hex, name, peer_urls, started, learner).
  type: list
  returned: with member
"""

import glob
import hashlib
import http.client
import json
import os
import ssl
import time

from ansible.module_utils.basic import AnsibleModule

DATA = '/var/lib/kubehaus-etcd/member'
ENVIRONMENT = '/etc/etcd/etcd.env'
FIRST_START = '/etc/etcd/first-start.env'
PROGRAM = '/usr/local/bin/etcd'
UNIT = 'etcd.service'
CREDENTIALS = '/run/credentials/etcd.service'
# A certificate is made anew when less than this is left of it, in seconds: 30 days.
RENEW_BEFORE = 30 * 86400


def read(path):
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return b''


def certificate_problem(module):
    ca, certificate, key = (module.params[name] for name in ('ca', 'certificate', 'key'))
    for path in (ca, certificate, key):
        if not os.path.exists(path):
            return f'{path} is missing'
    verify = ['openssl', 'verify', '-CAfile', ca, '-purpose', module.params['purpose']]
    verify += ['-attime', str(int(time.time()) + RENEW_BEFORE)]
    if module.params['name']:
        verify += ['-verify_hostname', module.params['name']]
    if module.params['address']:
        verify += ['-verify_ip', module.params['address']]
    code, _, error = module.run_command([*verify, certificate])
    if code != 0:
        return f'{certificate} is not good: {error.strip()}'
    # An interruption between the two files leaves a new key beside an old certificate.
    _, of_certificate, _ = module.run_command(['openssl', 'x509', '-in', certificate, '-noout', '-pubkey'], check_rc=True)
    code, of_key, _ = module.run_command(['openssl', 'pkey', '-in', key, '-pubout'])
    return '' if code == 0 and of_key == of_certificate else f'{certificate} does not belong to {key}'


def authority(path):
    certificate = read(path)
    key = os.path.splitext(path)[0] + '.key'
    return {
        'ca': hashlib.sha256(certificate).hexdigest() if certificate else '',
        'ca_key': bool(certificate) and os.path.exists(key),
    }


def data():
    started = bool(glob.glob(f'{DATA}/wal/*.wal'))
    database = f'{DATA}/snap/db'
    first_start = os.path.exists(FIRST_START)
    return {
        'data': started,
        # What it takes of the disk: etcd makes the file 16 MiB long from the start, with nothing in it.
        'torn_bytes': os.stat(database).st_blocks * 512 if not started and os.path.exists(database) else 0,
        'first_start': first_start,
        # The settings of the first start are there before all others, and go when the member is up.
        'lost': os.path.exists(ENVIRONMENT) and not first_start and not started,
    }


def settings(text):
    """What the process must have; how a member starts for the first time matters no more once it has data."""
    return {line for line in text.splitlines() if line.startswith('ETCD_') and not line.startswith('ETCD_INITIAL_CLUSTER')}


def process(module):
    _, out, _ = module.run_command(['systemctl', 'show', UNIT, '--property=MainPID,NeedDaemonReload'], check_rc=True)
    unit = dict(line.split('=', 1) for line in out.splitlines())
    pid = int(unit['MainPID'])
    if pid == 0:
        return {'running': False, 'stale': []}
    stale = []
    if unit['NeedDaemonReload'] == 'yes':
        stale.append('unit')
    running_with = read(f'/proc/{pid}/environ').decode().replace('\0', '\n')
    if settings(read(ENVIRONMENT).decode()) != settings(running_with):
        stale.append('settings')
    try:
        program = os.readlink(f'/proc/{pid}/exe')
    except FileNotFoundError:  # it ended just now; systemd starts it with what is on the disk
        return {'running': False, 'stale': []}
    if program != os.path.realpath(PROGRAM):
        stale.append('program')
    if any(
        read(f'{CREDENTIALS}/{os.path.basename(path)}') != read(path)
        for path in (module.params['ca'], module.params['certificate'], module.params['key'])
    ):
        stale.append('certificate')
    return {'running': True, 'stale': stale}


def ask(module, path):
    """
    Asks the member's peer port. It answers without a quorum, even while a bootstrap waits for more members, when the
    client port does not serve yet.
    """
    context = ssl.create_default_context(cafile=module.params['ca'])
    context.load_cert_chain(module.params['certificate'], module.params['key'])
    connection = http.client.HTTPSConnection(module.params['address'], 2380, timeout=3, context=context)
    try:
        connection.request('GET', path)
        answer = connection.getresponse()
        return answer.headers, json.loads(answer.read())
    finally:
        connection.close()


def cluster(module):
    try:
        headers, members = ask(module, '/members')
        _, version = ask(module, '/version')
    except (OSError, http.client.HTTPException, ValueError):  # it does not run, or not well enough to be asked
        return {'cluster_id': '', 'formed': False, 'members': []}
    return {
        'cluster_id': headers['X-Etcd-Cluster-ID'],
        'formed': version['etcdcluster'] != 'not_decided',
        'members': [
            {
                'id': f"{member['id']:x}",
                'name': member.get('name', ''),
                'peer_urls': member['peerURLs'],
                'started': bool(member.get('clientURLs')),
                'learner': member.get('isLearner', False),
            }
            for member in members
        ],
    }


def main():
    module = AnsibleModule(
        argument_spec={
            'ca': {'type': 'path', 'required': True},
            'certificate': {'type': 'path', 'required': True},
            'key': {'type': 'path', 'required': True, 'no_log': False},
            'purpose': {'type': 'str', 'choices': ['sslclient', 'sslserver'], 'required': True},
            'name': {'type': 'str'},
            'address': {'type': 'str'},
            'member': {'type': 'bool', 'default': False},
        },
        required_if=[('member', True, ['address'])],
        supports_check_mode=True,
    )
    state = {**authority(module.params['ca']), 'certificate_problem': certificate_problem(module)}
    if module.params['member']:
        state |= {**data(), **process(module)}
        state |= cluster(module) if state['running'] else {'cluster_id': '', 'formed': False, 'members': []}
    module.exit_json(changed=False, **state)


if __name__ == '__main__':
    main()
