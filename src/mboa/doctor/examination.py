"""The whole examination, in the order in which a person would go through it."""

from collections.abc import Callable

import httpx2

from mboa.doctor.aids import aids
from mboa.doctor.channel import channels
from mboa.doctor.database import database
from mboa.doctor.house import house
from mboa.preflight import Finding
from mboa.settings import Settings
from mboa.storage.store import Store


async def examine(
    settings: Settings,
    open_store: Callable[[], Store],
    *,
    everything: bool = False,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> list[Finding]:
    """Settings and files, the database beside whoever works on it, the channel's API and the models asked once.

    ``open_store`` makes a store for reading only, ``transport`` stands in for the network.
    """
    return [
        *house(settings, everything=everything),
        *await database(settings, open_store),
        *await channels(settings, transport),
        *await aids(settings),
    ]
