"""Unread rows become utterances: one for a burst of text, one for each tap, pin, card, voice note or picture."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal

import orjson

from mboa.conversation.talk import UNHEARD, Utterance
from mboa.storage.inbox import Unread
from mboa.storage.store import Row
from mboa.understanding.atlas import edition
from mboa.understanding.facts import Expecting, Understanding
from mboa.understanding.normalise import LIMIT
from mboa.understanding.understand import understand
from mboa.understanding.voice import as_heard

# How the conversation's questions look to the understanding; the others take any words as they come.
EXPECTING: dict[str | None, Expecting] = {
    "service": "service",
    "place": "place",
    "problem": "problem",
    "time": "time",
    "confirmation": "confirmation",
    "cancel": "confirmation",
    "erase": "confirmation",
    "rating": "rating",
}
Sort = Literal["text", "tap", "pin", "card", "media", "unreadable"]
KINDS: dict[str, Sort] = {
    "text": "text",
    "button": "tap",
    "location": "pin",
    "contacts": "card",
    "audio": "media",
    "image": "media",
    "video": "media",
    "document": "media",
}


# People say much the same: OUI, 5, "bonjour", the words of an advertisement. What was read once need not be read again.
SHORT_CHARS = 160
# Of a flood.
MOST_THINGS = 10


@lru_cache(maxsize=1024)
def _read_before(text: str, expecting: Expecting | None, _: int) -> Understanding:
    return understand(text, expecting)


def forget_readings() -> None:
    """Words mean something else from now on: read everything anew."""
    _read_before.cache_clear()


def _understood(text: str, expecting: Expecting | None) -> Understanding:
    return _read_before(text, expecting, edition()) if len(text) <= SHORT_CHARS else understand(text, expecting)


def asked(unread: Unread) -> Expecting | None:
    """What his words may answer: the conversation's question, else the house's."""
    return EXPECTING.get(unread.expecting) or unread.house_question


def read(unread: Unread) -> list[Utterance]:
    """Understand one person's unread messages, in order."""
    expecting = asked(unread)
    if unread.is_flood:
        return _flood(unread.rows, expecting)
    utterances: list[Utterance] = []
    for kind, rows in groupby(unread.rows, key=_kind):
        if kind == "text":
            utterances.append(_burst(list(rows), expecting))
        else:
            utterances.extend(_single(kind, row, expecting) for row in rows)
    return utterances


def _flood(rows: Sequence[Row], expecting: Expecting | None) -> list[Utterance]:
    """All words as one burst, each of them once; then what else he sent, each thing once and ten things at most.

    Every message belongs to one of the utterances: all of them are heard.
    """
    things: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        kind = _kind(row)
        sent = ("text",) if kind == "text" else (kind, row["text"], row["body_json"])
        rest = (kind, "rest") if sent not in things and len(things) > MOST_THINGS else sent
        things.setdefault(rest, []).append(row)
    utterances = []
    for (sort, *_), same in things.items():
        heard = _burst(_distinct(same), expecting) if sort == "text" else _single(_kind(same[0]), same[0], expecting)
        utterances.append(replace(heard, message_ids=tuple(row["id"] for row in same)))
    return utterances


def _distinct(rows: Sequence[Row]) -> list[Row]:
    """What was not said before, as much as is understood at once."""
    said: dict[str, Row] = {}
    length = 0
    for row in rows:
        words = row["text"].strip().casefold()
        if words not in said and length < LIMIT:
            said[words] = row
            length += len(words)
    return list(said.values())


def _kind(row: Row) -> Sort:
    return KINDS.get(row["kind"], "unreadable")


def _burst(rows: list[Row], expecting: Expecting | None) -> Utterance:
    text = "\n".join(row["text"] for row in rows)
    quoted = [row["offer_id"] for row in rows if row["offer_id"] is not None]
    return Utterance(
        kind="text",
        message_ids=tuple(row["id"] for row in rows),
        said_at=rows[-1]["created_at"],
        text=text,
        facts=_understood(text, expecting),
        offer_id=quoted[-1] if quoted else None,
    )


def _single(kind: Sort, row: Row, expecting: Expecting | None) -> Utterance:
    body: dict[str, Any] = orjson.loads(row["body_json"])
    if kind == "pin" and (body.get("latitude") is None or body.get("longitude") is None):
        kind = "unreadable"  # a place off the earth
    # A caption, or the words on a button, may say as much as a text does.
    words: str = row["text"] if kind in {"tap", "media"} else ""
    facts: Understanding = _understood(words, expecting) if words else UNHEARD
    if row["kind"] == "audio" and words:
        facts = as_heard(facts, words)
    return Utterance(
        kind=kind,
        message_ids=(row["id"],),
        said_at=row["created_at"],
        text=words,
        facts=facts,
        payload=body.get("payload"),
        offer_id=row["offer_id"],
        latitude=body.get("latitude"),
        longitude=body.get("longitude"),
        phone=body.get("phone_given"),
    )
