"""The audit log: who did and saw what. It only grows, and a row that was changed behind its back shows.

Each row's hash covers the row and the hash before it, so nobody changes, removes or inserts a row without breaking
every later one. Triggers refuse UPDATE and DELETE to the product itself. Somebody who owns the database can rewrite
the whole chain: against him helps only its newest hash, kept elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypedDict, Unpack

import orjson

from mboa.storage.sealing import masked_json
from mboa.storage.sql import time_text
from mboa.storage.store import Connection, Row

_COLUMNS = "id, at, account_id, action, subject, before_json, after_json, hash"
# The lock that makes the chain one chain.
_HEAD = "SELECT last_id, hash FROM audit_head WHERE id = 1"
_NOTE = f"""
INSERT INTO audit ({_COLUMNS})
VALUES (:id, :at, :account_id, :action, :subject, :before_json, :after_json, :hash)"""
_ADVANCE = "UPDATE audit_head SET last_id = :id, hash = :hash WHERE id = 1"
_FROM = f"SELECT {_COLUMNS} FROM audit WHERE id >= :first ORDER BY id LIMIT :most"
_AT = "SELECT hash FROM audit WHERE id = :id"
_CHUNK = 5_000


class Change(TypedDict, total=False):
    """How the subject was, and how it is now: what changed of it."""

    before: dict[str, Any] | None
    after: dict[str, Any] | None


def note(conn: Connection, account_id: int | None, action: str, subject: str, **change: Unpack[Change]) -> None:
    """Write down what an account (``None``: nobody known) did, in the transaction that does it.

    ``action`` is in the past tense (``provider_changed``), ``subject`` a noun and an id (``provider:12``). What is
    written here stays for good: no name, number or text of a client belongs here (a number that stands in it all the
    same is masked), no password, no token. Call it last: it holds the chain's lock until the commit.
    """
    head = conn.one(_HEAD + " FOR UPDATE")
    assert head is not None
    row = {
        "id": int(head["last_id"]) + 1,
        "at": conn.now,
        "account_id": account_id,
        "action": action,
        "subject": subject,
        "before_json": _json(change.get("before")),
        "after_json": _json(change.get("after")),
    }
    digest = _digest(row, head["hash"])
    conn.run(_NOTE, hash=digest, **row)
    conn.run(_ADVANCE, id=row["id"], hash=digest)


def _json(data: dict[str, Any] | None) -> str | None:
    if data is None:
        return None
    return masked_json(orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z).decode())


def _digest(row: Row, previous: str) -> str:
    content = [previous, row["id"], time_text(row["at"])]
    content += [row[name] for name in ("account_id", "action", "subject", "before_json", "after_json")]
    return sha256(orjson.dumps(content)).hexdigest()


def verify(conn: Connection, newest: int | None = None) -> int | None:
    """The id of the first row that is not as it was written, or that is missing; ``None`` when all is well.

    ``newest``: look at so many of the newest rows only (all of them take about 15 µs each).
    """
    head = conn.one(_HEAD)
    if head is None:
        return 0
    last = int(head["last_id"])
    expected = 1 if newest is None else max(1, last - newest + 1)
    before = conn.one(_AT, id=expected - 1) if expected > 1 else {"hash": ""}
    if before is None:
        return expected - 1
    previous = str(before["hash"])
    while rows := conn.all(_FROM, first=expected, most=_CHUNK):
        for row in rows:
            if row["id"] != expected or row["hash"] != _digest(row, previous):
                return expected
            expected, previous = expected + 1, row["hash"]
    return None if expected == last + 1 and previous == head["hash"] else expected


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for: exact values; ``None``: any."""

    account_id: int | None = None
    action: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it is shown; ``email`` is the account's address today."""

    id: int
    at: datetime
    account_id: int | None
    email: str | None
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def page(conn: Connection, filters: Filters, before_id: int | None, most: int) -> list[Entry]:
    """Up to ``most`` rows, newest first, with an id below ``before_id``."""
    wanted: dict[str, Any] = {
        "a.account_id = :account": filters.account_id,
        "a.action = :action": filters.action,
        "a.subject = :subject": filters.subject,
        "a.id < :below": before_id,
    }
    chosen = {clause: value for clause, value in wanted.items() if value is not None}
    where = " AND ".join(chosen) or "TRUE"
    parameters = {clause.rsplit(":", 1)[1]: value for clause, value in chosen.items()}
    rows = conn.all(
        f"SELECT a.id, a.at, a.account_id, who.email, a.action, a.subject, a.before_json, a.after_json FROM audit a "
        f"LEFT JOIN accounts who ON who.id = a.account_id WHERE {where} ORDER BY a.id DESC LIMIT :most",
        most=most,
        **parameters,
    )
    return [_entry(row) for row in rows]


def _entry(row: Row) -> Entry:
    before, after = (None if text is None else orjson.loads(text) for text in (row["before_json"], row["after_json"]))
    return Entry(row["id"], row["at"], row["account_id"], row["email"], row["action"], row["subject"], before, after)
