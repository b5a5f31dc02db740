"""One SQL text for two engines.

Statements are written once, in the SQL both engines share, with ``:name`` parameters. What differs is rewritten here
and remembered per text, so that a statement is read once and looked up ever after.
"""

import re
from datetime import UTC, datetime, timezone
from functools import lru_cache
from typing import Any

_REMEMBERED = 2048

_TOKEN = re.compile(
    r"""(?P<kept> '(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ )
      | (?P<cast> ::\s*[A-Za-z_]\w*(?:\[\])? )
      | :(?P<name> [A-Za-z_]\w* )
      | (?P<percent> % )
      | (?P<lock> \s*\bFOR\s+(?:UPDATE|NO\s+KEY\s+UPDATE|SHARE|KEY\s+SHARE)\b
            (?:\s+OF\s+\w+(?:\s*,\s*\w+)*)? (?:\s+(?:SKIP\s+LOCKED|NOWAIT)\b)? )
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=_REMEMBERED)
def for_psycopg(sql: str) -> str:
    """The text as psycopg wants it: ``:name`` becomes ``%(name)s`` and every literal ``%`` is doubled.

    Quoted text, quoted names, comments and ``::casts`` keep their colons.
    """

    def rewrite(token: re.Match[str]) -> str:
        if token["name"]:
            return f"%({token['name']})s"
        return token[0].replace("%", "%%")

    return _TOKEN.sub(rewrite, sql)


@lru_cache(maxsize=_REMEMBERED)
def for_sqlite(sql: str) -> str:
    """The text as SQLite wants it: row locks (``FOR UPDATE OF x SKIP LOCKED``, in capitals) and ``::casts`` go.

    The one writer of a SQLite file already is that lock, and SQLite's values carry their own type.
    """

    def rewrite(token: re.Match[str]) -> str:
        return "" if token["lock"] or token["cast"] else token[0]

    return _TOKEN.sub(rewrite, sql)


def placeholders(sql: str, mark: str) -> tuple[str, tuple[str, ...]]:
    """The text with ``mark`` in place of each ``:name``, and these names in their order. SQLite's ``?`` takes values
    without their casts, psycopg's ``%s`` wants every other ``%`` doubled."""
    names: list[str] = []

    def rewrite(token: re.Match[str]) -> str:
        if token["name"]:
            names.append(token["name"])
            return mark
        if mark == "?":
            return "" if token["cast"] else token[0]
        return token[0].replace("%", "%%")

    return _TOKEN.sub(rewrite, sql), tuple(names)


@lru_cache(maxsize=512)  # a transaction writes its one "now" many times
def time_text(moment: datetime) -> str:
    """The stored form of a time on SQLite: ``2026-11-22T21:05:00.000000Z``, 27 characters, so that text order is
    time order. Raises ``ValueError`` for a naive time: nobody could say which hour it means."""
    zone = moment.tzinfo
    if zone is not UTC:
        refuse_naive(moment)
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:26] + "Z"


def refuse_naive(moment: datetime) -> None:
    """Raise ``ValueError`` for a time without a zone."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"a time needs its zone to be stored: {moment.isoformat()}")


def holds_time(column: str) -> bool:
    """Whether a result column is a time by its name: ``at`` or ``…_at``."""
    return column.endswith("_at") or column == "at"


def bind_sqlite(parameters: dict[str, Any]) -> dict[str, Any]:
    """Turn the times among the parameters into text, in place."""
    for name, value in parameters.items():
        if isinstance(value, datetime):
            parameters[name] = time_text(value)
    return parameters


def values_for_sqlite(values: list[Any]) -> list[Any]:
    """Values by place, with the times among them as text."""
    return [time_text(value) if isinstance(value, datetime) else value for value in values]


def bind_psycopg(parameters: dict[str, Any]) -> dict[str, Any]:
    """Refuse naive times, which PostgreSQL would silently read in the session's zone."""
    for value in parameters.values():
        if isinstance(value, datetime) and not isinstance(value.tzinfo, timezone):
            refuse_naive(value)
    return parameters
