"""After a restore nobody knows what became of what was under way: it waits for a person to decide.

Messages that were waiting to go out are failed with :data:`REASON`, messages that were waiting to be heard are parked
with it, and every timer is put off by :data:`NEVER`. Whoever writes meanwhile is heard: what he changes goes on by
itself and is in quarantine no longer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mboa.storage.admin import audit
from mboa.storage.store import Connection

REASON = "restored: a person decides"
DROPPED = "restored: dropped by a person"
# A timer put off for so long never rings by itself, and is told from every other by being further than half of it.
NEVER = timedelta(days=3650)
_FAR = NEVER / 2

_HOLD_MESSAGES = """
INSERT INTO quarantine (message_id, held_at)
SELECT id, :now FROM messages WHERE status IN ('queued', 'sending', 'received')"""
_HOLD_OFFERS = """
INSERT INTO quarantine (offer_id, request_id, due_at, held_at)
SELECT id, request_id, expires_at, :now FROM offers WHERE status = 'open'"""
_HOLD_REQUESTS = """
INSERT INTO quarantine (request_id, due_at, due_kind, held_at)
SELECT r.id, r.due_at, r.due_kind, :now FROM requests r WHERE r.closed_at IS NULL
AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.request_id = r.id AND o.status = 'open')"""
_MARK = """
UPDATE quarantine SET marked_id = (
    SELECT c.id FROM contacts c LEFT JOIN requests r ON r.id = quarantine.request_id
    LEFT JOIN messages m ON m.id = quarantine.message_id
    WHERE c.id = COALESCE(r.client_id, CASE m.direction WHEN 'in' THEN m.contact_id END) AND NOT c.needs_human)
WHERE decided_at IS NULL"""
_STOP = (
    "UPDATE messages SET status = 'failed', due_at = NULL, claim = NULL, error = :reason "
    "WHERE status IN ('queued', 'sending')",
    "UPDATE messages SET status = 'parked', due_at = NULL, error = :reason WHERE status = 'received'",
    "UPDATE receipts SET pending = FALSE WHERE pending",
    "UPDATE offers SET expires_at = :never WHERE status = 'open'",
    # A request that waits to be offered is offered to nobody meanwhile; its client's OUI still means that he needs it.
    "UPDATE requests SET due_at = :never, due_kind = CASE COALESCE(due_kind, 'doubt') WHEN 'doubt' THEN 'give_up' "
    "ELSE due_kind END WHERE closed_at IS NULL "
    "AND id NOT IN (SELECT request_id FROM offers WHERE status = 'open')",
    "UPDATE contacts SET needs_human = TRUE WHERE id IN (SELECT marked_id FROM quarantine WHERE decided_at IS NULL)",
)
# Of the time of the backup: whoever was logged in, the workers' beats, alerts, who was doing which chore.
_FORGET = (
    "DELETE FROM sessions",
    "DELETE FROM links",
    "DELETE FROM heartbeats",
    "DELETE FROM alerts",
    "UPDATE alert_posts SET due_at = NULL",
    "UPDATE chores SET held_by = NULL, held_until_at = NULL",
)
_RESTORED = """
INSERT INTO restores (file, made_at, restored_at) VALUES (:file, :made, :now) RETURNING id"""

# What of it still waits. A message that a person or a receipt settled, a request that went on, does not.
_OPEN = f"""
FROM quarantine q LEFT JOIN messages m ON m.id = q.message_id LEFT JOIN offers o ON o.id = q.offer_id
     LEFT JOIN requests r ON r.id = q.request_id
WHERE q.decided_at IS NULL AND (
    m.status IN ('failed', 'parked') AND m.error = '{REASON}'
    OR q.offer_id IS NOT NULL AND o.status = 'open' AND o.expires_at > :far
    OR q.offer_id IS NULL AND r.closed_at IS NULL AND r.due_at > :far)"""
_WAITING = f"""
SELECT COUNT(q.message_id) AS messages, COUNT(q.request_id) AS requests, MIN(q.held_at) AS since_at {_OPEN}"""
_ARRIVED = """
EXISTS (SELECT 1 FROM receipts t WHERE t.key = messages.key AND t.status IN ('sent', 'delivered', 'read'))"""
_OURS = "id IN (SELECT message_id FROM quarantine WHERE decided_at IS NULL)"
_RELEASE = (
    f"UPDATE messages SET status = CASE WHEN {_ARRIVED} THEN 'sent' ELSE 'queued' END, error = NULL, attempts = 0, "
    f"repeats = 0, due_at = CASE WHEN {_ARRIVED} THEN NULL ELSE :now END "
    f"WHERE status = 'failed' AND error = :reason AND {_OURS}",
    "UPDATE messages SET status = 'received', error = NULL, attempts = 0, due_at = :now "
    f"WHERE status = 'parked' AND error = :reason AND {_OURS}",
    "UPDATE offers SET expires_at = (SELECT q.due_at FROM quarantine q WHERE q.offer_id = offers.id "
    "AND q.decided_at IS NULL) WHERE status = 'open' AND expires_at > :far "
    "AND id IN (SELECT offer_id FROM quarantine WHERE decided_at IS NULL)",
    "UPDATE requests SET (due_at, due_kind) = (SELECT COALESCE(q.due_at, :now), COALESCE(q.due_kind, 'doubt') "
    "FROM quarantine q WHERE q.request_id = requests.id AND q.offer_id IS NULL AND q.decided_at IS NULL) "
    "WHERE closed_at IS NULL AND due_at > :far AND id IN "
    "(SELECT request_id FROM quarantine WHERE offer_id IS NULL AND decided_at IS NULL)",
    "UPDATE contacts SET needs_human = FALSE WHERE needs_human "
    "AND id IN (SELECT marked_id FROM quarantine WHERE decided_at IS NULL)",
)
_DROP = (
    f"UPDATE messages SET error = :dropped WHERE status = 'failed' AND error = :reason AND {_OURS}",
    "UPDATE messages SET status = 'understood', error = :dropped WHERE status = 'parked' AND error = :reason "
    f"AND {_OURS}",
)
_DECIDED = "UPDATE quarantine SET decided_at = :now WHERE decided_at IS NULL"


@dataclass(frozen=True, slots=True)
class Held:
    """What waits for a person's word since ``since_at`` (``None``: nothing does): messages (out and in), requests."""

    messages: int
    requests: int
    since_at: datetime | None

    def __bool__(self) -> bool:
        return bool(self.messages or self.requests)


def enter(conn: Connection, file: str, made_at: datetime) -> Held:
    """Put everything into quarantine that was under way when this backup was made. For a database nobody uses yet."""
    for statement in (_HOLD_MESSAGES, _HOLD_OFFERS, _HOLD_REQUESTS, _MARK):
        conn.run(statement, now=conn.now)
    for statement in _STOP:
        conn.run(statement, reason=REASON, never=conn.now + NEVER)
    for statement in _FORGET:
        conn.run(statement)
    restored = conn.one(_RESTORED, file=file, made=made_at, now=conn.now)
    held = waiting(conn)
    told = {"file": file, "made_at": made_at, "messages": held.messages, "requests": held.requests}
    audit.note(conn, None, "backup_restored", f"restore:{restored['id'] if restored else 0}", after=told)
    return held


def waiting(conn: Connection) -> Held:
    """What waits for a person."""
    row = conn.one(_WAITING, far=conn.now + _FAR)
    return Held(row["messages"], row["requests"], row["since_at"]) if row else Held(0, 0, None)


def release(conn: Connection, account_id: int | None) -> Held:
    """It goes on as it was: messages are sent and heard, timers ring; what is stale by now is asked about first.

    Returns what waited. A message whose receipt came since is sent already, and is not sent again.
    """
    held = waiting(conn)
    for statement in _RELEASE:
        conn.run(statement, reason=REASON, now=conn.now, far=conn.now + _FAR)
    _decide(conn, account_id, "quarantine_released", held)
    conn.wake("inbox")
    conn.wake("outbox")
    conn.wake("deadlines")
    return held


def drop(conn: Connection, account_id: int | None) -> Held:
    """The messages are neither sent nor answered; the requests stay, without a timer, for people to go through.

    Their clients stay marked for a human. Returns what waited.
    """
    held = waiting(conn)
    for statement in _DROP:
        conn.run(statement, reason=REASON, dropped=DROPPED)
    _decide(conn, account_id, "quarantine_dropped", held)
    return held


def _decide(conn: Connection, account_id: int | None, action: str, held: Held) -> None:
    conn.run(_DECIDED, now=conn.now)
    if held:
        audit.note(conn, account_id, action, "quarantine", after={"messages": held.messages, "requests": held.requests})
