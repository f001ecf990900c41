#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: the keys that all masters share."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubernetes_shared_keys
short_description: The keys that all masters share
description:
  - Without O(contents), gives the CA, the front proxy's CA and the service accounts' key of this host, and makes those first
    when O(create) allows it. With O(contents), writes them to this host. The task needs C(no_log).
  - A host that has begun with another CA is freed of what that one has signed.
options:
  contents:
    description: What this module gave on another host.
    type: dict
  create:
    description: Whether keys may be made. Only so where no master has any and etcd holds no cluster's data.
    type: bool
    default: false
  kubernetes_version:
    description: Version of the cluster, so that kubeadm does not look for one.
    type: str
    required: true
  validity:
    description: How long the CAs last, as kubeadm's caCertificateValidityPeriod.
    type: str
    required: true
author: kubehaus
"""

RETURN = r"""
keys:
  description: File name to content.
  type: dict
  returned: without O(contents)
"""

import json
import tempfile

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.kubehaus_kubeadm import (
    PKI,
    SHARED_KEYS,
    KubeadmLock,
    authority,
    failure,
    fingerprint,
    forget_other_cluster,
    joined,
    read,
    remove,
    shared_keys_complete,
    write,
)


def make(module):
    """kubeadm makes them in a folder of their own, so that an interruption leaves nothing half done."""
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        documents = [
            {
                "apiVersion": "kubeadm.k8s.io/v1beta4",
                "kind": "ClusterConfiguration",
                "kubernetesVersion": module.params["kubernetes_version"],
                "certificatesDir": folder,
                "caCertificateValidityPeriod": module.params["validity"],
            }
        ]
        for key in ("ca", "front-proxy-ca", "sa"):
            code, out, err = module.run_command(
                ["kubeadm", "init", "phase", "certs", key, "--config=/dev/stdin"],
                data="\n---\n".join(map(json.dumps, documents)),
            )
            if code != 0:
                module.fail_json(msg=f"kubeadm could not make {key}:\n{failure(out, err)}")
        return {name: read(f"{folder}/{name}") for name in SHARED_KEYS}


def install(keys):
    remove(f"{PKI}/{SHARED_KEYS[-1]}")
    for name in SHARED_KEYS:
        write(f"{PKI}/{name}", keys[name], 0o600 if name.endswith(".key") else 0o644)


def main():
    module = AnsibleModule(
        argument_spec={
            "contents": {"type": "dict", "no_log": True},
            "create": {"type": "bool", "default": False},
            "kubernetes_version": {"type": "str", "required": True},
            "validity": {"type": "str", "required": True},
        },
    )
    keys = module.params["contents"]
    with KubeadmLock():
        if keys is None:
            changed = not shared_keys_complete()
            if changed:
                if not module.params["create"]:
                    module.fail_json(msg=f"{PKI} does not hold all keys that masters share")
                install(make(module))
            module.exit_json(changed=changed, contents={name: read(f"{PKI}/{name}") for name in SHARED_KEYS})
        if authority() not in ("", fingerprint(keys["ca.crt"])):
            if joined():
                module.fail_json(msg="this master belongs to a cluster with another CA")
            forget_other_cluster(module)
        changed = {name: read(f"{PKI}/{name}") for name in SHARED_KEYS} != keys
        if changed:
            install(keys)
        module.exit_json(changed=changed)


if __name__ == "__main__":
    main()
