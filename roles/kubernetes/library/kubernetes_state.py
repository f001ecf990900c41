#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: what this host holds of Kubernetes."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubernetes_state
short_description: What this host holds of Kubernetes
description:
  - Reads what only run time can know, so that the role can decide what there is to do. Nothing is changed.
  - Waits for a kubeadm that a run which was cut off has left working.
options:
  control_plane:
    description: Whether this host is a master.
    type: bool
    required: true
  address:
    description: Address of its API server.
    type: str
    required: true
  etcd_endpoints:
    description: URLs of etcd, which a master that has not joined asks whether it holds a cluster's data.
    type: list
    elements: str
    required: true
attributes:
  check_mode:
    support: full
author: kubehaus
"""

RETURN = r"""
joined:
  description: Whether kubeadm has finished here.
  type: bool
  returned: always
authority:
  description: SHA-256 of the cluster's CA as this host knows it; empty where there is none.
  type: str
  returned: always
certificate:
  description: The CA's certificate; empty where there is none.
  type: str
  returned: always
shared_keys:
  description: Whether all keys that masters share are here.
  type: bool
  returned: always
started:
  description: Whether kubeadm has begun to make this host a master.
  type: bool
  returned: always
applied:
  description: SHA-256 of the cluster's configuration that this master was last given; empty where there is none, or half of one.
  type: str
  returned: always
ready:
  description: Whether the API server of this host is ready.
  type: bool
  returned: always
etcd:
  description: C(empty) or C(data), by whether etcd holds a cluster's data, else why it can't be told. Empty where it was not asked.
  type: str
  returned: always
"""

import hashlib
import http.client
import os
import ssl

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.kubehaus_kubeadm import (
    APPLIED,
    AUTHORITY,
    KUBERNETES,
    PKI,
    SAVED,
    KubeadmLock,
    authority,
    joined,
    read,
    shared_keys_complete,
)

# Seconds for an answer of an API server or of etcd.
TIMEOUT = 5


def api_server_ready(address):
    if not os.path.exists(f"{KUBERNETES}/manifests/kube-apiserver.yaml"):
        return False
    try:
        trust = ssl.create_default_context(cafile=AUTHORITY)
        connection = http.client.HTTPSConnection(address, 6443, timeout=TIMEOUT, context=trust)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def applied():
    if os.path.exists(SAVED) or not os.path.exists(APPLIED):
        return ""
    return hashlib.sha256(read(APPLIED).encode()).hexdigest()


def etcd_holds(module):
    """Everything of Kubernetes in etcd lies below /registry/. The read is linearizable: a quorum answers."""
    code, out, err = module.run_command(
        [
            *("etcdctl", f"--endpoints={','.join(module.params['etcd_endpoints'])}", f"--command-timeout={TIMEOUT}s"),
            *(f"--cacert={PKI}/etcd/ca.crt", f"--cert={PKI}/apiserver-etcd-client.crt"),
            f"--key={PKI}/apiserver-etcd-client.key",
            *("get", "/registry/", "--prefix", "--keys-only", "--limit=1"),
        ]
    )
    if code != 0:
        return f"etcdctl: {(err or out).strip()}"
    return "data" if out.strip() else "empty"


def main():
    module = AnsibleModule(
        argument_spec={
            "control_plane": {"type": "bool", "required": True},
            "address": {"type": "str", "required": True},
            "etcd_endpoints": {"type": "list", "elements": "str", "required": True},
        },
        supports_check_mode=True,
    )
    control_plane = module.params["control_plane"]
    try:
        with KubeadmLock():
            has_joined = joined()
    except TimeoutError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=False,
        joined=has_joined,
        authority=authority(),
        certificate=read(AUTHORITY),
        shared_keys=control_plane and shared_keys_complete(),
        started=os.path.exists(f"{KUBERNETES}/manifests/kube-apiserver.yaml"),
        applied=applied(),
        ready=control_plane and api_server_ready(module.params["address"]),
        etcd=etcd_holds(module) if control_plane and not has_joined else "",
    )


if __name__ == "__main__":
    main()
