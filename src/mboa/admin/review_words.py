"""The week's unsure readings by the word that was not known: the ones that come most often first."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast, get_args

from mboa.admin.rare_words import telling_words
from mboa.channels.numbers import masked
from mboa.storage.store import Row
from mboa.understanding.evidence import SURE
from mboa.understanding.facts import Expecting, Understanding
from mboa.understanding.learned import is_taught
from mboa.understanding.reading import mender
from mboa.understanding.understand import understand

EXAMPLES, GROUPS = 3, 50


def groups(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """``word`` (``""``: every word is known), ``count`` of messages and the newest ``examples``; rows newest first.

    What today's lexicon and lessons read surely, and nobody marked, is no longer to be looked at.
    """
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        read = read_again(row)
        if row["mark"] is None and is_settled(read):
            continue
        for word in unknown_words(row["text"]) or {""}:
            found[word].append(row)
    most = sorted(found.items(), key=lambda one: (one[0] == "", -len(one[1]), one[0]))
    return [
        {"word": word, "count": len(same), "examples": [_example(row) for row in same[:EXAMPLES]]}
        for word, same in most[:GROUPS]
    ]


def read_again(row: Row) -> Understanding:
    """What is read in it today, after the question of then."""
    asked = row["understood"].get("expecting")
    return understand(row["text"], cast("Expecting", asked) if asked in get_args(Expecting) else None)


def is_settled(read: Understanding) -> bool:
    """Sure, or surely nothing for us."""
    return read.sure or read.confidence >= SURE


def unknown_words(text: str) -> set[str]:
    """Words that stand in no list of the lexicon and in no lesson."""
    return {word for word in telling_words(text) if not (mender().knows(word) or is_taught(word))}


def _example(row: Row) -> dict[str, Any]:
    named = {name: row[name] for name in ("contact_id", "at")}
    return {
        "message_id": row["id"],
        **named,
        "text": masked(row["text"], doubtful=True),
        "misread": row["mark"] is not None,
    }
