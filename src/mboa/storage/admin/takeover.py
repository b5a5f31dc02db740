"""What a takeover does to the messages of one person: what waits, what is dropped, what goes on."""

from datetime import datetime

from mboa.storage.store import Connection

# A question or answer of the bot that an operator forestalled would only confuse.
_DROP_REPLIES = """
UPDATE messages SET status = 'failed', due_at = NULL, error = 'taken over by an operator'
WHERE contact_id = :contact AND direction = 'out' AND status = 'queued' AND key LIKE 'reply:%'"""
# Offers are not kept back: they go to the next provider at once (`claims`). Of the rest `clearance` has the last word.
_KEEP_BACK = """
UPDATE messages SET due_at = :until
WHERE contact_id = :contact AND direction = 'out' AND status = 'queued' AND due_at < :until AND kind <> 'offer'
  AND key NOT LIKE 'operator:%' AND key NOT LIKE 'reply:%' AND key NOT LIKE 'contact-provider:%'"""
_WAIT_ON = """
UPDATE messages SET due_at = :until WHERE contact_id = :contact AND status = 'received' AND kept_at IS NOT NULL"""
_GO_OUT = """
UPDATE messages SET due_at = :now
WHERE contact_id = :contact AND direction = 'out' AND status = 'queued' AND due_at = :until"""
_ANSWERED = """
UPDATE messages SET status = 'understood', due_at = NULL
WHERE contact_id = :contact AND status = 'received' AND kept_at IS NOT NULL"""
_NEWEST_IN = """
SELECT id FROM messages WHERE contact_id = :contact AND direction = 'in' ORDER BY id DESC LIMIT 1"""
_BY_KEY = "SELECT id FROM messages WHERE key = :key"
_HOLDER = "SELECT email FROM accounts WHERE id = :id"


def forestall(conn: Connection, contact_id: int) -> None:
    """An operator takes over: what the bot was about to answer is not said."""
    conn.run(_DROP_REPLIES, contact=contact_id)


def keep_back(conn: Connection, contact_id: int, until: datetime) -> None:
    """The bot's messages to him, and his unanswered ones, wait until ``until``."""
    conn.run(_KEEP_BACK, contact=contact_id, until=until)
    conn.run(_WAIT_ON, contact=contact_id, until=until)


def let_go(conn: Connection, contact_id: int, until: datetime) -> None:
    """The hold that lasted until ``until`` ends now: what it kept back goes on."""
    conn.run(_GO_OUT, contact=contact_id, until=until, now=conn.now)
    conn.run(_WAIT_ON, contact=contact_id, until=conn.now)
    conn.wake("inbox")
    conn.wake("outbox")


def answered(conn: Connection, contact_id: int) -> None:
    """The operator has answered what waited: the bot will not."""
    conn.run(_ANSWERED, contact=contact_id)


def newest_in(conn: Connection, contact_id: int) -> int:
    """The id of his newest message; 0 when he never wrote."""
    row = conn.one(_NEWEST_IN, contact=contact_id)
    return int(row["id"]) if row else 0


def by_key(conn: Connection, key: str) -> int | None:
    """The id of a message by its key."""
    row = conn.one(_BY_KEY, key=key)
    return int(row["id"]) if row else None


def email_of(conn: Connection, account_id: int | None) -> str | None:
    """The address of whoever holds a conversation."""
    row = conn.one(_HOLDER, id=account_id) if account_id is not None else None
    return str(row["email"]) if row else None
