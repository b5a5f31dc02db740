"""What channels say of messages we sent: kept as it came, applied forward only, failures handed to the product."""

from datetime import timedelta

import orjson

from mboa.channels.base import Receipt
from mboa.channels.numbers import masked
from mboa.storage import offers
from mboa.storage.store import Connection, Row

# A status only moves forward: from these it may become the key. `failed` after `delivered` is recorded, not believed.
FROM = {
    "sent": ("queued", "sending"),
    "delivered": ("queued", "sending", "sent"),
    "read": ("queued", "sending", "sent", "delivered"),
}

_KEEP = """
INSERT INTO receipts (channel, external_id, key, status, error, error_code, pricing_json, pending, occurred_at,
                      created_at)
VALUES (:channel, :external, :key, :status, :error, :code, :pricing, :pending, :occurred, :at)
ON CONFLICT DO NOTHING"""


def _forward(status: str, where: str) -> str:
    states = ", ".join(f"'{state}'" for state in FROM[status])
    return f"""
UPDATE messages SET status = '{status}', due_at = NULL, sent_at = COALESCE(sent_at, :at),
       external_id = CASE WHEN external_id IS NULL AND NOT EXISTS (
           SELECT 1 FROM messages k WHERE k.channel = :channel AND k.external_id = :external
       ) THEN :external ELSE external_id END
WHERE {where} AND direction = 'out' AND status IN ({states}) RETURNING offer_id, kind"""


_BY_KEY = {status: _forward(status, "key = :key") for status in FROM}
_BY_EXTERNAL = {status: _forward(status, "channel = :channel AND external_id = :external") for status in FROM}
_PENDING = """
SELECT r.id, r.error, r.error_code, r.channel, m.id AS message_id, m.offer_id, m.kind, m.body_json, m.attempts
FROM receipts r LEFT JOIN messages m ON m.direction = 'out'
     AND (m.key = r.key OR (m.channel = r.channel AND m.external_id = r.external_id))
WHERE r.pending ORDER BY r.id LIMIT :most"""
_SETTLED = "UPDATE receipts SET pending = FALSE WHERE id = :id AND pending"


def keep(conn: Connection, receipt: Receipt, offer_timeout: timedelta) -> None:
    """Keep one receipt and move its message forward; a failure waits for the worker, who decides what follows."""
    new = conn.run(
        _KEEP,
        channel=receipt.channel,
        external=receipt.external_id,
        key=receipt.key,
        status=receipt.status,
        error=receipt.error and masked(receipt.error),
        code=receipt.error_code,
        pricing=orjson.dumps(receipt.pricing).decode() if receipt.pricing else None,
        pending=receipt.status == "failed",
        occurred=receipt.at,
        at=conn.now,
    )
    if receipt.status == "failed":
        if new:
            conn.wake("inbox")
    elif new or receipt.key is not None:
        # A channel that gives one id to many messages names ours by the key all the same.
        _move_forward(conn, receipt, offer_timeout)


def _move_forward(conn: Connection, receipt: Receipt, offer_timeout: timedelta) -> None:
    if receipt.key is not None:
        sql = _BY_KEY[receipt.status]
        named = {"key": receipt.key, "channel": receipt.channel, "external": receipt.external_id}
        moved = conn.one(sql, **named, at=conn.now)
    else:
        sql = _BY_EXTERNAL[receipt.status]
        moved = conn.one(sql, channel=receipt.channel, external=receipt.external_id, at=conn.now)
    if moved is not None and moved["offer_id"] is not None and moved["kind"] == "offer":
        offers.start_minutes(conn, moved["offer_id"], conn.now, offer_timeout)


def pending(conn: Connection, most: int) -> list[Row]:
    """Failures nobody has dealt with, with the message each is about (``message_id`` is None when unknown)."""
    return conn.all(_PENDING, most=most)


def settled(conn: Connection, receipt_id: int) -> bool:
    """Mark a failure as dealt with; False when another worker was first."""
    return bool(conn.run(_SETTLED, id=receipt_id))
