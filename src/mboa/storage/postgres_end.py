"""The end of a process's connections: what is under way has a few seconds, then it is cut off.

A database may take connections and never answer again (a frozen server, a network that swallows packets). libpq waits
for it as long as the kernel does, and a thread that waits cannot be told anything: only its socket can.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Sequence

import psycopg
from psycopg.pq.abc import PGconn

from mboa.storage.postgres_session import Server, Session

# No transaction of ours takes so long where the server answers.
PATIENCE_SECONDS = 3.0
_LOOK_SECONDS = 0.1


class End:
    """Watches the sessions from :meth:`begin` on; ``sessions`` may still grow."""

    def __init__(self, server: Server, sessions: Sequence[Session]) -> None:
        self._server = server
        self._sessions = sessions
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """From now on a transaction that is older than three seconds is cut off, and none is begun after it."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="postgres-end", daemon=True)
            self._thread.start()

    def is_over(self) -> None:
        """Everything has ended."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            before = time.monotonic() - PATIENCE_SECONDS
            for session in list(self._sessions):
                since = session.busy_since
                if since is not None and since < before:
                    self._server.give_up()
                    cut(session.connection)


def cut(pgconn: PGconn | None) -> None:
    """Close a connection's socket under whoever waits for it: he is told that the connection is lost."""
    if pgconn is None:
        return
    with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)
