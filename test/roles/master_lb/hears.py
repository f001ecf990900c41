"""Tries what a question tells of the host of a server that says nothing, with a second host."""

import json
import socket
import ssl
import sys
import threading
import time

from two_hosts import THERE, TwoHosts, program

PORT = 2379
gates = program(sys.argv[1])


def asked(server):
    """Asks for its readiness, and tells whether its host was ever said to have heard that before the question was given up."""
    question = threading.Thread(target=server.ready)
    question.start()
    heard = False
    while question.is_alive():
        heard = heard or server.hears()
        time.sleep(0.01)
    return heard


with TwoHosts() as hosts:
    # It accepts, as the kernel does for a program, and that is all.
    listening = hosts.there(lambda: socket.create_server((THERE, PORT)))
    server = gates.Server(THERE, PORT, "/health", ssl.create_default_context)
    result = {"before": server.hears(), "busy": asked(server), "given up": server.hears()}
    server.socket = socket.create_connection((THERE, PORT), timeout=2)
    hosts.vanish()
    server.socket.send(b"GET")
    time.sleep(0.5)
    result |= {"gone meanwhile": server.hears(), "gone": asked(server)}
sys.stdout.write(json.dumps(result) + "\n")
