#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: gives a running master the cluster's changed configuration."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubernetes_control_plane
short_description: Gives a running master the cluster's changed configuration
description:
  - Writes the static pods of this master anew with kubeadm, and its API server's certificate when names were added to it, waits
    until what was changed runs and answers, and remembers what was applied.
  - Where that does not happen, the files before are put back and the log's end is told, so that a wrong argument costs no
    master.
  - With O(upload), the cluster is told as well, for masters that join later, and kube-proxy gets its part.
options:
  configuration:
    description: The rendered kubeadm.yaml, which is remembered as it is.
    type: str
    required: true
  documents:
    description: The same, document by document, with this node's InitConfiguration.
    type: list
    elements: dict
    required: true
  address:
    description: Address of this master's API server.
    type: str
    required: true
  upload:
    description: Whether to tell the cluster, when it works on this master.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: kubehaus
"""

import contextlib
import glob
import http.client
import json
import os
import socket
import ssl
import time

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.kubehaus_kubeadm import (
    APPLIED,
    AUTHORITY,
    KUBERNETES,
    LOGS,
    PKI,
    STATIC_PODS,
    KubeadmLock,
    failure,
    read,
    remove,
    write,
)

# Seconds for a changed static pod to run and answer: the time kubeadm takes for starting a control plane is 240 s.
PATIENCE = 240
# Starts of a container after which what it is started with is taken for wrong.
STARTS = 3
# Seconds until all load balancers have taken this master back in (fail_timeout in master-lb's nginx.conf, and one more): only
# then may the next one go.
TAKEN_BACK = 11
CERTIFICATE = (f"{PKI}/apiserver.crt", f"{PKI}/apiserver.key")
PORTS = {"kube-apiserver": 6443, "kube-controller-manager": 10257, "kube-scheduler": 10259}


def manifest(component):
    return f"{KUBERNETES}/manifests/{component}.yaml"


class Kubeadm:
    """kubeadm's phases, with the configuration on standard input."""

    def __init__(self, module):
        self.module = module
        self.documents = "\n---\n".join(map(json.dumps, module.params["documents"]))

    def phase(self, *phase):
        code, out, err = self.module.run_command(["kubeadm", "init", "phase", *phase, "--config=/dev/stdin"], data=self.documents)
        return "" if code == 0 else f"kubeadm init phase {' '.join(phase)} failed:\n{failure(out, err)}"


def healthy(component, address):
    """Whether the component answers that it is well. Only the API server has a certificate that says whose it is."""
    if component == "kube-apiserver":
        host, path, trust = address, "/readyz", ssl.create_default_context(cafile=AUTHORITY)
    else:
        host, path, trust = "127.0.0.1", "/healthz", ssl._create_unverified_context()  # noqa: S323
    try:
        connection = http.client.HTTPSConnection(host, PORTS[component], timeout=5, context=trust)
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def logs(component):
    """Log files of the component's containers, oldest first, as (time of the last line, path); each start has its own."""
    found = []
    for path in glob.glob(f"{LOGS}/kube-system_{component}-{socket.gethostname()}_*/{component}/*.log"):
        # The kubelet removes old ones meanwhile.
        with contextlib.suppress(FileNotFoundError):
            found.append((os.stat(path).st_mtime, path))
    return sorted(found)


def running_pod(component):
    """Folder of the logs of the pod that runs now: it carries the hash of the manifest."""
    return next((os.path.dirname(path) for _, path in reversed(logs(component))), "")


def wait_for(pods, changed, address, since):
    """
    Why one of the components does not run as its manifest says; empty when all do, those of a run that was cut off included.

    pods: the folder of each component's pod before; changed: components with another manifest; since: when it was changed.
    What was started from then on elsewhere was started from the new manifest, also where an earlier run has tried the same.
    """
    deadline = time.monotonic() + PATIENCE
    started = {component: [] for component in pods}
    waiting = list(pods)
    while waiting:
        for component in list(waiting):
            seen = started[component]
            # The kubelet keeps the last log or two of a container that ends again and again.
            new = (path for written, path in logs(component) if written >= since and os.path.dirname(path) != pods[component])
            seen.extend(path for path in new if path not in seen)
            if (seen or component not in changed) and healthy(component, address):
                waiting.remove(component)
            elif len(seen) >= STARTS or time.monotonic() > deadline:
                how = "ends again and again" if len(seen) > 1 else f"did not answer within {PATIENCE} s"
                return "\n".join([f"{component} {how} with its new settings; those before were put back.", *last_words(seen)])
        time.sleep(0.5)
    return ""


def last_words(starts):
    """The end of the last log that has anything, without the container runtime's time, stream and tag in front."""
    for path in reversed(starts):
        lines = [line.split(" ", 3)[-1] for line in read(path).splitlines()[-15:]]
        if lines:
            return lines
    return []


def names_of(configuration):
    """The API server's additional names in a rendered kubeadm.yaml: what its certificate depends on."""
    lines = configuration.splitlines()
    if "  certSANs:" not in lines:
        return []
    names = []
    for line in lines[lines.index("  certSANs:") + 1 :]:
        if not line.startswith("    - "):
            break
        names.append(line)
    return names


def apply(module, applied):
    """Brings this master to the configuration, or back to where it was with the reason as result."""
    kubeadm = Kubeadm(module)
    paths = [*map(manifest, STATIC_PODS), *CERTIFICATE]
    saved = {path: read(path) for path in paths}
    pods = {component: running_pod(component) for component in STATIC_PODS}
    since = time.time()
    problem = ""
    if names_of(applied) != names_of(module.params["configuration"]):
        # kubeadm keeps a certificate that is there. The API server reads the new one by itself.
        remove(*CERTIFICATE)
        problem = kubeadm.phase("certs", "apiserver")
    problem = problem or kubeadm.phase("control-plane", "all")
    changed = [component for component in STATIC_PODS if read(manifest(component)) != saved[manifest(component)]]
    problem = problem or wait_for(pods, changed, module.params["address"], since)
    if "kube-apiserver" in changed and not problem:
        time.sleep(TAKEN_BACK)
    if problem:
        for path, text in saved.items():
            if read(path) != text:
                write(path, text, 0o600) if text else remove(path)
    return problem


def upload(module):
    """Tells the cluster; kube-proxy's pods are started anew when they get other settings."""
    kubeadm = Kubeadm(module)
    kubectl = ["kubectl", "--kubeconfig", f"{KUBERNETES}/admin.conf", "--namespace=kube-system"]

    def settings():
        return module.run_command([*kubectl, "get", "configmap", "kube-proxy", "--output=jsonpath={.data}"], check_rc=True)[1]

    before = settings()
    problem = kubeadm.phase("upload-config", "kubeadm") or kubeadm.phase("addon", "kube-proxy")
    if not problem and settings() != before:
        module.run_command([*kubectl, "rollout", "restart", "daemonset", "kube-proxy"], check_rc=True)
    return problem


def main():
    module = AnsibleModule(
        argument_spec={
            "configuration": {"type": "str", "required": True},
            "documents": {"type": "list", "elements": "dict", "required": True},
            "address": {"type": "str", "required": True},
            "upload": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    configuration = module.params["configuration"]
    applied = read(APPLIED)
    if applied == configuration:
        module.exit_json(changed=False)
    if not module.check_mode:
        with KubeadmLock():
            problem = apply(module, applied) or (upload(module) if module.params["upload"] else "")
            if problem:
                module.fail_json(msg=problem)
            # Last of all, so that a run that was cut off begins with all of it again.
            write(APPLIED, configuration, 0o644)
    diff = {"before_header": APPLIED, "after_header": "kubeadm.yaml", "before": applied, "after": configuration}
    module.exit_json(changed=True, diff=diff)


if __name__ == "__main__":
    main()
