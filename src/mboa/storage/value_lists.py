"""Statements over many values at once, made for a few sizes only, so that each text is read and planned once."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from mboa.storage.store import Connection, Row

T = TypeVar("T")
_SIZES = (64, 16, 4, 1)


def pieces(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in order, cut into pieces of the sizes that statements are made for."""
    start = 0
    for size in _SIZES:
        while len(values) - start >= size:
            yield values[start : start + size]
            start += size


def numbered(values: Sequence[Any]) -> Row:
    """The values as parameters ``v0``, ``v1``, …"""
    return {f"v{place}": value for place, value in enumerate(values)}


@lru_cache(maxsize=64)
def listing(sql: str, each: str, size: int) -> str:
    """``sql`` with its ``{values}`` replaced by ``each`` for every place: its ``{}`` becomes ``v0``, ``v1``, …"""
    return sql.replace("{values}", ", ".join(each.format(f"v{place}") for place in range(size)))


def rows_of(conn: Connection, sql: str, values: Sequence[Any], **parameters: Any) -> list[Row]:
    """The rows of ``… IN ({values})`` for all values, in no order."""
    return [
        row
        for some in pieces(values)
        for row in conn.all(listing(sql, ":{}", len(some)), **parameters, **numbered(some))
    ]
