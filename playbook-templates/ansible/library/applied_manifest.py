#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: the cluster has the objects of a manifest."""

from __future__ import annotations

DOCUMENTATION = r"""
module: applied_manifest
short_description: The cluster has the objects of a manifest
description:
  - Compares a manifest with the cluster (C(kubectl diff --server-side)) and applies it only where they differ. Runs on a master.
  - Fields that others have set stay, unless the manifest sets them, too.
options:
  command:
    description: Program and arguments that print the manifest. It runs in a folder that holds I(files) and nothing else.
    type: list
    elements: str
    required: true
  files:
    description:
      - Text of the files that the program reads, by their names. The host keeps none of them, so that a check compares
        the same manifest as a run, on any master.
    type: dict
    required: true
  timeout:
    description: Seconds until the API server must have accepted it.
    type: int
    default: 120
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: kubehaus
"""

import os
import tempfile
import time

from ansible.module_utils.basic import AnsibleModule

KUBECTL = ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--request-timeout=30s")
# Who sets the fields: https://kubernetes.io/docs/reference/using-api/server-side-apply/
SERVER_SIDE = ("--server-side", "--force-conflicts", "--field-manager=kubehaus", "--filename=-")
# What kubectl diff exits with: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_diff/
SAME, DIFFERENT = 0, 1


def printed(module):
    """The manifest, as the command prints it."""
    command = module.params["command"]
    with tempfile.TemporaryDirectory(dir=module.tmpdir) as folder:
        for name, text in module.params["files"].items():
            with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
                file.write(text)
        code, manifest, err = module.run_command(command, cwd=folder)
    if code != 0:
        module.fail_json(msg=f"{' '.join(command)} failed: {err.strip()}")
    return manifest


def main():
    module = AnsibleModule(
        argument_spec={
            "command": {"type": "list", "elements": "str", "required": True},
            "files": {"type": "dict", "required": True},
            "timeout": {"type": "int", "default": 120},
        },
        supports_check_mode=True,
    )
    manifest = printed(module)

    deadline = time.monotonic() + module.params["timeout"]
    while True:
        code, difference, problem = module.run_command([*KUBECTL, "diff", *SERVER_SIDE], data=manifest)
        if code == SAME:
            module.exit_json(changed=False)
        if module.check_mode:
            if code == DIFFERENT:
                module.exit_json(changed=True, diff={"prepared": difference})
            module.fail_json(msg=f"kubectl diff failed: {problem.strip()}")
        # What can't be compared may be new, as everything in a namespace that the manifest brings along.
        code, _, problem = module.run_command([*KUBECTL, "apply", *SERVER_SIDE], data=manifest)
        if code == 0:
            module.exit_json(changed=True, diff={"prepared": difference})
        if time.monotonic() > deadline:
            module.fail_json(msg=f"kubectl apply failed for {module.params['timeout']} s: {problem.strip()}")
        time.sleep(2)


if __name__ == "__main__":
    main()
