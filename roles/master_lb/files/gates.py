# SPDX-License-Identifier: Apache-2.0
"""What master-gate and etcd-gate have in common: servers that are asked whether they are ready, and rules that reset connections."""

from __future__ import annotations

import http.client
import math
import os
import socket
import ssl
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

# Seconds between two questions: many, beside the seconds after which a gate closes, and few, beside what an API server answers.
INTERVAL = 0.25
# Seconds in which an answer is expected; from then on a server counts as not ready until it answers.
PROMPT = 0.25
# Seconds after which a question is given up and asked again, over a new connection.
TIMEOUT = 3.0
# Where struct tcp_info has the number of segments that nobody confirmed yet: after eight bytes, the first of which is the connection's
# state, and four numbers (linux/tcp.h, whose layout only grows at its end).
TCP_ESTABLISHED = 1
TCP_INFO = struct.Struct("=B7x16xI")


class NothingToAskWith(Exception):
    """Certificates that a question needs can't be read: says nothing of the server."""


class Server:
    """A server that is asked for its readiness over one TLS connection that is kept."""

    def __init__(self, address: str, port: int, path: str, trust: Callable[[], ssl.SSLContext], *, mark: int = 0):
        self.address = address
        self.port = port
        self.path = path
        # Files may be written while this program runs, so they are read with every new connection. It raises OSError (ssl.SSLError
        # is one) while they can't be.
        self.trust = trust
        # On every packet of the questions, for rules to know them by (SO_MARK in socket(7), which needs CAP_NET_ADMIN); 0 for none.
        self.mark = mark
        self.connection: http.client.HTTPConnection | None = None
        # The one that is being made or asked over.
        self.socket: socket.socket | None = None
        # Whether the last question found nobody to ask: its host refused the connection.
        self.refused = False

    def ready(self) -> bool | None:
        """Whether it answers 200; None when it says nothing in time. Raises NothingToAskWith when that is not its doing."""
        kept = self.connection is not None
        self.refused = False
        try:
            return self._ask()
        except TimeoutError:
            self._forget()
            return None
        except (OSError, http.client.HTTPException) as error:
            self._forget()
            self.refused = isinstance(error, ConnectionRefusedError)
            # That a kept connection was ended, by a restart perhaps, says nothing of now.
            return self.ready() if kept else False

    def hears(self) -> bool:
        """Whether its host has confirmed all that was sent: the kernel does, however busy the server is. For other threads, while one asks."""
        try:
            if self.socket is None:
                return False
            state, unconfirmed = TCP_INFO.unpack(self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO.size))
        except OSError:  # It was closed meanwhile.
            return False
        return state == TCP_ESTABLISHED and unconfirmed == 0

    def _ask(self) -> bool:
        if self.connection is None:
            self.connection = self._connect()
        self.connection.request("GET", self.path)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status == 200

    def _connect(self) -> http.client.HTTPConnection:
        """A connection over a socket of our own: http.client has no way to set an option before it connects."""
        try:
            trust = self.trust()
        except OSError as error:
            raise NothingToAskWith from error
        self.socket = plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if self.mark:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, self.mark)
            plain.settimeout(TIMEOUT)
            plain.connect((self.address, self.port))
            self.socket = secure = trust.wrap_socket(plain, server_hostname=self.address, do_handshake_on_connect=False)
            secure.do_handshake()
        except BaseException:
            self.socket.close()
            raise
        connection = http.client.HTTPConnection(self.address, self.port, timeout=TIMEOUT)
        connection.sock = secure
        # A connection that ends must not be made anew behind our back.
        connection.auto_open = 0
        return connection

    def _forget(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Asked:
    """A server that is asked again and again, each time when the last question has been answered or given up."""

    def __init__(self, server: Server, pool: ThreadPoolExecutor):
        self.server = server
        self.pool = pool
        self.question: Future[tuple[bool | None, float]] | None = None
        self.ready_at = -math.inf
        # When it answered, or its host at least confirmed what it was asked.
        self.heard_at = -math.inf
        # Whether its last answer was a no; silence is no answer.
        self.said_no = False
        # Whether that no was its host's: there is nobody to ask.
        self.refused = False

    def ask(self) -> None:
        if self.question is None:
            self.question = self.pool.submit(lambda: (self.server.ready(), time.monotonic()))

    def ready(self, *, wait: float, fresh: float) -> bool | None:
        """Whether it has said yes in the last `fresh` seconds, and nothing else since; None when it could not be asked. Waits `wait`
        seconds for the answer.
        """
        if self.question is not None:
            try:
                yes, at = self.question.result(timeout=max(0.0, wait))
                self.question = None
                self.ready_at = at if yes else -math.inf
                self.said_no = yes is False
                self.refused = self.said_no and self.server.refused
                if yes is not None:
                    self.heard_at = at
            except NotYet:
                self.refused = False
                if self.server.hears():
                    self.heard_at = time.monotonic()
            except NothingToAskWith:
                self.question = None
                return None
        return time.monotonic() - self.ready_at <= fresh

    def is_busy(self, *, fresh: float) -> bool:
        """Whether it says nothing although its host has heard the question in the last `fresh` seconds: it is there, frozen or with too much to do."""
        return not self.said_no and time.monotonic() - self.heard_at <= fresh


class Lead:
    """For how long, without a break, others have been ready while one was not."""

    def __init__(self) -> None:
        self.since: float | None = None
        self.asked_at = -math.inf

    def lasts(self, patience: float, *, ready: bool, another: bool) -> bool:
        """Whether that has been so for `patience` seconds by now. After a pause (the machine slept, or had no time for us) it begins anew."""
        now = time.monotonic()
        paused = now - self.asked_at > 4 * INTERVAL
        self.asked_at = now
        if ready or not another:
            self.since = None
            return False
        if self.since is None or paused:
            self.since = now
        return now - self.since >= patience


class Rules:
    """An nftables table of our own that is there or not, as one change."""

    def __init__(self, table: str):
        self.table = table
        self.now: str | None = None

    def set(self, chains: str, reason: str) -> bool:
        """Puts chains in the place of those that are there; with none, the table goes. Tells whether that was a change."""
        if chains == self.now:
            return False
        # Both lines, so that deleting works whether the table is there or not.
        gone = f"add table {self.table}\ndelete table {self.table}\n"
        text = gone + (f"table {self.table} {{\n{chains}}}\n" if chains else "")
        subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)
        self.now = chains
        state = "closed" if chains else "open"
        print(f"{state}: {reason}", flush=True)
        notify(f"STATUS={state}: {reason}")
        return True


def end_connections(which: str) -> None:
    """Ends TCP connections of this host, and tells the other end by a reset. A rule alone waits for the next packet: who waits for news
    hears of it when it asks whether anybody is there, half a minute later.

    `which` is a filter as in ss(8).
    """
    ended = subprocess.run(["ss", "--kill", "--no-header", "--tcp", which], capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        # The rule does it, later.
        print(f"ss: {ended.stderr.strip()}", file=sys.stderr, flush=True)


def notify(message: str) -> None:
    """Tells systemd, as sd_notify(3) does."""
    path = os.environ.get("NOTIFY_SOCKET")
    if path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_systemd:
            to_systemd.sendto(message.encode(), "\0" + path[1:] if path.startswith("@") else path)


def pause_since(started: float) -> None:
    """Says that the program lives, and waits until it is time for the next questions."""
    notify("READY=1\nWATCHDOG=1")
    time.sleep(max(0.0, INTERVAL - (time.monotonic() - started)))
