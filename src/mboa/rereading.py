"""A parked row tried again: with a newer reader, or after the fault that parked it is gone."""

from datetime import timedelta
from typing import Any

import orjson

from mboa.channels.base import Batch
from mboa.channels.intake import keep_batches
from mboa.channels.whatsapp.webhook import parse
from mboa.storage import parked
from mboa.storage.store import Connection, Row


def try_again(conn: Connection, row: Row, burst: timedelta, offer_timeout: timedelta) -> bool:
    """Have a parked row (of :mod:`mboa.storage.parked`) heard, or read anew; False when it must stay as it is.

    ``burst`` is how long one person's messages are gathered, ``offer_timeout`` a provider's time to answer.
    """
    if row["contact_id"] is not None:
        return parked.hear_again(conn, row["id"])
    batch = _read_again(raw_of(row))
    if batch is None:
        return False
    keep_batches(conn, [batch], burst, offer_timeout)
    parked.read_later(conn, row["id"])
    return True


def raw_of(row: Row) -> str:
    """The body as it came, or the piece of it that could not be read."""
    try:
        found = orjson.loads(row["body_json"])
    except orjson.JSONDecodeError:
        return str(row["body_json"])
    return str(found.get("raw", row["body_json"])) if isinstance(found, dict) else str(row["body_json"])


def _read_again(raw: str) -> Batch | None:
    """A whole body, or the piece of one: a message or a status by itself. ``None`` when it still cannot be read."""
    try:
        piece = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    for body in (piece, _envelope({"messages": [piece]}), _envelope({"statuses": [piece]})):
        batch = parse(orjson.dumps(body))
        if (batch.messages or batch.receipts) and not batch.parked:
            return batch
    return None


def _envelope(value: dict[str, Any]) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}
