"""Everything sealed with an older key is sealed with the newest one, in pieces, beside a system that runs."""

from collections.abc import Callable
from dataclasses import dataclass

from mboa.settings import Settings
from mboa.storage import reseal
from mboa.wiring import open_store, prepare_database


@dataclass(frozen=True, slots=True)
class Rotated:
    """With which key (its ``name``) how many values were sealed anew, and how many keys nothing is sealed with now."""

    name: str
    resealed: int
    dropped: int


async def rotate(settings: Settings, told: Callable[[str, str, int], None]) -> Rotated:
    """Seal it all anew; ``told`` hears each table, column and number. What was done stays done when it is stopped.

    Raises ``StoreBusy``, ``StoreAway`` and ``WrongKeys``.
    """
    prepare_database(settings)
    store = open_store(settings)
    await store.open()
    try:
        resealed = 0
        for place in reseal.PLACES:
            number, after = 0, 0
            while (piece := await store.write(reseal.some, place, after)).last is not None:
                number, after = number + piece.resealed, piece.last
            told(place.table, place.column, number)
            resealed += number
        name, dropped = await store.write(reseal.finish)
    finally:
        await store.close()
    return Rotated(name, resealed, dropped)
