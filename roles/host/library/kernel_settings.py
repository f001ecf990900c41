#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: the kernel as the files of modules-load.d and sysctl.d say."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kernel_settings
short_description: Brings the kernel to what files of modules-load.d(5) and sysctl.d(5) say
description:
  - Loads modules that are missing and sets values that differ. What the kernel has is compared, not whether the files have
    changed, so that a run which was cut off between a file and the kernel is made up for by the next.
options:
  modules:
    description: File of modules-load.d; systemd-modules-load.service reads it.
    type: path
    required: true
  sysctls:
    description: File of sysctl.d.
    type: path
    required: true
  root:
    description: What stands in front of /sys and /proc.
    type: path
    default: ''
attributes:
  check_mode:
    support: full
author: kubehaus
"""

RETURN = r"""
changes:
  description: Modules that were loaded and settings that were set.
  type: list
  elements: str
  returned: always
"""

import os

from ansible.module_utils.basic import AnsibleModule


def entries(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return [line for line in lines if line and line[0] not in "#;"]


def missing_modules(names, root):
    """What is built into the kernel has a folder there, too, as far as it has parameters or a version."""
    return [name for name in names if not os.path.exists(f"{root}/sys/module/{name}")]


def differing(settings, root):
    found = []
    for name, value in settings:
        try:
            with open(f"{root}/proc/sys/{name.replace('.', '/')}", encoding="utf-8") as file:
                now = file.read().split()
        except FileNotFoundError:
            now = None
        if now != value.split():
            found.append(f"{name}={value}")
    return found


def main():
    module = AnsibleModule(
        argument_spec={
            "modules": {"type": "path", "required": True},
            "sysctls": {"type": "path", "required": True},
            "root": {"type": "path", "default": ""},
        },
        supports_check_mode=True,
    )
    root = module.params["root"]
    modules = entries(module.params["modules"])
    settings = [tuple(part.strip() for part in line.split("=", 1)) for line in entries(module.params["sysctls"])]
    missing, different = missing_modules(modules, root), differing(settings, root)
    if module.check_mode:
        module.exit_json(changed=bool(different), changes=different)
    if missing:
        # Left to systemd, which does nothing where modules are not this host's to load, as in a container.
        module.run_command(["systemctl", "restart", "systemd-modules-load.service"], check_rc=True)
    # A module that has only now been loaded brings settings of its own.
    different = differing(settings, root)
    if different:
        module.run_command(["sysctl", "--quiet", f"--load={module.params['sysctls']}"], check_rc=True)
    loaded = [name for name in missing if name not in missing_modules(modules, root)]
    module.exit_json(changed=bool(loaded or different), changes=loaded + different)


if __name__ == "__main__":
    main()
