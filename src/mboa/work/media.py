"""Files of messages: fetched when somebody wants to hear or see them, and removed when their message's time is over."""

import asyncio
from typing import Any

from mboa.channels.whatsapp.media import MediaSource, Medium
from mboa.keyring import Keyring
from mboa.office import Office
from mboa.settings import Settings
from mboa.storage import media_shelf
from mboa.storage.media_shelf import MediaShelf
from mboa.storage.store import Connection

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


async def sweep(office: Office, shelf: MediaShelf) -> None:
    """Remove what is older than texts may be, and what belongs to messages that were blurred or erased."""
    await asyncio.to_thread(lambda: shelf.drop(shelf.outdated(office.policy.retention_days)))
    here = await asyncio.to_thread(shelf.ids)
    if here:
        lost = await office.store.read(media_shelf.gone, here)
        await asyncio.to_thread(shelf.drop, lost)
