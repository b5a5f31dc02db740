"""How often the language model was asked today, counted for all processes together."""

from mboa.dispatch.policy import DOUALA
from mboa.storage.store import Connection

_TAKE = """
INSERT INTO llm_calls (day, calls) VALUES (:day, 1)
ON CONFLICT (day) DO UPDATE SET calls = llm_calls.calls + 1 WHERE llm_calls.calls < :most"""
_FORGET = "DELETE FROM llm_calls WHERE day < :day"
_TODAY = "SELECT calls FROM llm_calls WHERE day = :day"


def take(conn: Connection, most: int) -> bool:
    """Count one call of this day (Douala's); False, and nothing is counted, when there were ``most`` already."""
    day = _day(conn)
    taken = most > 0 and bool(conn.run(_TAKE, day=day, most=most))
    if taken:
        conn.run(_FORGET, day=day)
    return taken


def today(conn: Connection) -> int:
    """How many there were today."""
    row = conn.one(_TODAY, day=_day(conn))
    return int(row["calls"]) if row else 0


def _day(conn: Connection) -> str:
    return f"{conn.now.astimezone(DOUALA):%Y-%m-%d}"
