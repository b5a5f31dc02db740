"""Brings this process's counts to the database every few seconds, each batch once.

A process that is killed loses what it counted since the last batch; one that is told to stop loses nothing.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from secrets import token_hex

from mboa.operations.metrics import TALLY
from mboa.operations.tally import Series, Tally
from mboa.storage import counters
from mboa.storage.store import Store, StoreAway

EVERY_SECONDS = 3.0


class Ledger:
    """One process's book; ``run`` until cancelled, then ``bring`` once more."""

    def __init__(self, store: Store, tally: Tally = TALLY) -> None:
        self.process = f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
        self._store = store
        self._tally = tally
        self._number = 0
        self._batch: Mapping[Series, float] = {}
        self._turn = asyncio.Lock()

    async def bring(self) -> None:
        """Hand over what was counted; raises ``StoreAway``, and the same batch is tried again the next time."""
        async with self._turn:
            while True:
                if not self._batch:
                    self._batch = self._tally.take()
                    self._number += 1
                    last = True
                else:
                    last = False  # left by a failure: after it comes what was counted since
                if self._batch:
                    await self._store.write(counters.bring, self.process, self._number, self._batch.items())
                    self._batch = {}
                if last:
                    return

    async def run(self) -> None:
        """Every few seconds, for ever."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self.try_to_bring()

    async def try_to_bring(self) -> None:
        """As :meth:`bring`, when the database is there."""
        try:
            await self.bring()
        except StoreAway:
            return
