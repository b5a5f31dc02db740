"""How far the messages and requests of a day came, and whether the house meets its goals. Read from the daily figures.

Requests count on the day on which they were confirmed, whatever day they are accepted, done or rated.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mboa.dispatch.policy import DOUALA
from mboa.storage.store import Connection, Row

Goal = Literal["understood", "matched", "rating", "answering"]
# The house's goals: shares from 0 to 1, and a rating from 1 to 5.
TARGETS: dict[Goal, float] = {"understood": 0.8, "matched": 0.7, "rating": 4.0, "answering": 0.5}

_SUMS = """
SELECT
  (SELECT COALESCE(SUM(received), 0) FROM message_figures WHERE day BETWEEN :first AND :last) AS received,
  (SELECT COALESCE(SUM(heard), 0) FROM message_figures WHERE day BETWEEN :first AND :last) AS heard,
  (SELECT COALESCE(SUM(misunderstood), 0) FROM message_figures WHERE day BETWEEN :first AND :last) AS misunderstood,
  (SELECT COALESCE(SUM(offers_accepted + offers_declined), 0) FROM offer_figures
   WHERE day BETWEEN :first AND :last) AS answered,
  (SELECT COALESCE(SUM(offers_expired), 0) FROM offer_figures WHERE day BETWEEN :first AND :last) AS expired,
  COALESCE(SUM(created), 0) AS created, COALESCE(SUM(searching), 0) AS searching,
  COALESCE(SUM(accepted), 0) AS accepted, COALESCE(SUM(completed), 0) AS completed,
  COALESCE(SUM(cancelled), 0) AS cancelled, COALESCE(SUM(unserved), 0) AS unserved,
  COALESCE(SUM(rated), 0) AS rated, COALESCE(SUM(stars), 0) AS stars
FROM request_figures WHERE day BETWEEN :first AND :last"""
# Those that nobody has read yet are not among the figures.
_UNREAD = """
SELECT COUNT(*) AS n FROM messages
WHERE status = 'received' AND created_at >= :since AND kind NOT IN (
  'reaction', 'revoked', 'number_changed', 'identity_changed', 'unreadable')"""
_DRAFTED = "SELECT COUNT(*) AS n FROM events WHERE name = 'request_drafted' AND happened_at >= :since"


@dataclass(frozen=True, slots=True)
class Funnel:
    """One day. ``messages`` were received and ``understood`` among them (heard without having to ask again: each
    misunderstanding takes one off); ``drafted`` requests were begun, ``confirmed`` confirmed. Of the confirmed ones:
    ``matched`` have or had a provider, ``done`` are completed, ``rated`` rated; ``searching`` still look for one.
    """

    messages: int
    understood: int
    misunderstood: int
    drafted: int
    confirmed: int
    searching: int
    matched: int
    done: int
    ended: int
    rated: int


@dataclass(frozen=True, slots=True)
class Step:
    """``n`` came as far as this, a ``share`` (0 to 1) of those who might have; ``lost`` stopped just before."""

    name: str
    n: int
    share: float
    lost: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """A goal of the house: ``value`` over ``n`` cases (``None`` without any), its ``target``, whether it is ``met``."""

    name: Goal
    value: float | None
    target: float
    n: int

    @property
    def met(self) -> bool | None:
        """``None`` when there is nothing to judge by."""
        return None if self.value is None else self.value >= self.target


def local_day(moment: datetime) -> str:
    """The day in Douala: ``2026-11-23``."""
    return moment.astimezone(DOUALA).date().isoformat()


def today(conn: Connection) -> Funnel:
    """The day so far."""
    day = local_day(conn.now)
    sums = _sums(conn, day, day)
    midnight = conn.now.astimezone(DOUALA).replace(hour=0, minute=0, second=0, microsecond=0)
    drafted, unread = (conn.one(sql, since=midnight) or {"n": 0} for sql in (_DRAFTED, _UNREAD))
    return Funnel(
        messages=sums["received"] + unread["n"],
        understood=max(0, sums["heard"] - sums["misunderstood"]),
        misunderstood=sums["misunderstood"],
        drafted=drafted["n"],
        confirmed=sums["created"],
        searching=sums["searching"],
        matched=sums["accepted"],
        done=sums["completed"],
        ended=sums["completed"] + sums["cancelled"] + sums["unserved"],
        rated=sums["rated"],
    )


def steps(day: Funnel) -> list[Step]:
    """The six steps. Messages are a share of the messages, confirmed requests of the begun ones (whether given up or
    still being described), the rest of the confirmed ones; who still waits is not lost."""
    unmatched = max(0, day.confirmed - day.matched - day.searching)
    return [
        Step("messages", day.messages, 1.0 if day.messages else 0.0, 0),
        Step("understood", day.understood, _share(day.understood, day.messages), day.misunderstood),
        Step("confirmed", day.confirmed, _share(day.confirmed, day.drafted), max(0, day.drafted - day.confirmed)),
        Step("matched", day.matched, _share(day.matched, day.confirmed), unmatched),
        Step("done", day.done, _share(day.done, day.confirmed), max(0, day.ended - day.done - unmatched)),
        Step("rated", day.rated, _share(day.rated, day.confirmed), max(0, day.done - day.rated)),
    ]


def criteria(conn: Connection, days: int = 30) -> list[Criterion]:
    """The four goals over the last ``days`` days, today included.

    ``understood``: messages heard without having to ask again, of those heard. ``matched``: requests that have or had
    a provider, of those that no longer search. ``rating``: mean of the ratings. ``answering``: offers accepted or
    declined, of those and the ones that ran out (undeliverable and withdrawn offers were not heard or not needed).
    """
    sums = _sums(conn, local_day(conn.now - timedelta(days=days - 1)), local_day(conn.now))
    heard, settled = sums["heard"], sums["created"] - sums["searching"]
    asked = sums["answered"] + sums["expired"]
    return [
        _criterion("understood", max(0, heard - sums["misunderstood"]), heard),
        _criterion("matched", sums["accepted"], settled),
        _criterion("rating", sums["stars"], sums["rated"]),
        _criterion("answering", sums["answered"], asked),
    ]


def _sums(conn: Connection, first: str, last: str) -> Row:
    row = conn.one(_SUMS, first=first, last=last)
    return {name: int(value) for name, value in row.items()} if row else {}


def _share(part: int, whole: int) -> float:
    return min(1.0, part / whole) if whole else 0.0


def _criterion(name: Goal, part: int, whole: int) -> Criterion:
    return Criterion(name, part / whole if whole else None, TARGETS[name], whole)
