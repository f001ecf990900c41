"""Tries master-gate's rules on the kernel, with a second host that has clients."""

import json
import socket
import sys

from two_hosts import HERE, TwoHosts, accept_all, connect, ended, program

PORT = 6443
master_gate = program(sys.argv[1])

with TwoHosts() as hosts:
    server = socket.create_server((HERE, PORT))

    def both():
        return {"outside": hosts.there(lambda: connect(HERE, PORT)), "host": connect(HERE, PORT)}

    rules = master_gate.Rules(master_gate.TABLE)
    rules.set("", "test")
    result = {"open": both()}
    accept_all(server)
    client = hosts.there(lambda: socket.create_connection((HERE, PORT), timeout=2))
    (accepted,) = accept_all(server)
    rules.set(master_gate.CLOSED % PORT, "test")
    result["closed"] = both()
    client.send(b"GET /")
    result["closed"]["opened_before"] = ended(client)
    # The server speaks (a watch's event, a keepalive), the client's kernel answers with a reset, and it is let in.
    accepted.send(b"event")
    result["closed"]["server_of_opened_before"] = ended(accepted)
    rules.set("", "test")
    result["opened_again"] = both()
sys.stdout.write(json.dumps(result) + "\n")
