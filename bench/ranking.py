"""Finding the provider to ask, among 10,000 of one city: the real query, matching and ranking."""

import asyncio
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.report import p50, p95, say, spans
from mboa.dispatch.ranking import choose
from mboa.dispatch.request import Request
from mboa.dispatch.status import Status
from mboa.storage import providers
from mboa.storage.migrate import migrate
from mboa.storage.postgres import PostgresStore
from mboa.storage.sqlite import SqliteStore
from mboa.storage.store import Connection, Store
from mboa.understanding.gazetteer import Zone, centre_of, zones
from tests.postgres_cluster import NoPostgres, create_database, own_cluster

PROVIDERS = 10_000
SERVICES = ("plumbing", "electricity", "appliance")
ZONES_EACH = 5
REQUESTS = 200
CLIENT = 1
DOUALA = [zone for zone in zones() if zone.city == "douala"]
Rows = list[dict[str, Any]]

_CONTACT = """
INSERT INTO contacts (id, name, channel, is_provider, last_inbound_at, created_at)
VALUES (:id, 'P', 'simulator', :provider, :heard, :at)"""
_PROVIDER = """
INSERT INTO providers (id, contact_id, name, services, zones, latitude, longitude, rating_sum, rating_count,
                       offers_count, answers_count, answer_seconds, jobs_count, last_job_at, created_at)
VALUES (:id, :contact, 'P', :services, :zones, :latitude, :longitude, :sum, :count, 20, 15, 120, :jobs, :at, :at)"""
_COVERAGE = "INSERT INTO provider_coverage (service, zone, provider_id) VALUES (:service, :zone, :id)"
_LOOK_UP = "SELECT COUNT(*) AS n FROM provider_coverage WHERE service = :service AND zone = :zone"


def run() -> None:
    """On SQLite, and on PostgreSQL where there is one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mboa.db"
        migrate("sqlite", path)
        asyncio.run(_measure("SQLite", SqliteStore(path)))
    try:
        with own_cluster(durable=True) as cluster:
            url = create_database(cluster, "bench")
            migrate("postgresql", url)
            asyncio.run(_measure("PostgreSQL", PostgresStore(url)))
    except NoPostgres as error:
        say("PostgreSQL", "not here", beside=str(error).splitlines()[0])


async def _measure(name: str, store: Store) -> None:
    await store.open()
    try:
        await store.write(_fill)
        if store.dialect == "postgresql":
            await store.write(_analyse)
        found, reference, candidates = await store.read(_rank)
    finally:
        await store.close()
    beside = f"{p50(found) / p50(reference):.0f} x counting them, {candidates:.0f} candidates each"
    say(f"{name}: one request, median", f"{p50(found):.2f} ms", "< 5 ms", beside)
    say(f"{name}: one of the slowest 5 %", f"{p95(found):.2f} ms")


def _fill(conn: Connection) -> None:
    """A city of providers, each with one or two trades and five zones that lie side by side."""
    chance = random.Random(4)  # the same city every time
    now = datetime.now(UTC)
    conn.run(_CONTACT, id=CLIENT, provider=False, heard=now, at=now)
    everybody = [_provider(number, chance, now) for number in range(2, PROVIDERS + 2)]
    conn.many(_CONTACT, [{"id": one["id"], "provider": True, "heard": one["at"], "at": now} for one in everybody])
    conn.many(_PROVIDER, everybody)
    conn.many(_COVERAGE, list(_covered(everybody)))


def _analyse(conn: Connection) -> None:
    """What PostgreSQL does by itself within a minute."""
    conn.run("ANALYZE")


def _provider(number: int, chance: random.Random, now: datetime) -> dict[str, Any]:
    home = chance.choice(DOUALA)
    here = centre_of(home.slug) or (0.0, 0.0)
    near = sorted(
        DOUALA, key=lambda zone: sum(abs(a - b) for a, b in zip(centre_of(zone.slug) or here, here, strict=True))
    )
    count = chance.randrange(40)
    return {
        "id": number,
        "contact": number,
        "services": "|".join(chance.sample(SERVICES, chance.choice((1, 1, 2)))),
        "zones": "|".join(zone.slug for zone in near[:ZONES_EACH]),
        "latitude": home.latitude,
        "longitude": home.longitude,
        "sum": count * 4,
        "count": count,
        "jobs": chance.randrange(60),
        "at": now - timedelta(hours=chance.randrange(400)),
    }


def _covered(everybody: Rows) -> Iterator[dict[str, Any]]:
    for one in everybody:
        for service in one["services"].split("|"):
            for zone in one["zones"].split("|"):
                yield {"service": service, "zone": zone, "id": one["id"]}


def _rank(conn: Connection) -> tuple[list[float], list[float], float]:
    """Milliseconds of each request, of the bare look-up of its candidates, and how many these are."""
    chance = random.Random(5)
    asked = [(chance.choice(SERVICES), chance.choice(DOUALA)) for _ in range(REQUESTS)]
    found, reference, candidates = [], [], 0
    for number, (service, zone) in enumerate([asked[0], *asked]):
        request = _request(number, service, zone)
        row = conn.one(_LOOK_UP, service=service, zone=zone.slug)
        candidates += row["n"] if row else 0
        reference += spans(1, lambda s=service, z=zone.slug: conn.one(_LOOK_UP, service=s, zone=z))  # type: ignore[misc]
        found += spans(1, lambda r=request: choose(providers.candidates(conn, r, ()), r.spot, conn.now))  # type: ignore[misc]
    return sorted(found[1:]), sorted(reference[1:]), candidates / len(found)


def _request(number: int, service: str, zone: Zone) -> Request:
    request = Request(id=number, client_id=CLIENT, status=Status.PENDING, created_at=datetime.now(UTC))
    request.service, request.zone = service, zone.slug
    request.latitude, request.longitude = zone.latitude, zone.longitude
    return request
