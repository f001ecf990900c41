"""Tries master-gate's rules on the kernel, in a network namespace with a second one in place of another host."""

import ctypes
import importlib.machinery
import importlib.util
import json
import os
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(sys.argv[1]))
loader = importlib.machinery.SourceFileLoader("master_gate", sys.argv[1])
master_gate = importlib.util.module_from_spec(importlib.util.spec_from_loader("master_gate", loader))
loader.exec_module(master_gate)

PORT = 6443


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def connect(address):
    try:
        socket.create_connection((address, PORT), timeout=2).close()
        return "connected"
    except ConnectionRefusedError:
        return "refused"
    except OSError as error:
        return repr(error)


other = subprocess.Popen(["unshare", "-n", "sleep", "60"])
while os.readlink(f"/proc/{other.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
    time.sleep(0.01)
run("ip", "link", "set", "lo", "up")
run("ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(other.pid))
run("ip", "address", "add", "192.0.2.1/24", "dev", "here")
run("ip", "link", "set", "here", "up")
run("nsenter", "-t", str(other.pid), "-n", "ip", "address", "add", "192.0.2.2/24", "dev", "there")
run("nsenter", "-t", str(other.pid), "-n", "ip", "link", "set", "there", "up")

server = socket.create_server(("192.0.2.1", PORT))
home = os.open("/proc/self/ns/net", os.O_RDONLY)
abroad = os.open(f"/proc/{other.pid}/ns/net", os.O_RDONLY)


def enter(namespace):
    if ctypes.CDLL(None, use_errno=True).setns(namespace, 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def outside(action):
    """From the other host: a socket stays in the namespace that it was made in."""
    enter(abroad)
    try:
        return action()
    finally:
        enter(home)


def both():
    return {"outside": outside(lambda: connect("192.0.2.1")), "host": connect("192.0.2.1")}


def accept_all():
    server.settimeout(0.2)
    accepted = []
    try:
        while True:
            accepted.append(server.accept()[0])
    except TimeoutError:
        return accepted


try:
    rules = master_gate.Rules(master_gate.TABLE)
    rules.set("", "test")
    result = {"open": both()}
    accept_all()
    client = outside(lambda: socket.create_connection(("192.0.2.1", PORT), timeout=2))
    (accepted,) = accept_all()
    rules.set(master_gate.CLOSED % PORT, "test")
    result["closed"] = both()
    client.send(b"GET /")
    try:
        client.settimeout(2)
        client.recv(1)
        result["closed"]["opened_before"] = "ended"
    except ConnectionResetError:
        result["closed"]["opened_before"] = "reset"
    # The server speaks (a watch's event, a keepalive), the client's kernel answers with a reset, and it is let in.
    accepted.settimeout(2)
    try:
        accepted.send(b"event")
        accepted.recv(1)
        result["closed"]["server_of_opened_before"] = "ended"
    except ConnectionResetError:
        result["closed"]["server_of_opened_before"] = "ended"
    except OSError as error:
        result["closed"]["server_of_opened_before"] = repr(error)
    rules.set("", "test")
    result["opened_again"] = both()
finally:
    other.kill()
sys.stdout.write(json.dumps(result) + "\n")
