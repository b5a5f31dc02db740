"""Many rows in one INSERT: one statement's cost, and on SQLite one release of the interpreter's lock, for all of them.

Statements are made for a few sizes only, so that each text is read and planned once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mboa.storage.sql import placeholders
from mboa.storage.store import Row

_INSERT = re.compile(r"\s*INSERT\s+INTO\s.*?\bVALUES\s*(?=\()", re.DOTALL | re.IGNORECASE)
# What may stand behind the one list of values: rows that are there already are passed over, one by one.
_TAIL = re.compile(r"\s*(ON\s+CONFLICT\s+DO\s+NOTHING)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Insert:
    """``INSERT INTO … VALUES (…)``, cut where the list of values begins and ends."""

    head: str
    values: str
    tail: str
    names: tuple[str, ...]

    def text(self, rows: int) -> str:
        """The statement for so many rows, the names of its values replaced by marks in their order."""
        return self.head + ", ".join([self.values] * rows) + self.tail

    def flat(self, rows: Sequence[Row]) -> list[Any]:
        """The values of rows, in the order of the marks."""
        return [row[name] for row in rows for name in self.names]


@lru_cache(maxsize=512)
def insert_of(sql: str, mark: str) -> Insert | None:
    """The statement for any number of rows with ``mark`` for each value; ``None`` when it is none of this shape."""
    found = _INSERT.match(sql)
    if found is None:
        return None
    end = _closing(sql, found.end())
    if end is None or not _TAIL.fullmatch(sql, end):
        return None
    (head, _), (values, names), (tail, _) = (
        placeholders(part, mark) for part in (sql[: found.end()], sql[found.end() : end], sql[end:])
    )
    return Insert(head, values, tail, names)


def _closing(sql: str, start: int) -> int | None:
    """Behind the bracket that closes the one at ``start``. Quoted brackets would be counted: none of ours has any."""
    depth = 0
    for place in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[place], 0)
        if not depth:
            return place + 1
    return None
