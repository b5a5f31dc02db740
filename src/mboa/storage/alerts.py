"""Signs of trouble as the rows show them, which troubles are on, and what of them is still to be posted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import orjson

from mboa.storage import backups, quarantine
from mboa.storage.backups import Standing
from mboa.storage.pulse import pulse
from mboa.storage.quarantine import Held
from mboa.storage.store import Connection, Row

State = Literal["began", "goes_on", "ended"]
REMINDER = timedelta(hours=6)
# What comes and goes within this is one trouble, told of once.
OVER_AFTER = timedelta(minutes=1)
# A receiver that is away hears of it when it is back, for so long.
GIVE_UP = timedelta(hours=24)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
_DAYS = 7

_UNREAD = "SELECT MIN(due_at) AS at FROM messages WHERE status = 'received'"
_PAUSED = "SELECT channel, reason, closings FROM lines WHERE closings >= :closings ORDER BY channel"
_FAILED = "SELECT COUNT(*) AS n FROM events WHERE name = 'message_failed' AND happened_at > :since"
_LAST_IN = "SELECT created_at FROM messages WHERE direction = 'in' ORDER BY id DESC LIMIT 1"
_BEGUN = """
SELECT COUNT(*) AS n FROM events WHERE name = 'request_drafted' AND happened_at > :since AND happened_at <= :until"""
_ON = "SELECT name, began_at, told_at, over_at FROM alerts"
_BEGIN = "INSERT INTO alerts (name, began_at, told_at) VALUES (:name, :now, :now) ON CONFLICT DO NOTHING"
_TOLD = "UPDATE alerts SET told_at = :now WHERE name = :name AND told_at = :was"
_OVER = "UPDATE alerts SET over_at = :at WHERE name = :name"
_END = "DELETE FROM alerts WHERE name = :name"
_POST = "INSERT INTO alert_posts (body_json, created_at, due_at) VALUES (:body, :now, :now)"
_DUE = """
SELECT id, body_json, attempts, created_at FROM alert_posts WHERE due_at <= :now ORDER BY due_at, id LIMIT :most"""
_UNPOSTED = "SELECT error FROM alert_posts WHERE due_at IS NOT NULL AND error IS NOT NULL ORDER BY id DESC LIMIT 1"
_POSTED = "UPDATE alert_posts SET posted_at = :now, due_at = NULL, error = NULL WHERE id = :id"
_AGAIN = "UPDATE alert_posts SET due_at = :due, attempts = attempts + 1, error = :error WHERE id = :id"


@dataclass(frozen=True, slots=True)
class Signs:
    """What the rows show. Times are those of the oldest thing that waits; ``paused`` are lines that rest again and
    again; ``failed`` counts messages that reached nobody lately; ``heard_at`` is when somebody last wrote."""

    now: datetime
    unread_at: datetime | None
    outbox_at: datetime | None
    timer_at: datetime | None
    paused: list[Row]
    failed: int
    heard_at: datetime | None
    backup: Standing
    held: Held


def signs(conn: Connection, closings: int, lately: timedelta) -> Signs:
    """Everything at once."""
    _, outbox_at, timer_at = pulse(conn)
    unread, failed, last = conn.one(_UNREAD), conn.one(_FAILED, since=conn.now - lately), conn.one(_LAST_IN)
    return Signs(
        conn.now,
        unread["at"] if unread else None,
        outbox_at,
        timer_at,
        conn.all(_PAUSED, closings=closings),
        int(failed["n"]) if failed else 0,
        last["created_at"] if last else None,
        backups.standing(conn),
        quarantine.waiting(conn),
    )


def days_with_requests(conn: Connection, span: timedelta) -> int:
    """On how many of the last seven days somebody began a request in the ``span`` that ends at this time of day."""
    counts = [
        conn.one(_BEGUN, since=conn.now - timedelta(days=day) - span, until=conn.now - timedelta(days=day))
        for day in range(1, _DAYS + 1)
    ]
    return sum(bool(row and row["n"]) for row in counts)


@dataclass(frozen=True, slots=True)
class News:
    """That a trouble began, goes on or has ended, and since when it was on."""

    name: str
    state: State
    since: datetime


def compare(conn: Connection, troubles: set[str]) -> list[News]:
    """What is to be told now: once when a trouble begins, at most every six hours while it goes on, once at its end."""
    on, news = {row["name"]: row for row in conn.all(_ON)}, []
    for name in sorted(troubles | on.keys()):
        state = _begin(conn, name) if name not in on else _go_on(conn, on[name], still=name in troubles)
        if state is not None:
            news.append(News(name, state, on[name]["began_at"] if name in on else conn.now))
    return news


def _begin(conn: Connection, name: str) -> State | None:
    """Nothing when another process was first: so it is with all of these."""
    return "began" if conn.run(_BEGIN, name=name, now=conn.now) else None


def _go_on(conn: Connection, row: Row, *, still: bool) -> State | None:
    name, over_at = row["name"], row["over_at"]
    if still:
        if over_at is not None:
            conn.run(_OVER, name=name, at=None)
        is_time = conn.now - row["told_at"] >= REMINDER
        return "goes_on" if is_time and conn.run(_TOLD, name=name, now=conn.now, was=row["told_at"]) else None
    if over_at is None:
        conn.run(_OVER, name=name, at=conn.now)
    elif conn.now - over_at >= OVER_AFTER and conn.run(_END, name=name):
        return "ended"
    return None


def post(conn: Connection, body: Row) -> None:
    """Have this posted."""
    conn.run(_POST, body=orjson.dumps(body, option=orjson.OPT_UTC_Z).decode(), now=conn.now)


def due_posts(conn: Connection, most: int) -> list[Row]:
    """What is to be posted now, oldest first."""
    return conn.all(_DUE, now=conn.now, most=most)


def unposted(conn: Connection) -> str | None:
    """Why the newest of the alerts that wait was not taken; ``None`` when none was refused."""
    row = conn.one(_UNPOSTED)
    return str(row["error"]) if row else None


def posted(conn: Connection, post_id: int) -> None:
    """It was taken."""
    conn.run(_POSTED, id=post_id, now=conn.now)


def post_again(conn: Connection, row: Row, error: str) -> None:
    """It was not: later, each time after twice as long, for a day."""
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(row["attempts"], 10))
    due_at = None if conn.now - row["created_at"] > GIVE_UP else conn.now + pause
    conn.run(_AGAIN, id=row["id"], due=due_at, error=error[:200])
