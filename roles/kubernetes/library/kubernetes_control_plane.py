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
    master. They lie on the disk meanwhile, so that a run after an interruption begins with what worked.
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
import shutil
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
    SAVED,
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
# Seconds for the old ones to answer again.
PATIENCE_BACK = 90
# Seconds until all load balancers have taken this master back in (fail_timeout in master-lb's nginx.conf, and one more): only
# then may the next one go.
TAKEN_BACK = 11
CERTIFICATE = (f"{PKI}/apiserver.crt", f"{PKI}/apiserver.key")
PORTS = {"kube-apiserver": 6443, "kube-controller-manager": 10257, "kube-scheduler": 10259}


def manifest(component):
    return f"{KUBERNETES}/manifests/{component}.yaml"


FILES = (*map(manifest, STATIC_PODS), *CERTIFICATE)


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
    waiting = sorted(pods, key=lambda component: component not in changed)
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
        try:
            with open(path, encoding="utf-8", errors="replace") as log:
                lines = [line.rstrip("\n").split(" ", 3)[-1] for line in log.readlines()[-15:]]
        except FileNotFoundError:
            continue
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


def kube_proxy_of(configuration):
    """kube-proxy's part of a rendered kubeadm.yaml, the document after the cluster's."""
    return configuration.partition("\n---\n")[2]


def save():
    """Keeps the files that work. Complete when it has its final name, so that no half of it is ever put back."""
    shutil.rmtree(f"{SAVED}.new", ignore_errors=True)
    for path in FILES:
        if os.path.exists(path):
            write(f"{SAVED}.new{path}", read(path), 0o600)
    os.makedirs(f"{SAVED}.new", mode=0o700, exist_ok=True)
    os.rename(f"{SAVED}.new", SAVED)


def put_back():
    for path in FILES:
        kept = read(f"{SAVED}{path}")
        if kept == "":
            remove(path)
        elif kept != read(path):
            write(path, kept, 0o600)


def apply(module, applied, interrupted):
    """Brings this master to the configuration. Returns the reason why it does not work there; empty when it does."""
    kubeadm = Kubeadm(module)
    before = {path: read(path) for path in FILES}
    pods = {component: running_pod(component) for component in STATIC_PODS}
    since = time.time()
    if interrupted or names_of(applied) != names_of(module.params["configuration"]):
        # kubeadm keeps a certificate that is there. The API server reads the new one by itself.
        remove(*CERTIFICATE)
    # Makes the certificate where there is none.
    problem = kubeadm.phase("certs", "apiserver") or kubeadm.phase("control-plane", "all")
    changed = [component for component in STATIC_PODS if read(manifest(component)) != before[manifest(component)]]
    problem = problem or wait_for(pods, changed, module.params["address"], since)
    if "kube-apiserver" in changed and not problem:
        time.sleep(TAKEN_BACK)
    return problem


def wait_until_back(address):
    """After the old files were put back: until they work, so that nobody goes on to the next master before."""
    deadline = time.monotonic() + PATIENCE_BACK
    while time.monotonic() < deadline and not all(healthy(component, address) for component in STATIC_PODS):
        time.sleep(0.5)


def upload(module, applied):
    """Tells the cluster; kube-proxy's pods are started anew when they get other settings."""
    configuration = module.params["configuration"]
    kubeadm = Kubeadm(module)
    problem = kubeadm.phase("upload-config", "kubeadm") or kubeadm.phase("addon", "kube-proxy")
    if not problem and kube_proxy_of(applied) != kube_proxy_of(configuration):
        kubectl = ["kubectl", f"--kubeconfig={KUBERNETES}/admin.conf", "--namespace=kube-system"]
        code, out, err = module.run_command([*kubectl, "rollout", "restart", "daemonset", "kube-proxy"])
        problem = "" if code == 0 else f"kube-proxy could not be restarted: {(err or out).strip()}"
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
    address = module.params["address"]
    applied = read(APPLIED)
    interrupted = os.path.exists(SAVED)
    if applied == configuration and not interrupted:
        module.exit_json(changed=False)
    if not module.check_mode:
        with KubeadmLock():
            # What worked before a change that was cut off is still what counts.
            if not interrupted:
                save()
            problem = apply(module, applied, interrupted)
            if problem:
                put_back()
                wait_until_back(address)
                shutil.rmtree(SAVED)
                module.fail_json(msg=problem)
            # From here on this master works with the new one; until all is done, nothing is remembered, so that whatever is
            # wanted next is carried out.
            remove(APPLIED)
            shutil.rmtree(SAVED)
            problem = upload(module, applied) if module.params["upload"] else ""
            if problem:
                module.fail_json(msg=problem)
            write(APPLIED, configuration, 0o644)
    diff = {"before_header": APPLIED, "after_header": "kubeadm.yaml", "before": applied, "after": configuration}
    module.exit_json(changed=True, diff=diff)


if __name__ == "__main__":
    main()
