"""A person is forgotten: his addresses, names and words go, the totals stay (law 2024/017, right to erasure)."""

import secrets
from collections.abc import Sequence
from hashlib import sha256

from mboa.storage import blur
from mboa.storage.store import Connection
from mboa.storage.value_lists import rows_of

_ASKED = """
SELECT c.id FROM contacts c WHERE c.erasing_since_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.contact_id = c.id AND m.status IN ('received', 'queued', 'sending'))
  AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.client_id = c.id AND r.closed_at IS NULL)
ORDER BY c.erasing_since_at LIMIT :most"""
# A message's id at Meta holds the phone number, in base64; its digest is as good for knowing it again.
_IDS = "SELECT id, external_id FROM messages WHERE contact_id = :id AND external_id IS NOT NULL"
_RENAME = "UPDATE messages SET external_id = :digest WHERE id = :id"
_DELIVERED = "SELECT external_id FROM messages WHERE channel = :channel AND external_id IN ({values})"
_FORGET_RECEIPTS = """
DELETE FROM receipts WHERE pricing_json IS NULL
  AND external_id IN (SELECT external_id FROM messages WHERE contact_id = :id AND external_id IS NOT NULL)"""
# The price of a message counts in the totals; whose it was does not.
_BLUR_RECEIPTS = """
UPDATE receipts SET external_id = 'erased:' || id, error = NULL
WHERE external_id IN (SELECT external_id FROM messages WHERE contact_id = :id AND external_id IS NOT NULL)"""
_MESSAGES = f"{blur.MESSAGES}, reply_to = NULL, error = NULL WHERE contact_id = :id"
_REQUESTS = f"{blur.REQUESTS} WHERE client_id = :id"
_HIS_REQUESTS = "SELECT id FROM requests WHERE client_id = :id"
_RENAME_PAGE = "UPDATE requests SET token = :token WHERE id = :id"
_DIARY = """
SELECT id, data_json FROM events WHERE contact_id = :id
   OR request_id IN (SELECT r.id FROM requests r WHERE r.client_id = :id)"""
_ROSTER = "UPDATE providers SET name = '–', latitude = NULL, longitude = NULL WHERE contact_id = :id"
_CONTACT = """
UPDATE contacts SET name = NULL, expecting = NULL, about_id = NULL, misses = 0, needs_human = FALSE, held_by = NULL,
       held_until_at = NULL, erasing_since_at = NULL, erased_at = :now, version = version + 1 WHERE id = :id"""
_MARKS = "DELETE FROM misreadings WHERE message_id IN (SELECT m.id FROM messages m WHERE m.contact_id = :id)"
_ADDRESSES = ("DELETE FROM names WHERE contact_id = :id", "DELETE FROM identities WHERE contact_id = :id")


def waiting(conn: Connection, most: int) -> list[int]:
    """Whoever wants to be forgotten and about whom nothing is under way any more: not even the last word to him."""
    return [row["id"] for row in conn.all(_ASKED, most=most)]


def erase(conn: Connection, contact_id: int) -> None:
    """Forget a person. His messages' ids are remembered as digests: Meta may deliver them again for a week."""
    for statement in (_FORGET_RECEIPTS, _BLUR_RECEIPTS, _MESSAGES, _REQUESTS, _ROSTER, _MARKS, *_ADDRESSES):
        conn.run(statement, id=contact_id)
    known = conn.all(_IDS, id=contact_id)
    conn.many(_RENAME, [{"id": row["id"], "digest": _digest(row["external_id"])} for row in known])
    for row in conn.all(_HIS_REQUESTS, id=contact_id):
        conn.run(_RENAME_PAGE, id=row["id"], token=secrets.token_urlsafe(16))
    blur.without_words(conn, {row["id"]: row["data_json"] for row in conn.all(_DIARY, id=contact_id)})
    conn.run(_CONTACT, id=contact_id, now=conn.now)


def delivered_again(conn: Connection, channel: str, external_ids: Sequence[str]) -> set[str]:
    """Which of these messages are of somebody who is forgotten: whoever seems to write them is no newcomer."""
    by_digest = {_digest(external_id): external_id for external_id in external_ids}
    return {by_digest[row["external_id"]] for row in rows_of(conn, _DELIVERED, list(by_digest), channel=channel)}


def _digest(external_id: str) -> str:
    return f"erased:{sha256(external_id.encode()).hexdigest()}"
