"""LISTEN and NOTIFY: the processes on one database wake each other. Only a wake-up; the workers' poll is the truth.

NOTIFY takes a lock that every notifying COMMIT of the whole database queues behind. So it is sent after the commit, on
a connection of its own, and at most once per few milliseconds however many commits there were.
"""

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import cast, get_args

import psycopg
from psycopg.pq.abc import PGconn

from mboa.storage.postgres_end import cut
from mboa.storage.postgres_session import Server, send
from mboa.storage.store import Loop, StoreAway

log = logging.getLogger(__name__)

_CHANNEL = "mboa_wake"
_LOOPS: frozenset[Loop] = frozenset(get_args(Loop))
_GAP_SECONDS = 0.005
_RECONNECT_SECONDS = 1.0
_END_SECONDS = 0.5


class Bell:
    """A thread with one connection that tells the other processes what this one did, and hears them.

    ``heard`` is called in that thread with the loops to wake.
    """

    def __init__(self, server: Server, heard: Callable[[Iterable[Loop]], None]) -> None:
        self._server = server
        self._heard = heard
        self._due: set[Loop] = set()
        self._lock = threading.Lock()
        self._inner, self._outer = socket.socketpair()
        self._inner.setblocking(False)
        self._stopping = threading.Event()
        self._was_deaf = False
        self._pgconn: PGconn | None = None
        self._thread = threading.Thread(target=self._serve, name="postgres-bell", daemon=True)
        self._thread.start()

    def ring(self, loops: Iterable[Loop]) -> None:
        """Tell the other processes, soon."""
        with self._lock:
            quiet = not self._due
            self._due.update(loops)
        if quiet:
            self._outer.send(b"!")

    def stop(self) -> None:
        """End the thread and its connection."""
        self._stopping.set()
        self._outer.send(b"!")
        self._thread.join(_END_SECONDS)
        if self._thread.is_alive():  # the server is silent: what it was told it does not answer
            cut(self._pgconn)
            self._thread.join()
        self._inner.close()
        self._outer.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                with closing(self._server.connect()) as db:
                    self._attend(db.pgconn)
            except (psycopg.Error, StoreAway) as error:
                log.warning("wake_up_connection_lost", extra={"cause": str(error)})
                self._was_deaf = True
                self._stopping.wait(_RECONNECT_SECONDS)

    def _attend(self, pgconn: PGconn) -> None:
        self._pgconn = pgconn
        send(pgconn, f"LISTEN {_CHANNEL}".encode())
        if self._was_deaf:
            self._heard(_LOOPS)  # something may have been said meanwhile
        with selectors.DefaultSelector() as selector:
            selector.register(pgconn.socket, selectors.EVENT_READ)
            selector.register(self._inner, selectors.EVENT_READ)
            while not self._stopping.is_set():
                ready = {key.fileobj for key, _ in selector.select()}
                if self._inner in ready:
                    self._tell(pgconn)
                if pgconn.socket in ready:
                    pgconn.consume_input()
                self._hear(pgconn)

    def _tell(self, pgconn: PGconn) -> None:
        self._inner.recv(4096)
        with self._lock:
            loops, self._due = self._due, set()
        if loops:
            send(pgconn, f"NOTIFY {_CHANNEL}, '{','.join(sorted(loops))}'".encode())
            time.sleep(_GAP_SECONDS)

    def _hear(self, pgconn: PGconn) -> None:
        """Pass on what others said; what this process said it already knows."""
        while (said := pgconn.notifies()) is not None:
            if said.be_pid != pgconn.backend_pid:
                named = set(said.extra.decode().split(","))
                self._heard(cast("set[Loop]", named & _LOOPS))
