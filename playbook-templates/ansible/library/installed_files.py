#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: several small files of a host, in one call."""

from __future__ import annotations

DOCUMENTATION = r"""
module: installed_files
short_description: Installs several small files in one call
description:
  - Each file appears whole or not at all, belongs to root, and is written only when it differs.
  - One call for all files of a role takes as long as one M(ansible.builtin.copy) takes for one.
options:
  files:
    description: Files with C(dest), C(content) and, unless it is 0644, C(mode). Missing folders are made with mode 0755.
    type: list
    elements: dict
    required: true
    options:
      dest:
        description: Where the file belongs.
        type: path
        required: true
      content:
        description: Its text.
        type: str
        required: true
      mode:
        description: Its mode, in octal digits.
        type: str
        default: '0644'
      validate:
        description: A command that must succeed on the new file, C(%s), before it takes the old one's place.
        type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: kubehaus
"""

RETURN = r"""
installed:
  description: Files that were written or whose mode or owner was put right.
  type: list
  elements: str
  returned: always
"""

import os
import shlex
import stat
import tempfile

from ansible.module_utils.basic import AnsibleModule


class Invalid(Exception):
    """A new file that its validation refused."""


def state_of(path):
    """Content, mode and owner of a file; None where there is none. A link is never what was asked for."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return ("", -1, -1, -1)
    with open(path, "rb") as file:
        content = file.read().decode("utf-8", errors="replace")
    return (content, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)


def write(module, path, content, mode, validate):
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o755, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{os.path.basename(path)}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chown(temporary, 0, 0)
        os.chmod(temporary, mode)
        if validate:
            command = [part.replace("%s", temporary) for part in shlex.split(validate)]
            code, out, err = module.run_command(command)
            if code != 0:
                raise Invalid(f"{path} stays as it was: {' '.join(command)} refuses the new one: {(err or out).strip()}")
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main():
    module = AnsibleModule(
        argument_spec={
            "files": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "dest": {"type": "path", "required": True},
                    "content": {"type": "str", "required": True},
                    "mode": {"type": "str", "default": "0644"},
                    "validate": {"type": "str"},
                },
            },
        },
        supports_check_mode=True,
    )
    installed = []
    diffs = []
    for file in module.params["files"]:
        path, content, mode = file["dest"], file["content"], int(file["mode"], 8)
        before = state_of(path)
        if before == (content, mode, 0, 0):
            continue
        installed.append(path)
        diffs.append(
            {
                "before_header": path,
                "after_header": path,
                "before": before[0] if before else "",
                "after": content,
            }
        )
        if module.check_mode:
            continue
        if before is not None and before[0] == content:
            os.chown(path, 0, 0)
            os.chmod(path, mode)
        else:
            try:
                write(module, path, content, mode, file["validate"])
            except Invalid as error:
                module.fail_json(msg=str(error))
    module.exit_json(changed=bool(installed), installed=installed, diff=diffs)


if __name__ == "__main__":
    main()
