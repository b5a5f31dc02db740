"""What names a person, or lets somebody in, is kept sealed: written with the house's keys, found by a keyed digest.

A result column named ``…_sealed`` comes out opened, under its name without the suffix, on both engines. What people
wrote is kept as anybody may read it, with phone numbers masked; the whole words are sealed beside it, in a column
``full_sealed``: the masked columns by name, as JSON, or NULL when nothing was masked.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson

from mboa.channels.numbers import masked
from mboa.keyring import Keyring
from mboa.storage.store import Connection, Row

# What the people of a city told of themselves, and the secrets of the accounts' second factors.
PERSONAL, SECOND_FACTOR = "personal", "second factor"
_SUFFIX = "_sealed"


def is_sealed(column: str) -> bool:
    """Whether a result column is sealed by its name."""
    return column.endswith(_SUFFIX)


def opened_name(column: str) -> str:
    """The name under which a column comes out."""
    return column.removesuffix(_SUFFIX)


def needed(keys: Keyring | None) -> Keyring:
    """The keys; raises ``RuntimeError`` where a store was opened without them."""
    if keys is None:
        raise RuntimeError("this store was opened without keys: nothing in it can be sealed, opened or looked up")
    return keys


def open_rows(rows: Iterable[Row], names: Iterable[str], keys: Keyring | None) -> None:
    """Open these values of rows, in place; raises :class:`mboa.keyring.CannotOpen`."""
    for name in names:
        for row in rows:
            if row[name] is not None:
                row[name] = needed(keys).open(row[name], PERSONAL)


def look_up(conn: Connection, sql: str, /, **values: str | None) -> tuple[str, Row]:
    """A statement that looks sealed values up, and its parameters.

    ``value IN (:phone_lookups)`` becomes one parameter for each key of the ring: rows may still be sealed with an
    older one. ``None`` is found nowhere.
    """
    number = len(conn.keys.names)
    parameters: Row = {}
    for name, value in values.items():
        digests = [None] * number if value is None else conn.keys.indexes(value, PERSONAL)
        parameters |= {f"{name}_{place}": digest for place, digest in enumerate(digests)}
    return _for_keys(sql, tuple(values), number), parameters


@lru_cache(maxsize=256)
def _for_keys(sql: str, names: tuple[str, ...], number: int) -> str:
    for name in names:
        sql = sql.replace(f":{name}_lookups", ", ".join(f":{name}_{place}" for place in range(number)))
    return sql


def guarded(conn: Connection, **columns: str | None) -> Row:
    """Columns of people's words as anybody may read them, and ``full``: what was masked of them, sealed.

    A column named ``…_json`` is masked within its strings.
    """
    shown = {name: masked_column(name, text) for name, text in columns.items()}
    return {**shown, "full": sealed_whole(conn.keys, columns, shown)} if shown != columns else {**shown, "full": None}


def sealed_whole(keys: Keyring, columns: Row, shown: Row) -> str:
    """Those columns that are shown otherwise than they are, sealed."""
    hidden = {name: columns[name] for name in shown if shown[name] != columns[name]}
    return keys.seal(orjson.dumps(hidden).decode(), PERSONAL)


def whole(row: Row) -> Row:
    """A row with a ``full_sealed`` among its columns, as it was before it was masked; in place."""
    full = row.pop("full")
    if full:
        row.update((name, value) for name, value in orjson.loads(full).items() if name in row)
    return row


def masked_column(name: str, text: str | None) -> str | None:
    """The column's text without phone numbers."""
    if text is None:
        return None
    return masked_json(text) if name.endswith("_json") else masked(text)


def masked_json(text: str) -> str:
    """JSON without the phone numbers of its strings; its own numbers stay."""
    if masked(text) == text:
        return text
    try:
        return orjson.dumps(_masked(orjson.loads(text))).decode()
    except orjson.JSONDecodeError:
        return masked(text)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: _masked(one) for name, one in value.items()}
    return [_masked(one) for one in value] if isinstance(value, list) else value
