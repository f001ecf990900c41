#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Ansible module: a systemd unit that is enabled, running, and runs from its files as they are now."""

from __future__ import annotations

DOCUMENTATION = r"""
module: managed_unit
short_description: Keeps a systemd unit enabled, running and up to date with its files
description:
  - Enables and starts the unit. Of a timer, systemd also knows its service's file as it is now.
  - Restarts (or reloads) it when one of its files is newer than the moment it last started (or reloaded). A handler
    would forget that when a play is cut off between the change and the handler; the files' times do not.
options:
  name:
    description: Unit, with its ending.
    type: str
    required: true
  files:
    description: Files that the running process has read; a link is as new as itself or what it points at, whichever is newer. Missing ones are ignored.
    type: list
    elements: path
    default: []
  on_change:
    description: What to do when a file is newer.
    type: str
    choices: [restart, reload]
    default: restart
attributes:
  check_mode:
    support: full
author: kubehaus
"""

RETURN = r"""
actions:
  description: What was done, of daemon-reload, enable, start, restart, reload.
  type: list
  elements: str
  returned: always
"""

import os
from datetime import datetime, timezone

from ansible.module_utils.basic import AnsibleModule

PROPERTIES = (
    "LoadState",
    "ActiveState",
    "UnitFileState",
    "NeedDaemonReload",
    "ActiveEnterTimestamp",
    "StateChangeTimestamp",
    "Triggers",
)


def show(module, unit):
    """The unit's properties. Times come with microseconds: a file is often written in the second of a start."""
    _, out, _ = module.run_command(
        ["systemctl", "show", unit, "--timestamp=us+utc", *(f"--property={name}" for name in PROPERTIES)],
        check_rc=True,
    )
    return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)


def moment(text):
    """systemd's `<weekday> <date> <time>.<microseconds> UTC` as seconds; 0 when the unit never was in that state."""
    if text in ("", "n/a"):
        return 0.0
    return datetime.strptime(text, "%a %Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=timezone.utc).timestamp()


def newest(files):
    times = [max(os.stat(path).st_mtime, os.lstat(path).st_mtime) for path in files if os.path.exists(path)]
    return max(times, default=0.0)


def main():
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "files": {"type": "list", "elements": "path", "default": []},
            "on_change": {"type": "str", "choices": ["restart", "reload"], "default": "restart"},
        },
        supports_check_mode=True,
    )
    unit = module.params["name"]
    on_change = module.params["on_change"]
    state = show(module, unit)
    if state["LoadState"] == "not-found" and not module.check_mode:
        # A unit file that was just installed is known after a reload.
        module.run_command(["systemctl", "daemon-reload"], check_rc=True)
        state = show(module, unit)
        if state["LoadState"] == "not-found":
            module.fail_json(msg=f"there is no unit {unit}: its unit file was not installed")

    actions = []
    # What a timer starts is no more than loaded until then, and would be started as it was.
    triggered = [show(module, other) for other in state["Triggers"].split()]
    if any(one["NeedDaemonReload"] == "yes" for one in (state, *triggered)):
        actions.append("daemon-reload")
    if state["UnitFileState"] not in ("enabled", "static", "indirect", "generated"):
        actions.append("enable")
    since = moment(state["ActiveEnterTimestamp" if on_change == "restart" else "StateChangeTimestamp"])
    if state["ActiveState"] not in ("active", "reloading"):
        actions.append("start")
    elif newest(module.params["files"]) > since:
        actions.append(on_change)

    if not module.check_mode:
        for action in actions:
            command = ["systemctl", action] if action == "daemon-reload" else ["systemctl", action, unit]
            code, _, err = module.run_command(command)
            if code != 0:
                _, journal, _ = module.run_command(
                    ["journalctl", "--unit", unit, "--lines", "20", "--no-pager", "--output", "cat"]
                )
                module.fail_json(
                    msg=f"systemctl {action} {unit} failed: {err.strip()}", actions=actions, journal=journal.splitlines()
                )
    module.exit_json(changed=bool(actions), actions=actions)


if __name__ == "__main__":
    main()
