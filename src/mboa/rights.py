"""The rights of law 2024/017 for the command line: a copy of everything held on a person, and being forgotten."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mboa.forgetting import begin_forgetting
from mboa.office import Office
from mboa.privacy import forget_person
from mboa.settings import Settings
from mboa.storage import dossier, people
from mboa.storage.store import Connection, Store
from mboa.storage.unit_of_work import Unit
from mboa.wiring import open_store, prepare_database


class Unknown(Exception):
    """Nobody with this number is known here."""


async def export_data(settings: Settings, phone: str) -> dict[str, Any]:
    """Everything held on whoever has this number (E.164); raises :class:`Unknown`."""
    async with _store(settings, read_only=True) as store:
        return await store.read(_dossier, phone)


def _dossier(conn: Connection, phone: str) -> dict[str, Any]:
    return dossier.dossier(conn, _who(conn, phone))


def _who(conn: Connection, phone: str) -> int:
    known = people.find(conn, "phone", phone) or people.find(conn, "dial", phone)
    if known is None:
        raise Unknown(phone)
    return int(known["contact_id"])


async def forget(settings: Settings, phone: str) -> None:
    """Forget whoever has this number, now; what is under way for him ends. Totals stay.

    Raises :class:`Unknown`, :class:`mboa.forgetting.OnTheRoster`.
    """
    async with _store(settings, read_only=False) as store:
        office = Office(store, settings.policy(), settings.base_url)
        contact_id = await store.read(_who, phone)
        await office.transact(_end_and_forget, "command", contact_id)


def _end_and_forget(unit: Unit, contact_id: int) -> None:
    begin_forgetting(unit, unit.known.locked(contact_id), "operator")
    forget_person(unit, contact_id)


@asynccontextmanager
async def _store(settings: Settings, *, read_only: bool) -> AsyncIterator[Store]:
    prepare_database(settings)
    store = open_store(settings, read_only=read_only)
    await store.open()
    try:
        yield store
    finally:
        await store.close()
