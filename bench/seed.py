"""Filling a database in bulk: a roster, open offers whose minutes run, and a past of completed requests.

Ids are given, in ranges that do not touch; what the product adds comes after the highest of them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bench.engines import settle, transaction
from mboa.storage.store import Connection, Row
from mboa.understanding.gazetteer import zones
from tests.engines import Database, sealed

PROVIDERS = 2_500
# One trade of three and two zones of fifty for each provider: 33 candidates for a request.
SERVICES = ("plumbing", "electricity", "appliance")
ZONES = 50
OPEN_FROM, PAST_FROM = 1_000_000, 10_000_000
_CHUNK = 50_000
_TABLES = ("contacts", "identities", "messages", "receipts", "requests", "providers", "offers", "events")

_N = "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
_CONTACTS = f"""
INSERT INTO contacts (id, name, channel, is_provider, last_inbound_at, created_at)
{_N} SELECT i, 'P', 'whatsapp', i <= {PROVIDERS}, :at, :at FROM n"""
_IDENTITY = """
INSERT INTO identities (contact_id, channel, scheme, sealed, lookup, created_at)
VALUES (:id, 'any', 'phone', :sealed, :lookup, :at)"""
_PROVIDERS = f"""
INSERT INTO providers (id, contact_id, name, services, zones, latitude, longitude, rating_sum, rating_count,
                       offers_count, answers_count, answer_seconds, jobs_count, created_at)
{_N} SELECT i, i, 'P', CASE i % 3 WHEN 0 THEN 'plumbing' WHEN 1 THEN 'electricity' ELSE 'appliance' END, '', 4.05, 9.70,
            4 * (i % 40), i % 40, 20, 15, 120, i % 60, :at FROM n"""
_COVERAGE = "INSERT INTO provider_coverage (service, zone, provider_id) VALUES (:service, :zone, :id)"
_PROVIDER = f"(1 + n.i % {PROVIDERS})"
_SERVICE = f"(SELECT MIN(v.service) FROM provider_coverage v WHERE v.provider_id = {_PROVIDER})"
_ZONE = f"(SELECT MIN(v.zone) FROM provider_coverage v WHERE v.provider_id = {_PROVIDER})"
_REQUESTS = f"""
INSERT INTO requests (id, client_id, status, service, zone, city, problem, provider_id, token, created_at, confirmed_at,
                      promised_at, closed_at)
{_N} SELECT i, i, :status, {_SERVICE}, {_ZONE}, 'douala', 'fuite', CASE WHEN :done THEN {_PROVIDER} END, 't' || i,
            :at, :at, :at, CASE WHEN :done THEN :at END FROM n"""
_OFFERS = f"""
INSERT INTO offers (id, request_id, provider_id, position, code, status, score, reasons_json, withheld_json,
                    offered_at, sent_at, expires_at)
{_N} SELECT i, i, {_PROVIDER}, 1, 'A1', :status, 0.5, '[]', '[]', :at, :at, :expires FROM n"""
_ENDS = "UPDATE offers SET expires_at = :expires WHERE id BETWEEN :first AND :last"
_DUE_FROM = "UPDATE offers SET expires_at = :expires WHERE id = :id"
_MESSAGES = f"""
INSERT INTO messages (direction, channel, contact_id, request_id, external_id, key, kind, text, status, created_at)
{_N} SELECT CASE WHEN k < 3 THEN 'in' ELSE 'out' END, 'whatsapp', i, i, 'wamid.' || i || '.' || k,
            CASE WHEN k >= 3 THEN 'past:' || i || ':' || k END, 'text', 'Une fuite sous l''évier, demain matin',
            CASE WHEN k < 3 THEN 'understood' ELSE 'delivered' END, :at
     FROM n CROSS JOIN (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL
                        SELECT 5) AS many"""
_EVENTS = f"""
INSERT INTO events (happened_at, name, request_id, contact_id, actor, cause)
{_N} SELECT :at, name, i, i, 'system', 'message:1'
     FROM n CROSS JOIN (SELECT 'request_created' AS name UNION ALL SELECT 'offer_made' UNION ALL
                        SELECT 'request_accepted' UNION ALL SELECT 'request_completed') AS many"""
_RECEIPTS = f"""
INSERT INTO receipts (channel, external_id, key, status, occurred_at, created_at)
{_N} SELECT 'whatsapp', 'wamid.' || i || '.3', 'past:' || i || ':3', 'delivered', :at, :at FROM n"""


def roster(database: Database) -> None:
    """Repairers whose windows are open."""
    with transaction(database) as conn:
        conn.run(_CONTACTS, first=1, last=PROVIDERS, at=conn.now)
        addresses(conn, 1, PROVIDERS, conn.now)
        conn.run(_PROVIDERS, first=1, last=PROVIDERS, at=conn.now)
        conn.many(_COVERAGE, list(_covered()))
        _continue_after(conn)


def addresses(conn: Connection, first: int, last: int, at: datetime, base: int = 60_000_000) -> None:
    """A number for each person from ``first`` to ``last``, sealed as the product seals it."""
    conn.many(_IDENTITY, ({"id": i, "at": at, **sealed(f"+2376{base + i}")} for i in range(first, last + 1)))


def _covered() -> Iterator[Row]:
    slugs = sorted(zone.slug for zone in zones() if zone.city == "douala")[:ZONES]
    for number in range(1, PROVIDERS + 1):
        for step in (0, 1):
            place = (number // len(SERVICES) + step) % ZONES
            yield {"id": number, "service": SERVICES[number % len(SERVICES)], "zone": slugs[place]}


def open_offers(database: Database, number: int, expires: datetime, first: int = OPEN_FROM) -> None:
    """So many requests, each with one open offer that was sent and ends at ``expires``."""
    with transaction(database) as conn:
        where = {"first": first, "last": first + number - 1}
        conn.run(_CONTACTS, **where, at=conn.now)
        addresses(conn, first, first + number - 1, conn.now)
        conn.run(_REQUESTS, **where, at=conn.now, status="offered", done=False)
        conn.run(_OFFERS, **where, at=conn.now, status="open", expires=expires)
        _continue_after(conn)
    settle(database)


def end_together(database: Database, number: int, expires: datetime, first: int = OPEN_FROM) -> None:
    """Let so many open offers end at the same time."""
    with transaction(database) as conn:
        conn.run(_ENDS, expires=expires, first=first, last=first + number - 1)
    settle(database)


def spread(database: Database, expires: list[datetime], first: int = OPEN_FROM) -> None:
    """Let the first open offers end at these times instead."""
    with transaction(database) as conn:
        conn.many(_DUE_FROM, [{"id": first + number, "expires": at} for number, at in enumerate(expires)])


def past(database: Database, number: int) -> None:
    """So many completed requests of as many people, 13 rows each, over the last year."""
    with transaction(database) as conn:
        for start in range(PAST_FROM, PAST_FROM + number, _CHUNK):
            at = conn.now - timedelta(days=365) * (1 - (start - PAST_FROM) / number)
            last = min(start + _CHUNK, PAST_FROM + number) - 1
            conn.run(_CONTACTS, first=start, last=last, at=at)
            addresses(conn, start, last, at)
            for statement in (_MESSAGES, _EVENTS, _RECEIPTS):
                conn.run(statement, first=start, last=last, at=at)
            conn.run(_REQUESTS, first=start, last=last, at=at, status="completed", done=True)
            conn.run(_OFFERS, first=start, last=last, at=at, status="accepted", expires=at)
        _continue_after(conn)
    settle(database)


def _continue_after(conn: Connection) -> None:
    """PostgreSQL's counters do not see given ids; SQLite's do."""
    if type(conn).__name__ == "PostgresConnection":
        for table in _TABLES:
            conn.all(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), COALESCE(MAX(id), 1)) FROM {table}")
