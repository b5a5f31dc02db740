"""Every answer of every route tells the browser what it must not do, also a refusal and a failure."""

import re

import httpx2
import pytest
from fastapi.routing import iter_route_contexts

from mboa.admin.desk import Desk
from mboa.admin.doors import add_admin
from mboa.web import create_app
from tests.admin.stage import at_desk
from tests.city import City
from tests.engines import Database, HandClock

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = re.compile(r"default-src '(none|self)'.*frame-ancestors 'none'")


def faults(answer: httpx2.Response) -> list[str]:
    """What is missing in an answer's head."""
    head = answer.headers
    wrong = [name for name, value in ALWAYS.items() if head.get(name) != value]
    policy = head.get("content-security-policy", "")
    if not POLICY.search(policy) or "unsafe" in policy or "*" in policy or "http:" in policy:
        wrong.append(f"content-security-policy: {policy}")
    wrong += [name for name in ("referrer-policy", "permissions-policy", "cache-control") if name not in head]
    return [f"{answer.request.method} {answer.request.url.path} {answer.status_code}: {one}" for one in wrong]


def places(city: City) -> list[tuple[str, str]]:
    """Method and address of every route of the pages, with something in place of its parameters."""
    app = create_app(city.settings, city.mboa.office.store)
    add_admin(app, Desk(city.mboa.office, city.settings, city.mboa.channels))
    found = []
    for route in iter_route_contexts(app.routes):
        address = re.sub(r"\{[^}]+\}", "1", route.path or "")
        found += [(method, address) for method in sorted(route.methods or ())]
    return found


async def test_every_route_answers_with_them(city: City) -> None:
    pages = places(city)
    assert len(pages) > 50
    async with at_desk(city, "owner", browser=True) as owner:
        for web in (city.web, owner):
            for method, address in pages:
                if not address.endswith("/events"):  # it never ends
                    assert faults(await web.request(method, address)) == []


@pytest.mark.parametrize("address", ["/", "/nothing", "/admin/nothing", "/suivi/x", "/health/ready", "/metrics"])
async def test_refusals_have_them_too(city: City, address: str) -> None:
    assert faults(await city.web.get(address)) == []
    assert faults(await city.web.request("TRACE", address)) == []


async def test_webhooks_have_them_too(city: City) -> None:
    for method, address in (("GET", "whatsapp"), ("POST", "whatsapp"), ("PUT", "whatsapp"), ("POST", "elsewhere")):
        assert faults(await city.web.request(method, f"/webhooks/{address}")) == []


async def test_a_failure_has_them_and_tells_nothing(database: Database, clock: HandClock) -> None:
    city = City(database, clock)
    app = create_app(city.settings, city.mboa.office.store)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the canary's password")

    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    await city.open()
    async with httpx2.AsyncClient(transport=transport, base_url="https://mboa.test") as web:
        answer = await web.get("/broken")
    await city.close()
    assert (answer.status_code, faults(answer), "canary" in answer.text) == (500, [], False)


@pytest.mark.parametrize(("told", "sent"), [("https", True), ("http", False)])
async def test_only_over_https_browsers_are_held_to_it(
    database: Database, clock: HandClock, told: str, sent: bool
) -> None:
    city = City(database, clock, trusted_proxies="127.0.0.1")
    city.mboa = city._build()
    await city.open()
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=city.mboa.app), base_url="http://mboa.test"
    ) as web:
        answer = await web.get("/admin/login", headers={"x-forwarded-for": "41.202.219.1", "x-forwarded-proto": told})
    await city.close()
    assert ("strict-transport-security" in answer.headers) is sent


async def test_the_simulator_has_them(database: Database, clock: HandClock) -> None:
    city = City(database, clock)
    city.settings = city.settings.model_copy(update={"channel": "simulator", "whatsapp_phone_id": ""})
    city.mboa = city._build()
    await city.open()
    for address in ("/simulator", "/simulator/static/page.js", "/simulator/messages?phone=%2B237677000101"):
        assert faults(await city.web.get(address)) == []
    await city.close()
