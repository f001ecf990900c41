"""Runs a command on a pseudo terminal and types into it: argv is the command; standard input is JSON, a list of
[text to wait for, keys to type then]. Prints all that the command wrote, and ends with its exit code."""

import json
import os
import pty
import sys

steps = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

written = b""
seen = 0
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # Linux: the other side was closed
        break
    if not chunk:
        break
    written += chunk
    while steps:
        awaited, keys = steps[0]
        at = written.find(awaited.encode(), seen)
        if at < 0:
            break
        seen = len(written)
        steps.pop(0)
        os.write(terminal, keys.encode())
sys.stdout.buffer.write(written)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
