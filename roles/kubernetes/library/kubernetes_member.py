#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: makes this host a member of the cluster with kubeadm."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubernetes_member
short_description: Makes this host a member of the cluster with kubeadm
description:
  - Runs C(kubeadm init), or C(kubeadm join) when O(token) is given, once, and remembers when it has finished.
  - After an interruption kubeadm runs again over what it has left. All that it does can be repeated with the same CA, so
    nothing is reset; only a worker of a control plane that is gone, and a master that has begun with another CA, are freed of
    that first.
  - Configuration and token reach kubeadm through a pipe, and no argument holds a secret.
options:
  configuration:
    description: kubeadm's configuration, document by document, without discovery and token.
    type: list
    elements: dict
    required: true
  token:
    description: Bootstrap token for joining.
    type: str
  certificate:
    description: The cluster's CA, from a master; it pins whom this host talks to when it joins.
    type: str
  patches:
    description: Files for the patches of kubeadm init, name to content.
    type: dict
    default: {}
  cluster_configuration:
    description: The rendered kubeadm.yaml that a master is made with; it is remembered, so that a change of it is noticed.
    type: str
  server:
    description: URL of the API server for joining.
    type: str
    default: https://127.0.0.1:16443
author: kubehaus
"""

RETURN = r"""
output:
  description: Lines that kubeadm printed.
  type: list
  elements: str
  returned: changed
"""

import base64
import json
import os
import tempfile

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.kubehaus_kubeadm import (
    APPLIED,
    AUTHORITY,
    KUBERNETES,
    LEFTOVERS,
    MARKER,
    KubeadmLock,
    authority,
    failure,
    fingerprint,
    forget_other_cluster,
    joined,
    remove,
    write,
)

# The CA and the server, as kubeadm's file discovery wants them; nothing in it is secret.
DISCOVERY = "/run/kubehaus-discovery.conf"
# What kubeadm's preflight would take for another cluster's.
CHECKS_OF_LEFTOVERS = (
    *(f"FileAvailable-{path.replace('/', '-')}" for path in (*LEFTOVERS, AUTHORITY)),
    *(f"Port-{port}" for port in (6443, 10250, 10257, 10259)),
)


def discovery(server, certificate):
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "kubernetes",
                "cluster": {
                    "server": server,
                    "certificate-authority-data": base64.b64encode(certificate.encode()).decode(),
                },
            }
        ],
        # Whom the token names; kubeadm wants a user here.
        "users": [{"name": "bootstrap", "user": {}}],
        "contexts": [{"name": "kubernetes", "context": {"cluster": "kubernetes", "user": "bootstrap"}}],
        "current-context": "kubernetes",
    }


def main():
    module = AnsibleModule(
        argument_spec={
            "configuration": {"type": "list", "elements": "dict", "required": True},
            "token": {"type": "str", "no_log": True},
            "certificate": {"type": "str"},
            "patches": {"type": "dict", "default": {}},
            "cluster_configuration": {"type": "str"},
            "server": {"type": "str", "default": "https://127.0.0.1:16443"},
        },
        required_together=[("token", "certificate")],
    )
    token = module.params["token"]
    certificate = module.params["certificate"]
    documents = module.params["configuration"]
    command = "init" if token is None else "join"

    with KubeadmLock(), tempfile.TemporaryDirectory(dir="/run") as patches:
        other_cluster = certificate and authority() not in ("", fingerprint(certificate))
        if joined() and not other_cluster:
            module.exit_json(changed=False)
        # Of a worker, kubeadm writes the CA; a master has it from the others before it joins.
        worker = command == "join" and not any("controlPlane" in document for document in documents)
        if joined() and not worker:
            module.fail_json(msg="this master belongs to a cluster with another CA")
        if other_cluster:
            forget_other_cluster(module)
        resumes = any(os.path.exists(path) for path in (*LEFTOVERS, *([AUTHORITY] if worker else [])))
        arguments = [f"--ignore-preflight-errors={','.join(CHECKS_OF_LEFTOVERS)}"] if resumes else []
        if command == "join":
            # A token of the interrupted run is of no use any more.
            remove(f"{KUBERNETES}/bootstrap-kubelet.conf")
            write(DISCOVERY, json.dumps(discovery(module.params["server"], certificate)), 0o600)
        for name, content in module.params["patches"].items():
            write(f"{patches}/{name}", content, 0o600)
        for document in documents:
            if document["kind"] == "InitConfiguration" and module.params["patches"]:
                document["patches"] = {"directory": patches}
            if document["kind"] == "JoinConfiguration":
                document["discovery"] = {"file": {"kubeConfigPath": DISCOVERY}, "tlsBootstrapToken": token}
        code, out, err = module.run_command(
            # init would print the token that it makes, and what it prints ends up in logs.
            ["kubeadm", command, "--config=/dev/stdin", *(["--skip-token-print"] if command == "init" else []), *arguments],
            data="\n---\n".join(map(json.dumps, documents)),
        )
        remove(DISCOVERY)
        if code != 0:
            module.fail_json(msg=f"kubeadm {command} failed:\n{failure(out, err)}")
        if module.params["cluster_configuration"] is not None:
            write(APPLIED, module.params["cluster_configuration"], 0o644)
        write(MARKER, f"{authority()}\n", 0o644)
    module.exit_json(changed=True)


if __name__ == "__main__":
    main()
