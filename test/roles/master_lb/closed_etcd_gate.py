"""Tries etcd-gate's rules on the kernel, with a second host that has two members of etcd."""

import json
import socket
import sys

from two_hosts import THERE, TwoHosts, connect, ended, program

PORT, OTHER_PORT = 2379, 2380
etcd_gate = program(sys.argv[1])

with TwoHosts() as hosts:
    servers = [hosts.there(lambda port=port: socket.create_server((THERE, port))) for port in (PORT, OTHER_PORT)]

    def all_kinds():
        return {
            "client": connect(THERE, PORT),
            "question": connect(THERE, PORT, mark=etcd_gate.MARK),
            "other port": connect(THERE, OTHER_PORT),
        }

    rules = etcd_gate.Rules(etcd_gate.TABLE)
    rules.set("", "test")
    result = {"open": all_kinds()}
    idle = socket.create_connection((THERE, PORT), timeout=2)
    spoken = socket.create_connection((THERE, PORT), timeout=2)
    other = socket.create_connection((THERE, OTHER_PORT), timeout=2)
    rules.set(etcd_gate.CLOSED % (etcd_gate.MARK, THERE, PORT), "test")
    result["closed"] = all_kinds()
    spoken.send(b"Range")
    result["closed"]["spoken"] = ended(spoken)
    etcd_gate.end_connections(f"dst {THERE} and dport = :{PORT}")
    result["closed"]["idle"] = ended(idle)
    result["closed"]["idle on the other port"] = ended(other)
    rules.set("", "test")
    result["opened_again"] = all_kinds()
sys.stdout.write(json.dumps(result) + "\n")
