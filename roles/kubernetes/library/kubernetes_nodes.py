#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: the cluster's Node objects are as planned, and Ready."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubernetes_nodes
short_description: Node objects are as planned, and Ready
description:
  - Sets the pod network of nodes that have none, and their labels and taints. What it has set once and the plan has no longer
    is removed again; what others have set stays.
  - Waits until all are Ready.
options:
  nodes:
    description: The nodes.
    type: list
    elements: dict
    required: true
    options:
      name:
        description: Name.
        type: str
        required: true
      pod_cidr:
        description: Network of its pods.
        type: str
        required: true
      labels:
        description: Labels.
        type: dict
        default: {}
      taints:
        description: Taints with key, effect and perhaps value.
        type: list
        elements: dict
        default: []
  timeout:
    description: Seconds until all must be Ready.
    type: int
    default: 300
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: kubehaus
"""

RETURN = r"""
patched:
  description: Names of the nodes that were changed.
  type: list
  elements: str
  returned: always
"""

import json
import time

from ansible.module_utils.basic import AnsibleModule

KUBECTL = ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--request-timeout=10s")
# What this module has set, so that it can take it away again: {"labels": [key], "taints": [[key, effect]]}.
MANAGED = "kubehaus/managed"


def identity(taint):
    """What makes a taint the same one to Kubernetes."""
    return [taint["key"], taint["effect"]]


def setting(taint):
    """What the plan says of a taint: when it was added is the controllers' business."""
    return {key: taint[key] for key in ("key", "value", "effect") if taint.get(key) not in (None, "")}


def patch_for(node, plan):
    """A merge patch that brings the Node to the plan; empty when it is there. ValueError when it can't be brought there."""
    metadata, spec = node["metadata"], node.get("spec", {})
    annotation = metadata.get("annotations", {}).get(MANAGED, "")
    before = json.loads(annotation or '{"labels": [], "taints": []}')
    if spec.get("podCIDR") not in (None, "", plan["pod_cidr"]):
        raise ValueError(
            f"{plan['name']} has the pod network {spec['podCIDR']}, which can't be changed to {plan['pod_cidr']}: "
            f"take the node out of the cluster (kubectl delete node {plan['name']}) to have it join anew"
        )

    labels = {key: None for key in before["labels"] if key in metadata.get("labels", {}) and key not in plan["labels"]}
    labels |= {key: value for key, value in plan["labels"].items() if metadata.get("labels", {}).get(key) != value}

    present = spec.get("taints", [])
    planned = [*map(setting, plan["taints"])]
    ours = [*before["taints"], *map(identity, planned)]
    taints = [*(taint for taint in present if identity(taint) not in ours), *planned]
    settings = [*map(setting, present)]
    taints_differ = any(taint not in settings for taint in planned) or len(taints) != len(present)

    managed = json.dumps({"labels": sorted(plan["labels"]), "taints": sorted(map(identity, planned))})
    patch = {}
    if labels:
        patch.setdefault("metadata", {})["labels"] = labels
    if managed != annotation:
        patch.setdefault("metadata", {})["annotations"] = {MANAGED: managed}
    if not spec.get("podCIDR"):
        patch.setdefault("spec", {}).update(podCIDR=plan["pod_cidr"], podCIDRs=[plan["pod_cidr"]])
    if taints_differ:
        patch.setdefault("spec", {})["taints"] = taints
        # The list is replaced whole, so that it must be the one that was read.
        patch.setdefault("metadata", {})["resourceVersion"] = metadata["resourceVersion"]
    return patch


def waiting_for(node):
    """Why the node is not Ready, in the kubelet's words; empty when it is."""
    if node is None:
        return "its kubelet has not registered it (if it was deleted by hand: systemctl restart kubelet there)"
    for condition in node.get("status", {}).get("conditions", []):
        if condition["type"] == "Ready":
            return "" if condition["status"] == "True" else condition.get("message") or condition.get("reason", "NotReady")
    return "its kubelet has not reported yet"


def main():
    module = AnsibleModule(
        argument_spec={
            "nodes": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "pod_cidr": {"type": "str", "required": True},
                    "labels": {"type": "dict", "default": {}},
                    "taints": {"type": "list", "elements": "dict", "default": []},
                },
            },
            "timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    deadline = time.monotonic() + module.params["timeout"]
    patched, diff, problem = [], [], "no API server was asked"
    while True:
        code, out, err = module.run_command([*KUBECTL, "get", "nodes", "--output=json"])
        if code != 0:
            problem = f"the API server does not answer: {err.strip()}"
        else:
            existing = {node["metadata"]["name"]: node for node in json.loads(out)["items"]}
            refused = []
            for plan in module.params["nodes"]:
                node = existing.get(plan["name"])
                try:
                    patch = patch_for(node, plan) if node else {}
                except ValueError as error:
                    module.fail_json(msg=str(error), patched=patched)
                if not patch:
                    continue
                if not module.check_mode:
                    code, _, err = module.run_command(
                        [*KUBECTL, "patch", "node", plan["name"], "--type=merge", "--patch-file=/dev/stdin"],
                        data=json.dumps(patch),
                    )
                    # Another change came between, or the API server went away: it is tried again.
                    if code != 0:
                        refused.append(f"{plan['name']}: {err.strip()}")
                        continue
                if plan["name"] not in patched:
                    patched.append(plan["name"])
                diff.append({"before_header": plan["name"], "before": "", "after_header": plan["name"], "after": f"{json.dumps(patch)}\n"})
            waiting = [
                f"{plan['name']}: {reason}"
                for plan in module.params["nodes"]
                if (reason := waiting_for(existing.get(plan["name"])))
            ]
            problem = "\n".join([*refused, *waiting])
            if not problem or module.check_mode:
                module.exit_json(changed=bool(patched), patched=patched, diff=diff)
        if time.monotonic() > deadline:
            module.fail_json(msg=f"not all nodes are Ready after {module.params['timeout']} s:\n{problem}", patched=patched)
        time.sleep(1)


if __name__ == "__main__":
    main()
