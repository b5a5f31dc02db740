"""The life of a template: submitted, reviewed, paused, disabled, and what may be sent of it."""

from typing import Any

import httpx2
import orjson
import pytest

from mboa.channels.base import Template
from mboa.fake_meta.double import MetaDouble, asgi
from mboa.fake_meta.faults import PROFILES, changed
from tests.engines import HandClock
from tests.fake_meta.stage import PAUL, code, offer

PROMO = {
    "name": "promo",
    "language": "fr",
    "category": "MARKETING",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Mboa"},
        {"type": "BODY", "text": "Bonjour {{1}}, {{2}} francs de moins"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "STOP"}]},
    ],
}


@pytest.fixture
def meta(clock: HandClock) -> MetaDouble:
    return MetaDouble(clock)


def client(meta: MetaDouble) -> httpx2.AsyncClient:
    """Somebody who calls the double."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(asgi(meta)), base_url="http://meta/v23.0/1")


def promo(**changes: Any) -> dict[str, Any]:
    """A message that uses the new template."""
    template = {"name": "promo", "language": "fr", "parameters": ("Paul", "500"), "payloads": ("stop",), **changes}
    return offer(PAUL) | build_template(Template(**template))


def build_template(template: Template) -> dict[str, Any]:
    """The part of a request body that names a template."""
    whole = offer(PAUL, name=template.name, parameters=template.parameters, payloads=template.payloads)
    return {"template": whole["template"]}


@pytest.mark.parametrize(("state", "refusal"), [("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)])
def test_a_template_out_of_favour_is_not_sent(meta: MetaDouble, clock: HandClock, state: str, refusal: int) -> None:
    told = orjson.loads(meta.registry.review("offer", "fr", state, clock()))["entry"][0]
    assert code(meta.accept(offer())) == refusal
    assert told["time"] == int(clock().timestamp())
    assert told["changes"][0]["field"] == "message_template_status_update"
    assert told["changes"][0]["value"]["event"] == state
    meta.registry.review("offer", "fr", "APPROVED", clock())
    assert code(meta.accept(offer())) is None


async def test_a_new_template_is_listed_and_sent(meta: MetaDouble) -> None:
    assert code(meta.accept(promo())) == 132001
    async with client(meta) as caller:
        added = (await caller.post("/message_templates", json=PROMO)).json()
        listed = (await caller.get("/message_templates", params={"name": "promo"})).json()["data"]
    assert (added["status"], added["category"]) == ("APPROVED", "MARKETING")
    assert [(one["id"], one["components"]) for one in listed] == [(added["id"], PROMO["components"])]
    assert code(meta.accept(promo())) is None
    assert meta.phone(PAUL)[0].text == "Bonjour Paul, 500 francs de moins"
    assert code(meta.accept(promo(parameters=("Paul",)))) == 132000


async def test_a_review_takes_its_time(clock: HandClock) -> None:
    meta = MetaDouble(clock, changed(PROFILES["lenient"], {"review_seconds": 60.0}))
    async with client(meta) as caller:
        assert (await caller.post("/message_templates", json=PROMO)).json()["status"] == "PENDING"
    assert code(meta.accept(promo())) == 132001
    clock.advance(60)
    assert code(meta.accept(promo())) is None


async def test_a_template_is_edited_and_removed(meta: MetaDouble) -> None:
    async with client(meta) as caller:
        added = (await caller.post("/message_templates", json=PROMO)).json()
        shorter = [{"type": "BODY", "text": "Bonjour {{1}} !"}]
        edited = await caller.post(f"http://meta/v23.0/{added['id']}", json={"components": shorter})
        assert edited.json() == {"success": True}
        assert code(meta.accept(promo(parameters=("Paul",), payloads=()))) is None
        assert (await caller.delete("/message_templates", params={"name": "promo"})).status_code == 200
        assert (await caller.delete("/message_templates", params={"name": "promo"})).status_code == 400
    assert code(meta.accept(promo(parameters=("Paul",), payloads=()))) == 132001


@pytest.mark.parametrize(
    "broken",
    [
        {"name": "Promo !"},
        {"components": [{"type": "BODY", "text": "{{2}} sans {{3}}"}]},
        {"components": [{"type": "BODY", "text": "x" * 1_025}]},
        {"components": [{"type": "HEADER", "text": "rien d'autre"}]},
        {"components": 7},
        {"name": "offer"},
    ],
)
async def test_what_is_no_template_is_not_registered(meta: MetaDouble, broken: dict[str, Any]) -> None:
    async with client(meta) as caller:
        answer = await caller.post("/message_templates", json=PROMO | broken)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_our_own_templates_are_registered(meta: MetaDouble, clock: HandClock) -> None:
    listed = meta.registry.listed(clock(), status="APPROVED")
    assert ("offer", "fr") in {(one["name"], one["language"]) for one in listed}
    assert len({one["id"] for one in listed}) == len(listed)
