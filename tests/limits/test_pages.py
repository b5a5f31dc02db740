"""Too much is answered with 429 and the time to wait, wherever it is asked; webhooks and health never are."""

import httpx2
import pytest

from mboa.operations import doors, limits
from mboa.operations.limits import Limit
from mboa.storage import limits as rows
from mboa.storage.store import Connection
from tests.admin.stage import at_desk
from tests.city import City
from tests.engines import Database, HandClock

STRANGER = "41.202.219.1"


def exhaust(conn: Connection, limit: Limit, who: str) -> None:
    """He has asked for all that he may."""
    assert rows.take(conn, f"{limit.name}:{who}", limit.seconds, limit.seconds) == 0


def from_(city: City, address: str) -> httpx2.AsyncClient:
    """A browser at this address."""
    transport = httpx2.ASGITransport(app=city.mboa.app, client=(address, 4000))
    return httpx2.AsyncClient(transport=transport, base_url="https://mboa.test")


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("GET", "/suivi/abc", limits.FOLLOW),
        ("GET", "/admin/login", limits.ADMIN),
        ("POST", "/admin/login", limits.SIGN_IN),
        ("POST", "/admin/login/code", limits.SIGN_IN),
        ("GET", "/metrics", limits.FIGURES),
        ("GET", "/nothing/here", limits.ELSEWHERE),
        ("POST", "/simulator/messages", limits.SIMULATOR),
    ],
)
async def test_an_address_that_asks_too_much_waits(city: City, method: str, path: str, limit: Limit) -> None:
    await city.mboa.office.store.write(exhaust, limit, STRANGER)
    async with from_(city, STRANGER) as greedy, from_(city, "41.202.219.2") as other:
        refused = await greedy.request(method, path)
        assert (refused.status_code, int(refused.headers["retry-after"]) >= 1) == (429, True)
        assert "Trop de demandes" in refused.text
        assert (await other.request(method, path)).status_code != 429


async def test_health_and_webhooks_know_no_limit(city: City) -> None:
    for limit in vars(limits).values():
        if isinstance(limit, Limit):
            await city.mboa.office.store.write(exhaust, limit, STRANGER)
    async with from_(city, STRANGER) as web:
        assert (await web.get("/health/live")).status_code == 200
        assert (await web.get("/health/ready")).status_code == 503
        assert (await web.post("/webhooks/whatsapp", content=b"{}")).status_code == 401
    assert (doors.WEBHOOKS.limit, doors.HEALTH.limit) == (None, None)


async def test_a_stranger_gains_nothing_by_other_names(city: City) -> None:
    await city.mboa.office.store.write(exhaust, limits.FOLLOW, STRANGER)
    async with from_(city, STRANGER) as web:
        answers = [await web.get("/suivi/abc", headers={"x-forwarded-for": f"6.6.6.{n}"}) for n in range(10)]
    assert {answer.status_code for answer in answers} == {429}


async def test_behind_a_trusted_proxy_each_client_has_his_own(database: Database, clock: HandClock) -> None:
    city = City(database, clock, trusted_proxies="127.0.0.1")
    await city.open()
    await city.mboa.office.store.write(exhaust, limits.FOLLOW, STRANGER)
    statuses = [
        (await city.web.get("/suivi/abc", headers={"x-forwarded-for": told})).status_code
        for told in (STRANGER, f"6.6.6.6, {STRANGER}", "41.202.219.2")
    ]
    await city.close()
    assert statuses == [429, 429, 404]


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("GET", "/admin/requests", limits.READS),
        ("POST", "/admin/providers", limits.WRITES),
        ("GET", "/admin/requests.csv", limits.EXPORTS),
    ],
)
async def test_an_account_has_an_allowance_on_every_address(city: City, method: str, path: str, limit: Limit) -> None:
    async with at_desk(city, "operator") as awa, at_desk(city, "operator") as paul:
        await city.mboa.office.store.write(exhaust, limit, "1")
        refused = await awa.request(method, path)
        assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
        assert "Trop de demandes" in refused.json()["detail"]
        assert (await paul.request(method, path)).status_code != 429


async def test_people_at_work_never_meet_a_limit(city: City) -> None:
    async with at_desk(city, "operator", browser=True) as awa:
        statuses = {(await awa.get("/admin/requests")).status_code for _ in range(150)}
    assert statuses == {200}


async def test_the_only_owner_works_on_while_sixty_addresses_guess(database: Database, clock: HandClock) -> None:
    city = City(database, clock, trusted_proxies="127.0.0.1")
    await city.open()
    async with at_desk(city, "owner", browser=True) as owner:
        [account] = await city.rows("SELECT email FROM accounts")
        statuses = []
        for number in range(60):
            guess = {"email": account["email"], "password": f"guess {number} of many"}
            told = {"accept": "application/json", "x-forwarded-for": f"41.202.{number}.1"}
            statuses.append((await city.web.post("/admin/login", json=guess, headers=told)).status_code)
        page = await owner.get("/admin/dashboard", headers={"x-forwarded-for": "41.202.0.1"})
    await city.close()
    assert (statuses.count(401), statuses.count(429), page.status_code) == (6, 54, 200)
