"""Who may be written to now: window, wish, pace and line are looked at, then the message is this worker's alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from mboa.channels.base import Button, Limits, ListChoice, Outbound, SendFailed, Template
from mboa.dispatch.policy import Policy
from mboa.storage import lines, paces
from mboa.storage.clearance import kept_back, morning, refused
from mboa.storage.lines import Line
from mboa.storage.outbox import WINDOW_CLOSED_CODE
from mboa.storage.paces import DAY, ColdDay
from mboa.storage.sealing import whole
from mboa.storage.store import Connection, Row

# A message that waits behind another of the same person is looked at again this often; what frees it mostly wakes us.
BEHIND = timedelta(seconds=1)
SOON = timedelta(minutes=5)

# One message per person at a time, in the order they were written: a recap must not overtake its question. What was put
# off for longer (to the morning, to tomorrow's limit) holds nobody's fresh answer back.
# The few that are due are found first and what belongs to them is looked up after: joined at once, PostgreSQL may come
# to read every request there is.
_DUE = """
WITH due AS (
    SELECT m.* FROM messages m
    WHERE m.direction = 'out' AND m.status IN ('queued', 'sending') AND m.due_at <= :now AND m.channel = :channel
      AND NOT EXISTS (SELECT 1 FROM messages e WHERE e.contact_id = m.contact_id AND e.direction = 'out'
                      AND e.status IN ('queued', 'sending') AND (e.status = 'sending' OR e.due_at <= :soon)
                      AND e.id < m.id)
    ORDER BY m.due_at, m.id LIMIT :most FOR UPDATE OF m SKIP LOCKED
)
SELECT m.id, m.key, m.text, m.body_json, m.full_sealed, m.kind, m.contact_id, m.offer_id, m.channel, m.attempts,
       m.status, m.repeats, m.error_code, m.created_at, c.opted_out, c.last_inbound_at, c.held_until_at,
       o.status AS offer_status,
       o.expires_at AS offer_expires_at, o.offered_at, p.ahead_at, p.cold_at, r.status AS request_status,
       (SELECT i.sealed FROM identities i WHERE i.contact_id = c.id AND i.scheme = 'phone'
        ORDER BY i.id DESC LIMIT 1) AS phone_sealed,
       (SELECT i.sealed FROM identities i WHERE i.contact_id = c.id AND i.scheme = 'user_id' AND i.channel = m.channel
        ORDER BY i.id DESC LIMIT 1) AS user_id_sealed
FROM due m JOIN contacts c ON c.id = m.contact_id LEFT JOIN offers o ON o.id = m.offer_id
     LEFT JOIN requests r ON r.id = m.request_id
     LEFT JOIN paces p ON p.channel = m.channel AND p.contact_id = m.contact_id
ORDER BY m.due_at, m.id"""
_CLAIM = """
UPDATE messages SET status = 'sending', claim = :claim, claimed_at = :at, due_at = :lease, attempts = attempts + 1,
       repeats = repeats + :repeat
WHERE id = :id"""
# A second claim is a repeat, and there is but one: what it took back was waiting for its receipt.
_TAKE_BACK = """
UPDATE messages SET status = CASE WHEN repeats > 0 THEN 'sending' ELSE 'queued' END, due_at = :now, claim = NULL,
       attempts = attempts - 1, repeats = CASE WHEN repeats > 0 THEN repeats - 1 ELSE 0 END
WHERE claim = :claim AND status = 'sending'"""
_HOLD = "UPDATE messages SET due_at = :until WHERE id = :id"
_NEXT = "SELECT MIN(due_at) AS due_at FROM messages WHERE status IN ('queued', 'sending') AND channel = :channel"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone may send now, or ``refusal``: why it must not go out on this channel any more.

    ``cold`` says that the person's window is closed, ``ailing`` that a success is news of the line.
    """

    id: int
    channel: str
    offer_id: int | None
    message: Outbound
    attempts: int
    age: timedelta
    refusal: SendFailed | None = None
    ailing: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What claiming goes by: each channel's limits and lease in seconds, and the house's rules.

    ``claim`` names the turn that claims, uniquely.
    """

    limits: Mapping[str, Limits]
    lease_seconds: Mapping[str, float]
    policy: Policy
    claim: str = ""


@dataclass(slots=True)
class Claim:
    """What may be sent now, and when to ask again (``None``: when something is queued)."""

    messages: list[Claimed] = field(default_factory=list)
    again_at: datetime | None = None

    def ask_again(self, at: datetime | None) -> None:
        """The earliest wins."""
        if at is not None:
            self.again_at = at if self.again_at is None else min(self.again_at, at)


def take_back(conn: Connection, claim: str) -> None:
    """Nobody heard whether this claim was committed, so nothing of it was sent."""
    conn.run(_TAKE_BACK, claim=claim, now=conn.now)


def claim(conn: Connection, terms: Terms, most: int) -> Claim:
    """Take what is due, at most one message per person; each is leased until its outcome is known."""
    found = Claim()
    for channel in terms.limits:
        rows = conn.all(_DUE, now=conn.now, soon=conn.now + SOON, channel=channel, most=most - len(found.messages))
        if rows:
            found.messages += _Counter(conn, channel, terms).serve(rows, found)
        else:
            found.ask_again(_next_due(conn, channel))
    return found


def _next_due(conn: Connection, channel: str) -> datetime | None:
    row = conn.one(_NEXT, channel=channel)
    due_at: datetime | None = row["due_at"] if row else None
    return None if due_at is None else max(due_at, conn.now + BEHIND)


class _Counter:
    """One channel's counter: serves rows as far as line, pace and day allow, and holds the others."""

    def __init__(self, conn: Connection, channel: str, terms: Terms) -> None:
        self.conn = conn
        self.terms = terms
        self.limits = terms.limits[channel]
        self.line: Line = lines.line(conn, channel)
        self.day = ColdDay(conn, channel, self.limits.cold_a_day)
        self.paused: frozenset[tuple[str, str]] | None = None
        self.lease = conn.now + timedelta(seconds=terms.lease_seconds[channel])
        self.holds: list[Row] = []
        self.paces: list[Row] = []

    def serve(self, rows: list[Row], found: Claim) -> list[Claimed]:
        """Claim what may go; the rest stays as it is until ``found.again_at``, or is held for its person's pace."""
        now = self.conn.now
        room, again_at = lines.room(self.line, self.limits, now, len(rows))
        if not room:
            lines.hold(self.conn, self.line, self.terms.policy)
        served = [claimed for row in rows[:room] if (claimed := self._serve(row)) is not None]
        found.ask_again(again_at or now)
        going = [claimed for claimed in served if claimed.refusal is None]
        self._keep(rows, served)
        if going:
            lines.spend(self.conn, self.line, self.limits, len(going))
        return served

    def _serve(self, row: Row) -> Claimed | None:
        heard_at = whole(row)["last_inbound_at"]
        closed = heard_at is None or self.conn.now - heard_at >= DAY or row["error_code"] == WINDOW_CLOSED_CODE
        message = _outbound(row, orjson.loads(row["body_json"]), window_open=not closed)
        refusal = refused(row, message, self.terms.policy, self.conn.now)
        if refusal is None:
            until, refusal = self._patience(row, message)
            if until is not None and refusal is None:
                self.holds.append({"id": row["id"], "until": until})
                return None
        if refusal is None and self.limits.pair_seconds:
            self.paces.append(paces.pace(row, self.limits, self.conn.now, cold=closed))
        return Claimed(
            id=row["id"],
            channel=row["channel"],
            offer_id=row["offer_id"] if row["kind"] == "offer" else None,
            message=message,
            attempts=row["attempts"] + 1,
            age=self.conn.now - row["created_at"],
            refusal=refusal,
            ailing=self.line.is_ailing,
        )

    def _patience(self, row: Row, message: Outbound) -> tuple[datetime | None, SendFailed | None]:
        """Until when this must wait, or why it cannot: pace of the pair; for a closed window also day and template."""
        now = self.conn.now
        if (held_until := kept_back(row, now)) is not None:
            return held_until, _unreachable(row, "an operator is talking with him")
        at = morning(row, self.terms.policy, now) or paces.free_at(row, self.limits)
        if at is not None and at > now:
            return at, None
        template = None if message.window_open else message.template
        if template is None:
            return None, None
        if self.line.cold_until_at is not None and self.line.cold_until_at > now:
            return self.line.cold_until_at, _unreachable(row, "nobody outside their window is written to now")
        if self.paused is None:
            self.paused = paces.paused_templates(self.conn, row["channel"])
        if (template.name, template.language) in self.paused:
            return None, SendFailed(f"template {template.name} is paused", outcome="template")
        at = self.day.free_at(row["cold_at"])
        full = "the day's limit of people outside their window is reached"
        return at, None if at is None else _unreachable(row, full)

    def _keep(self, rows: list[Row], served: list[Claimed]) -> None:
        waited = {row["id"]: row["status"] == "sending" for row in rows}
        this = {"claim": self.terms.claim, "at": self.conn.now, "lease": self.lease}
        self.conn.many(_CLAIM, [{**this, "id": one.id, "repeat": int(waited[one.id])} for one in served])
        if self.holds:
            self.conn.many(_HOLD, self.holds)
        if self.paces:
            paces.keep(self.conn, self.paces)


def _unreachable(row: Row, why: str) -> SendFailed | None:
    """An offer does not wait for hours: the next provider is asked at once."""
    return SendFailed(why, outcome="unreachable") if row["kind"] == "offer" else None


def _outbound(row: Row, body: dict[str, Any], *, window_open: bool) -> Outbound:
    template = body.get("template")
    return Outbound(
        key=row["key"],
        phone=row["phone"],
        user_id=row["user_id"],
        text=row["text"],
        window_open=window_open,
        buttons=tuple(Button(**button) for button in body.get("buttons", ())),
        choices=tuple(ListChoice(**choice) for choice in body.get("choices", ())),
        choices_label=body.get("choices_label", ""),
        ask_phone=body.get("ask_phone", False),
        media_id=body.get("media_id"),
        media_kind=body.get("media_kind"),
        template=Template(
            name=template["name"],
            language=template["language"],
            parameters=tuple(template["parameters"]),
            payloads=tuple(template["payloads"]),
        )
        if template
        else None,
    )
