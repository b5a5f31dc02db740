"""Parked messages, seen and tried again: with a newer reader, or after the fault that parked them is gone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mboa.rereading import try_again
from mboa.settings import Settings
from mboa.storage import parked as rows
from mboa.storage.store import Connection, Row, Store
from mboa.wiring import open_store, prepare_database


@dataclass(frozen=True, slots=True)
class Parked:
    """One parked row: its ``id``, when it came (UTC), what it is, and why it is here."""

    id: int
    at: str
    kind: str
    reason: str


async def list_parked(settings: Settings) -> list[Parked]:
    """All of them, oldest first. No text of a person is shown: the id leads to it."""
    async with _store(settings, read_only=True) as store:
        return [
            Parked(row["id"], f"{row['created_at']:%Y-%m-%dT%H:%M:%SZ}", row["kind"], row["error"] or "")
            for row in await store.read(rows.parked)
        ]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a retry did: the ``ids`` that are messages again, and those that are ``left`` parked."""

    ids: tuple[int, ...]
    left: tuple[int, ...]


async def retry(settings: Settings, ids: frozenset[int] | None) -> Taken:
    """Try these again (``None``: all)."""
    async with _store(settings, read_only=False) as store:
        asked = [row for row in await store.read(rows.parked) if ids is None or row["id"] in ids]
        done = {row["id"]: await store.write(_retry, row, settings) for row in asked}
    return Taken(tuple(one for one in done if done[one]), tuple(one for one in done if not done[one]))


def _retry(conn: Connection, row: Row, settings: Settings) -> bool:
    return try_again(conn, row, settings.burst, settings.policy().offer_timeout)


@asynccontextmanager
async def _store(settings: Settings, *, read_only: bool) -> AsyncIterator[Store]:
    prepare_database(settings)
    store = open_store(settings, read_only=read_only)
    await store.open()
    try:
        yield store
    finally:
        await store.close()
