"""How fast one person may be written to, and how many whose window is closed may be written to in a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mboa.channels.base import Limits, Template
from mboa.channels.numbers import masked
from mboa.storage.store import Connection, Row

# Both of Meta's counts, of the window and of the people reached outside it, run over 24 hours.
DAY = timedelta(hours=24)

_COLD = "SELECT COUNT(*) AS n, MIN(cold_at) AS first_at FROM paces WHERE channel = :channel AND cold_at > :since"
_KEEP = """
INSERT INTO paces (channel, contact_id, ahead_at, cold_at) VALUES (:channel, :contact, :ahead, :cold)
ON CONFLICT (channel, contact_id) DO UPDATE SET ahead_at = excluded.ahead_at, cold_at = excluded.cold_at"""
_RECENT = """
SELECT e.claimed_at FROM messages m JOIN messages e ON e.contact_id = m.contact_id AND e.channel = m.channel
WHERE m.id = :id AND e.id <> m.id AND e.direction = 'out' AND e.claimed_at > :since ORDER BY e.claimed_at DESC"""
_EXHAUST = """
INSERT INTO paces (channel, contact_id, ahead_at) SELECT channel, contact_id, :ahead FROM messages WHERE id = :id
ON CONFLICT (channel, contact_id) DO UPDATE SET ahead_at = excluded.ahead_at"""
_PAUSE = """
INSERT INTO paused_templates (channel, name, language, until_at, reason)
VALUES (:channel, :name, :language, :until, :reason)
ON CONFLICT (channel, name, language) DO UPDATE SET until_at = excluded.until_at, reason = excluded.reason"""
_UNPAUSE = "DELETE FROM paused_templates WHERE channel = :channel AND name = :name AND language = :language"
_PAUSED = "SELECT name, language FROM paused_templates WHERE channel = :channel AND until_at > :now"


@dataclass
class ColdDay:
    """Whom the channel reached outside their window in the last 24 hours; read once, when first asked."""

    conn: Connection
    channel: str
    most: int | None
    reached: int | None = None
    first_at: datetime | None = None

    def free_at(self, last_at: datetime | None) -> datetime | None:
        """``None`` when one more may be reached now, else when; ``last_at`` is when this person was, if ever."""
        if self.most is None or _counts_still(last_at, self.conn.now):
            return None
        if self.reached is None:
            row = self.conn.one(_COLD, channel=self.channel, since=self.conn.now - DAY) or {}
            self.reached, self.first_at = int(row["n"]), row["first_at"]
        if self.reached < self.most:
            self.reached += 1
            return None
        return (self.first_at or self.conn.now) + DAY


def _counts_still(last_at: datetime | None, now: datetime) -> bool:
    return last_at is not None and now - last_at < DAY


def free_at(row: Row, limits: Limits) -> datetime | None:
    """When this person may be written to next by the pair's pace (GCRA); ``None``: no pace is kept."""
    ahead: datetime | None = row["ahead_at"]
    if ahead is None or not limits.pair_seconds:
        return None
    return ahead - timedelta(seconds=limits.pair_seconds * (limits.pair_burst - 1))


def pace(row: Row, limits: Limits, now: datetime, *, cold: bool) -> Row:
    """What the pair's row becomes when this message goes out; see :func:`keep`."""
    step = timedelta(seconds=limits.pair_seconds)
    ahead: datetime = max(row["ahead_at"] or now, now) + step
    # Who has used up what may run ahead saves nothing of a late send: from one message to the next is a whole step.
    used_up = now + step * limits.pair_burst
    ahead = used_up if ahead > used_up - step else ahead
    reached = now if cold and not _counts_still(row["cold_at"], now) else row["cold_at"]
    return {"channel": row["channel"], "contact": row["contact_id"], "ahead": ahead, "cold": reached}


def keep(conn: Connection, rows: list[Row]) -> None:
    """Write the pairs' paces."""
    conn.many(_KEEP, rows)


def exhaust(conn: Connection, message_id: int, limits: Limits) -> None:
    """The channel says that this person gets too much: what ran ahead is paid back whole, then goes the even pace.

    Whatever the channel counts from, its debt ends no later than this: any of the messages, and all that came after it,
    at the even pace.
    """
    step, now = timedelta(seconds=limits.pair_seconds), conn.now
    recent = conn.all(_RECENT, id=message_id, since=now - step * limits.pair_burst)
    paid_at = max([now + step, *(row["claimed_at"] + step * count for count, row in enumerate(recent, start=1))])
    conn.run(_EXHAUST, id=message_id, ahead=paid_at + step * (limits.pair_burst - 1))


def pause_template(conn: Connection, channel: str, template: Template, until: datetime, reason: str) -> None:
    """A template may not be used until then."""
    name, language = template.name, template.language
    conn.run(_PAUSE, channel=channel, name=name, language=language, until=until, reason=masked(reason)[:500])


def resume_template(conn: Connection, channel: str, template: Template) -> None:
    """A template may be used again."""
    conn.run(_UNPAUSE, channel=channel, name=template.name, language=template.language)


def paused_templates(conn: Connection, channel: str) -> frozenset[tuple[str, str]]:
    """Name and language of every template that may not be used now."""
    return frozenset((row["name"], row["language"]) for row in conn.all(_PAUSED, channel=channel, now=conn.now))
