"""Files of messages: fetched when somebody wants to hear or see them, and removed when their message's time is over.

A file lies where it was fetched: on the machine of the web that showed it, of the worker that had it written down.
"""

import asyncio
import contextlib
from typing import Any

from mboa.channels.whatsapp.media import MediaSource, Medium
from mboa.keyring import Keyring
from mboa.office import Office
from mboa.settings import Settings
from mboa.storage import media_shelf
from mboa.storage.media_shelf import MediaShelf
from mboa.storage.store import Connection
from mboa.work.loops import attempt

SWEEP_SECONDS = 600.0
FOLDER = "media"


def open_shelf(settings: Settings) -> MediaShelf:
    """Where this machine keeps files."""
    return MediaShelf(settings.data_dir / FOLDER)


class MediaRoom:
    """Files of WhatsApp messages, from this machine's shelf or from Meta."""

    def __init__(self, office: Office, source: MediaSource, shelf: MediaShelf) -> None:
        self._office = office
        self._source = source
        self._shelf = shelf

    async def open(self, message_id: int, body: dict[str, Any]) -> Medium:
        """The file of a message with this body; raises :class:`mboa.channels.whatsapp.media.NoMedium`."""
        keys = await self._office.store.read(_keys)
        which = (message_id, str(body.get("media_id", "")))
        kept = await asyncio.to_thread(self._shelf.get, which, keys)
        if kept is not None:
            return Medium(kept)
        medium = await self._source.fetch(which[1])
        await asyncio.to_thread(self._shelf.put, which, medium.content, keys)
        return medium


def _keys(conn: Connection) -> Keyring:
    return conn.keys


class Sweeping:
    """Looks through this machine's shelf every ten minutes, in the web role as in the worker's: nobody else sees it."""

    def __init__(self, office: Office, shelf: MediaShelf, every_seconds: float = SWEEP_SECONDS) -> None:
        self._office = office
        self._shelf = shelf
        self._every_seconds = every_seconds
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Look now, for what was erased while nothing ran, and go on looking."""
        self._task = asyncio.create_task(self._go_on(), name="media")

    async def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _go_on(self) -> None:
        while not self._stopping.is_set():
            await attempt(sweep(self._office, self._shelf), "media", otherwise=None)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._every_seconds)


async def sweep(office: Office, shelf: MediaShelf) -> None:
    """Remove what is older than texts may be, and what belongs to messages that were blurred or erased."""
    await asyncio.to_thread(lambda: shelf.drop(shelf.outdated(office.policy.retention_days)))
    await asyncio.to_thread(shelf.drop_unfinished)
    here = await asyncio.to_thread(shelf.ids)
    if here:
        lost = await office.store.read(media_shelf.gone, here)
        await asyncio.to_thread(shelf.drop, lost)
