"""A TCP proxy in front of PostgreSQL that breaks a connection at a chosen moment of a transaction.

It looks for the commands as libpq sends them, each in a message of its own: ``BEGIN … READ WRITE`` and ``COMMIT``.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Literal

Moment = Literal["begin", "first statement", "commit unsent", "answer lost"]

_BEGIN, _COMMIT = b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", b"COMMIT\0"
_CHUNK = 65_536


class FaultProxy:
    """Listens on ``port`` and passes everything on to ``target_port``, both on 127.0.0.1.

    ``cut_when(moment, which)`` says where: with each writing transaction's number (from 1, over all connections) it
    asks ``which`` whether that one is to be cut. ``freeze`` keeps connections and lets nothing through.

    * ``begin``: the BEGIN is swallowed;
    * ``first statement``: the BEGIN was answered, the next command is swallowed;
    * ``commit unsent``: the COMMIT is swallowed: nothing is in the database, and the client cannot know;
    * ``answer lost``: the COMMIT was carried out and its answer is swallowed.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.cuts = 0
        self.transactions = 0
        self.moment: Moment = "begin"
        self.holding = b""
        self._which: Callable[[int], bool] = _none
        self._lock = threading.Lock()
        self._flowing = threading.Event()
        self._flowing.set()
        self._lines: set[_Line] = set()

    def __enter__(self) -> "FaultProxy":
        threading.Thread(target=self._welcome, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # ends the waiting accept
        self._listener.close()
        self._flowing.set()
        self.hang_up()

    def hang_up(self) -> None:
        """Cut every connection that there is now; new ones are welcome."""
        for line in list(self._lines):
            line.cut()

    def cut_when(self, moment: Moment, which: Callable[[int], bool], holding: bytes = b"") -> None:
        """From now on cut at ``moment`` those writing transactions that ``which`` names, counted from one.

        ``holding`` counts only those in which these bytes were sent before the COMMIT. (A statement's text is seen
        once for each connection, which prepares it.)
        """
        with self._lock:
            self.transactions, self.cuts = 0, 0
            self.moment, self._which, self.holding = moment, which, holding

    def leave_alone(self) -> None:
        """Cut nothing more."""
        self._which = _none

    def freeze(self) -> None:
        """Let nothing through, in neither direction; new connections are taken and stay silent."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Let everything through again, what waited first."""
        self._flowing.set()

    def is_chosen(self) -> bool:
        """Count one more writing transaction; whether it is to be cut."""
        with self._lock:
            self.transactions += 1
            chosen = self._which(self.transactions)
            self.cuts += chosen
            return chosen

    def _welcome(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target_port))
            except OSError:
                client.close()  # the server is down
                continue
            self._lines.add(line := _Line(self, client, server))
            for pump in (line.forward, line.back):
                threading.Thread(target=self._pump, args=(line, pump), daemon=True).start()

    def _pump(self, line: "_Line", pump: Callable[[], bool]) -> None:
        with contextlib.suppress(OSError):
            while pump():
                pass
        line.cut()
        self._lines.discard(line)

    def wait_until_flowing(self) -> None:
        """Stand still while frozen."""
        self._flowing.wait()


class _Line:
    """One connection through the proxy."""

    def __init__(self, proxy: FaultProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._is_writing = self._is_doomed = self._holds = self._swallow_answer = False

    def forward(self) -> bool:
        """Pass one piece from the client on; False when the connection is over or to be cut."""
        piece = self._client.recv(_CHUNK)
        self._proxy.wait_until_flowing()
        if not piece or self._is_fatal(piece):
            return False
        self._server.sendall(piece)
        return True

    def back(self) -> bool:
        """Pass one piece from the server back."""
        piece = self._server.recv(_CHUNK)
        self._proxy.wait_until_flowing()
        if not piece or self._swallow_answer:
            return False
        self._client.sendall(piece)
        return True

    def cut(self) -> None:
        """End both sides."""
        for side in (self._client, self._server):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()

    def _is_fatal(self, piece: bytes) -> bool:
        """Whether the connection ends before this piece."""
        proxy = self._proxy
        if _BEGIN in piece:
            self._is_writing, self._holds = True, not proxy.holding
            self._is_doomed = proxy.moment in {"begin", "first statement"} and proxy.is_chosen()
            return self._is_doomed and proxy.moment == "begin"
        self._holds |= proxy.holding in piece
        if self._is_doomed:
            return True
        if _COMMIT in piece and self._is_writing:
            return self._is_cut_at_commit()
        return False

    def _is_cut_at_commit(self) -> bool:
        self._is_writing = False
        if self._proxy.moment not in {"commit unsent", "answer lost"} or not self._holds:
            return False
        chosen = self._proxy.is_chosen()
        self._swallow_answer = chosen and self._proxy.moment == "answer lost"
        return chosen and not self._swallow_answer


def _none(_number: int) -> bool:
    return False
