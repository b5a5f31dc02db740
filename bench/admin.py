"""The admin's pages on a city with a past: server time of each, and how it grows."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from bench import admin_seed
from bench.engines import engines, transaction
from bench.report import judge, p50, p95, within
from mboa.admin import live
from mboa.admin.origins import HOST_COOKIE
from mboa.storage.admin import accounts, sessions
from mboa.storage.admin.sessions import Client
from mboa.wiring import build
from tests.city import settings_for
from tests.engines import Database

SIZES = (10_000, 1_000_000)
# `MBOA_BENCH_SIZES=1000,10000`: others, for a quick look.
SIZES_VARIABLE = "MBOA_BENCH_SIZES"
ROUNDS = 30
PROVIDERS = 10_000
GOAL_MS, DASHBOARD_GOAL_MS, FLAT = 100, 50, 2
# Below this a page may double without anybody noticing: two milliseconds are two thirds of an empty page.
NOISE_MS = 5.0
PAGES = {
    "dashboard": "/admin/dashboard",
    "requests": "/admin/requests",
    "requests, open": "/admin/requests?status=open",
    "requests, waiting": "/admin/requests?sort=waiting",
    "requests, filtered": "/admin/requests?status=completed&service=plumbing&zone=bonamoussadi",
    "requests, searched": "/admin/requests?q=fuite+evier",
    "requests, searched and filtered": "/admin/requests?q=mireille&status=completed&zone=akwa",
    "requests, by phone": "/admin/requests?q=677000123",
    "a request": "/admin/requests/777",
    "conversations": "/admin/conversations",
    "conversations, waiting for us": "/admin/conversations?flag=needs_human",
    "conversations, searched": "/admin/conversations?q=mireille+ngo",
    "a conversation": "/admin/conversations/77",
    "providers": "/admin/providers",
    "providers, of a trade": "/admin/providers?service=plumbing&sort=rating",
    "providers, searched": "/admin/providers?q=paul",
    "a provider": "/admin/providers/77",
    "analytics": "/admin/analytics",
    "analytics, 90 days": "/admin/analytics?days=90",
    "analytics, 90 days of a quarter": "/admin/analytics?days=90&zone=bonamoussadi",
    "metrics": "/admin/metrics",
    "users": "/admin/users",
    "audit": "/admin/audit",
}
# For programs: as JSON.
DATA = {
    "requests, as JSON": "/admin/requests",
    "success rate by zone": "/admin/analytics/success-rate?by=zone",
    "success rate by provider": "/admin/analytics/success-rate?by=provider&days=90",
    "response times by provider": "/admin/analytics/response-times?by=provider",
    "response times by provider, 90 days": "/admin/analytics/response-times?by=provider&days=90",
    "response times by zone, 90 days": "/admin/analytics/response-times?by=zone&days=90",
}


def sizes() -> Iterator[int]:
    """How many past requests, from small to large."""
    chosen = os.environ.get(SIZES_VARIABLE)
    yield from (int(size) for size in chosen.split(",")) if chosen else SIZES


def run() -> None:
    """Both engines, each size on a fresh database."""
    for engine in engines():
        smallest: dict[str, float] = {}
        for size in sizes():
            database = engine.fresh()
            start = time.perf_counter()
            admin_seed.fill(database, requests=size, messages=5 * size, providers=PROVIDERS)
            print(f"  {engine.name}: {size:,} requests made in {time.perf_counter() - start:.0f} s", flush=True)
            for page, (took, busy) in asyncio.run(measure(database)).items():
                goal = DASHBOARD_GOAL_MS if page == "dashboard" else GOAL_MS
                beside = f"p50 {p50(took):.1f} ms; processor p95 {p95(busy):.1f} ms"
                within(f"{engine.name}, {size:,}: {page}, p95", p95(took), goal, "ms", beside)
                first = max(smallest.setdefault(page, p50(took)), NOISE_MS)
                if size != next(sizes()):
                    judge(f"{engine.name}: {page}, growth", f"{p50(took):.1f} ms", f"{first:.1f} ms at first",
                          p50(took) / first, ("<=", FLAT))  # fmt: skip


@contextmanager
def _signed_in(database: Database) -> Iterator[str]:
    with transaction(database) as conn:
        account = accounts.create(conn, "bench@mboa.test", "operator")
        assert account is not None
        cookie = sessions.begin(conn, account.id, Client("127.0.0.1", "bench"), "open", via="sign-in")
        accounts.set_role(conn, account.id, "owner")
    yield cookie


async def measure(database: Database) -> dict[str, tuple[list[float], list[float]]]:
    """Milliseconds from the request to the last byte, in the process itself, and how many of them its threads had a
    processor (neighbours on the machine add to the first, hardly to the second; PostgreSQL's own work is not in it):
    no network, no compression, and what the dashboard shows looked up anew each time."""
    live.LOOK_SECONDS = 0
    with _signed_in(database) as cookie:
        mboa = build(settings_for(database), frozenset({"web"}))
        await mboa.start()
        try:
            transport = httpx2.ASGITransport(app=mboa.app)
            headers = {"accept": "text/html", "accept-encoding": "identity"}
            async with httpx2.AsyncClient(
                transport=transport, base_url="https://mboa.test", headers=headers, cookies={HOST_COOKIE: cookie}
            ) as client:
                pages = {page: await _times(client, path) for page, path in PAGES.items()}
                client.headers["accept"] = "application/json"
                return pages | {page: await _times(client, path) for page, path in DATA.items()}
        finally:
            await mboa.stop()


async def _times(client: httpx2.AsyncClient, path: str) -> tuple[list[float], list[float]]:
    took, busy = [], []
    for _ in range(ROUNDS):
        start, began = time.perf_counter(), time.process_time()
        answer = await client.get(path)
        took.append((time.perf_counter() - start) * 1000)
        busy.append((time.process_time() - began) * 1000)
        if answer.status_code not in {200, 404}:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return sorted(took), sorted(busy)
