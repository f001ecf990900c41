"""Tells kubehaus what ansible-playbook is at: one JSON object a line, on a file descriptor.

Only names, states and counts are told, and the message of a task that failed; Ansible has already taken away what
``no_log`` hides. Without KUBEHAUS_EVENTS_FD in the environment it does nothing.
"""

from __future__ import annotations

import json
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: kubehaus_events
    type: notification
    short_description: Events for kubehaus, as JSON lines
    description:
        - Writes what happens as JSON lines to the file descriptor named by the environment variable KUBEHAUS_EVENTS_FD.
    requirements:
        - enabled in configuration
"""


class CallbackModule(CallbackBase):
    """Events as JSON lines; drive/ansible-events.ts reads them."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'notification'
    CALLBACK_NAME = 'kubehaus_events'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        descriptor = os.environ.get('KUBEHAUS_EVENTS_FD')
        self._stream = None
        if descriptor is None:
            self.disabled = True
        else:
            # Not inherited by the programs that Ansible starts (PEP 446), which could keep the pipe open.
            os.set_inheritable(int(descriptor), False)
            self._stream = os.fdopen(int(descriptor), 'w', encoding='utf-8', closefd=False)

    def _tell(self, event, **fields):
        try:
            self._stream.write(json.dumps({'event': event, 'time': round(time.time(), 3), **fields}) + '\n')
            self._stream.flush()
        except BrokenPipeError:
            # Nobody listens any more: the play goes on, as it would by hand.
            self.disabled = True

    def v2_playbook_on_play_start(self, play):
        self._tell('play', name=play.get_name().strip(), tags=list(play.tags))

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._tell('task', id=task._uuid, name=task.get_name().strip())

    def v2_playbook_on_handler_task_start(self, task):
        self._tell('task', id=task._uuid, name=task.get_name().strip())

    def v2_runner_on_start(self, host, task):
        self._tell('start', host=host.get_name(), id=task._uuid)

    def _result(self, result, status, message=None):
        fields = {} if message is None else {'message': message}
        self._tell('result', host=result.host.get_name(), id=result.task._uuid, status=status, **fields)

    def v2_runner_on_ok(self, result):
        self._result(result, 'changed' if result.result.get('changed', False) else 'ok')

    def v2_runner_on_skipped(self, result):
        self._result(result, 'skipped')

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._result(result, 'ignored' if ignore_errors else 'failed', _message_of(result.result))

    def v2_runner_on_unreachable(self, result):
        self._result(result, 'unreachable', _message_of(result.result))

    def v2_runner_retry(self, result):
        self._tell(
            'retry',
            host=result.host.get_name(),
            id=result.task._uuid,
            attempt=result.result.get('attempts', 0),
            of=result.result.get('retries', 0),
        )

    def v2_playbook_on_stats(self, stats):
        self._tell('stats', hosts={host: stats.summarize(host) for host in sorted(stats.processed)})


def _message_of(result):
    """The task's message, and of a command or a loop what says more than "non-zero return code"."""
    if 'censored' in result:
        return str(result['censored'])
    parts = [str(result.get('msg') or '').strip(), str(result.get('stderr') or '').strip()]
    for item in result.get('results') or []:
        if isinstance(item, dict) and (item.get('failed') or item.get('unreachable')):
            parts.append(_message_of(item))
    return '\n'.join(part for part in dict.fromkeys(parts) if part) or 'it said nothing about why'
