"""A host and another one, in network namespaces: the first is this process's own (unshare -n), and goes with it."""

import ctypes
import importlib.machinery
import importlib.util
import os
import socket
import subprocess
import sys
import time

HERE, THERE = "192.0.2.1", "192.0.2.2"


def program(path):
    """A program without .py, as a module."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.dirname(path))
    loader = importlib.machinery.SourceFileLoader("program", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("program", loader))
    loader.exec_module(module)
    return module


def connect(address, port, mark=0):
    """What becomes of a new connection, in a word."""
    with socket.socket() as client:
        client.settimeout(2)
        if mark:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
        try:
            client.connect((address, port))
            return "connected"
        except ConnectionRefusedError:
            return "refused"
        except OSError as error:
            return repr(error)


def ended(connection):
    """How a connection ends that is read from: `reset`, or `aborted` as ss --kill does it; else what else it does."""
    connection.settimeout(2)
    try:
        return repr(connection.recv(1))
    except ConnectionResetError:
        return "reset"
    except ConnectionAbortedError:
        return "aborted"
    except OSError as error:
        return repr(error)


def accept_all(server):
    server.settimeout(0.2)
    accepted = []
    try:
        while True:
            accepted.append(server.accept()[0])
    except TimeoutError:
        return accepted


class TwoHosts:
    """This one has HERE, the other one THERE."""

    def __enter__(self):
        self.other = subprocess.Popen(["unshare", "-n", "sleep", "60"])
        try:
            self._connect()
        except BaseException:
            self.other.kill()
            raise
        return self

    def __exit__(self, *_):
        self.other.kill()

    def _connect(self):
        other = self.other.pid
        while os.readlink(f"/proc/{other}/ns/net") == os.readlink("/proc/self/ns/net"):
            time.sleep(0.01)
        there = ("nsenter", "-t", str(other), "-n")
        for command in (
            ("ip", "link", "set", "lo", "up"),
            ("ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(other)),
            ("ip", "address", "add", f"{HERE}/24", "dev", "here"),
            ("ip", "link", "set", "here", "up"),
            (*there, "ip", "address", "add", f"{THERE}/24", "dev", "there"),
            (*there, "ip", "link", "set", "there", "up"),
        ):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.abroad = os.open(f"/proc/{other}/ns/net", os.O_RDONLY)

    def there(self, action):
        """Does something on the other host: a socket stays in the namespace that it was made in."""
        self._enter(self.abroad)
        try:
            return action()
        finally:
            self._enter(self.home)

    def vanish(self):
        """The other host takes no more packets, and says nothing of it."""
        rules = "table inet gone { chain input { type filter hook input priority 0; policy drop; }; }"
        subprocess.run(["nsenter", "-t", str(self.other.pid), "-n", "nft", rules], check=True)

    @staticmethod
    def _enter(namespace):
        if ctypes.CDLL(None, use_errno=True).setns(namespace, 0) != 0:
            raise OSError(ctypes.get_errno(), "setns")
