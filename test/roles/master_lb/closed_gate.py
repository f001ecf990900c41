"""Tries master-gate's rules on the kernel, with a second host that has clients."""

import json
import socket
import sys

from two_hosts import HERE, TwoHosts, accept_all, connect, ended, program

PORT = 6443
master_gate = program(sys.argv[1])

with TwoHosts() as hosts:
    # As an API server listens: on all addresses, IPv4 and IPv6 on one socket.
    server = socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True)

    def both():
        return {"outside": hosts.there(lambda: connect(HERE, PORT)), "host": connect(HERE, PORT)}

    rules = master_gate.Rules(master_gate.TABLE)
    rules.set("", "test")
    result = {"open": both()}
    accept_all(server)
    client = hosts.there(lambda: socket.create_connection((HERE, PORT), timeout=2))
    (accepted,) = accept_all(server)
    idle = hosts.there(lambda: socket.create_connection((HERE, PORT), timeout=2))
    host = socket.create_connection((HERE, PORT), timeout=2)
    rules.set(master_gate.CLOSED_TO_NEW % PORT, "test")
    client.send(b"question")
    asked = accepted.recv(16).decode()
    accepted.send(b"answer")
    result["closed_to_new"] = {**both(), "opened_before": f"{asked}, {client.recv(16).decode()}"}
    rules.set(master_gate.CLOSED % PORT, "test")
    client.send(b"GET /")
    opened_before = {"client that speaks": ended(client)}
    # The server speaks (a watch's event, a keepalive), the client's kernel answers with a reset, and it is let in.
    accepted.send(b"event")
    opened_before["its server"] = ended(accepted)
    rules.set("", "test")
    master_gate.close(rules, HERE, PORT, "test")
    opened_before["client that waits"] = ended(idle)
    opened_before["host"] = ended(host)
    result["closed"] = {**both(), "opened_before": opened_before}
    rules.set("", "test")
    result["opened_again"] = both()
sys.stdout.write(json.dumps(result) + "\n")
