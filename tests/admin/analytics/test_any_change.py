"""Whatever becomes of a row, and however many write at once: figures and recount agree."""

import asyncio
from datetime import timedelta
from random import Random

from mboa.storage.admin import figures
from mboa.storage.store import Connection, Store

ALWAYS = ("2000-01-01", "2100-01-01")
ROWS = 6
PERSON = "INSERT INTO contacts (id, name, channel, created_at) VALUES (:id, 'Mireille', 'whatsapp', :at)"
PROVIDER = """
INSERT INTO providers (id, contact_id, name, services, zones, created_at) VALUES (:id, :id, 'Paul', '', '', :at)"""
REQUEST = """
INSERT INTO requests (id, client_id, status, service, zone, token, created_at)
VALUES (:id, :id, 'pending', 'plumbing', 'akwa', 't' || CAST(:id AS TEXT), :at)"""
OFFER = """
INSERT INTO offers (id, request_id, provider_id, position, code, status, score, reasons_json, withheld_json,
                    offered_at, expires_at) VALUES (:id, :id, 1, 1, 'A1', 'open', 0, '{}', '[]', :at, :at)"""
MESSAGE = """
INSERT INTO messages (id, direction, channel, kind, status, created_at)
VALUES (:id, :way, 'whatsapp', 'text', 'received', :at)"""
RECEIPT = """
INSERT INTO receipts (channel, external_id, status, pricing_json, created_at)
VALUES ('whatsapp', 'w' || CAST(:id AS TEXT), :status, :pricing, :at)"""
REQUEST_MOVES = """
UPDATE requests SET status = :status, zone = :zone, service = :service, provider_id = :provider, rating = :rating,
       accepted_at = :accepted, fallback_told = :told, confirmed_at = :confirmed, closed_at = :confirmed
WHERE id = :id"""
OFFER_MOVES = "UPDATE offers SET status = :status, sent_at = :sent, answered_at = :answered WHERE id = :id"
MESSAGE_MOVES = "UPDATE messages SET status = :status, sent_at = :sent WHERE id = :id"


def people(conn: Connection) -> None:
    """Six requests, offers and messages; two prices."""
    for number in range(1, ROWS + 1):
        for sql in (PERSON, PROVIDER, REQUEST, OFFER):
            conn.run(sql, id=number, at=conn.now)
        conn.run(MESSAGE, id=number, way="in" if number % 2 else "out", at=conn.now)
    for status, pricing in (("sent", '{"category":"utility","billable":true}'), ("delivered", "{}"), ("sent", None)):
        conn.run(RECEIPT, id=len(status + str(pricing)), status=status, pricing=pricing, at=conn.now)


def step(conn: Connection, draw: Random) -> None:
    """Move one request, its offer (under the request's lock, as the product does) and a message anywhere at all."""
    number = draw.randint(1, ROWS)
    at = conn.now + timedelta(hours=draw.randrange(0, 60))
    conn.run(
        REQUEST_MOVES,
        id=number,
        status=draw.choice(("pending", "accepted", "completed", "cancelled", "unserved")),
        zone=draw.choice(("akwa", "makepe", None)),
        service=draw.choice(("plumbing", "appliance")),
        provider=draw.choice((1, 2, None)),
        rating=draw.choice((1, 5, None)),
        accepted=draw.choice((at, None)),
        told=draw.random() < 0.5,
        confirmed=draw.choice((at, at, None)),
    )
    ended = draw.choice(("accepted", "declined", "expired", "withdrawn", "undeliverable"))
    sent, later = draw.choice((at, None)), at + timedelta(milliseconds=draw.randint(0, 30_000_000))
    conn.run(OFFER_MOVES, id=number, status=ended, sent=sent, answered=later)
    heard = draw.choice(("received", "understood"))
    conn.run(MESSAGE_MOVES, id=draw.randint(1, ROWS), status=heard, sent=draw.choice((at, None)))


async def agree(store: Store) -> figures.Figures:
    """What is kept, after checking it against the recount."""
    kept, recounted = [await store.read(fn, *ALWAYS) for fn in (figures.kept, figures.recount)]
    assert kept == recounted
    return kept


async def test_no_change_of_a_row_is_missed(store: Store) -> None:
    await store.write(people)
    counted: set[str] = set()
    for seed in range(12):
        draw = Random(seed)

        def wander(conn: Connection, draw: Random = draw) -> None:
            for _ in range(15):
                step(conn, draw)

        await store.write(wander)
        counted |= {table for table, rows in (await agree(store)).items() if rows}
    assert counted == {*figures.TABLES}


async def test_forty_at_once_wait_for_nobody_and_lose_nothing(store: Store) -> None:
    await store.write(people)
    await asyncio.gather(*(store.write(step, Random(seed)) for seed in range(40)))
    assert (await agree(store))["offer_figures"]


async def test_figures_can_be_built_anew_from_the_rows(store: Store) -> None:
    await store.write(people)
    await store.write(step, Random(3))
    before = await agree(store)
    await store.write(figures.rebuild)
    assert await agree(store) == before
