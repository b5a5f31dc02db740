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
        {
            "type": "BODY",
            "text": "Bonjour {{1}}, {{2}} francs de moins pour vous ce mois",
            "example": {"body_text": [["Paul", "500"]]},
        },
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "STOP"}]},
    ],
}


@pytest.fixture
def meta(clock: HandClock) -> MetaDouble:
    return MetaDouble(clock)


def client(meta: MetaDouble) -> httpx2.AsyncClient:
    """Somebody who calls the double."""
    transport, token = httpx2.ASGITransport(asgi(meta)), {"authorization": "Bearer token"}
    return httpx2.AsyncClient(transport=transport, base_url="http://meta/v23.0/1", headers=token)


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
    assert meta.phone(PAUL)[0].text == "Bonjour Paul, 500 francs de moins pour vous ce mois"
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
        shorter = [{"type": "BODY", "text": "Bonjour {{1}}, à bientôt", "example": {"body_text": [["Paul"]]}}]
        edited = await caller.post(f"http://meta/v23.0/{added['id']}", json={"components": shorter})
        assert edited.json() == {"success": True}
        assert code(meta.accept(promo(parameters=("Paul",), payloads=()))) is None
        assert (await caller.delete("/message_templates", params={"name": "promo"})).status_code == 200
        assert (await caller.delete("/message_templates", params={"name": "promo"})).status_code == 400
    assert code(meta.accept(promo(parameters=("Paul",), payloads=()))) == 132001


def body(text: str, *examples: str, **more: Any) -> dict[str, Any]:
    """A change of the components to one body, with the examples of its variables."""
    return {"components": [{"type": "BODY", "text": text, "example": {"body_text": [list(examples)]}}, *more.values()]}


def part(kind: str, **more: Any) -> dict[str, Any]:
    """A change of the components to a good body and one part more."""
    return body("Bonjour à vous", part={"type": kind, **more})


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"name": "Promo !"}, "name must be"),
        ({"language": "français"}, "language must be"),
        ({"category": "OFFER"}, "category must be"),
        ({"components": 7}, "components"),
        ({"components": [{"type": "HEADER", "format": "TEXT", "text": "rien d'autre"}]}, "needs a BODY"),
        ({"name": "offer"}, "exists already"),
        (body("Le {{2}} sans le {{3}} est là", "a", "b"), "without a gap"),
        (body("x" * 1_025), "over 1024"),
        (body("{{1}} est à vous pour un mois", "a"), "neither at the start"),
        (body("Un mois de moins pour vous, {{1}}.", "a"), "nor at the end"),
        (body("Bonjour à vous {{1}} {{2}} et à tous les autres", "a", "b"), "side by side"),
        (body("Bonjour {{1}} !\n\n\nÀ bientôt chez nous", "a"), "line breaks"),
        (body("Le {{1}} et {{2}} ici", "a", "b"), "too many variables"),
        (body("Bonjour {{1}}, à bientôt chez nous"), "0 given, 1 wanted"),
        (body("Bonjour {{1}}, à bientôt chez nous", "a", "b"), "2 given, 1 wanted"),
        (body("Bonjour {{1}}, à bientôt chez nous", " "), "needs an example"),
        (part("FOOTER", text="x" * 61), "over 60"),
        (part("FOOTER", text="Pour {{1}} seul"), "neither variables"),
        (part("HEADER", format="IMAGE"), "format TEXT"),
        (part("CAROUSEL"), "not known"),
        (part("BODY", text="Encore"), "twice"),
        (part("BUTTONS", buttons=[]), "1 to 10"),
        (part("BUTTONS", buttons=[{"type": "URL", "text": "Voir"}]), "quick replies only"),
        (part("BUTTONS", buttons=[{"type": "QUICK_REPLY", "text": "x" * 26}]), "over 25"),
        (part("BUTTONS", buttons=[{"type": "QUICK_REPLY", "text": "OUI"}] * 2), "same title"),
    ],
)
async def test_what_is_no_template_is_not_registered(meta: MetaDouble, broken: dict[str, Any], words: str) -> None:
    async with client(meta) as caller:
        answer = await caller.post("/message_templates", json=PROMO | broken)
    refused = answer.json()["error"]
    assert (answer.status_code, refused["code"]) == (400, 100)
    assert words in refused["error_data"]["details"]


async def test_templates_are_nobody_s_business_without_a_token(meta: MetaDouble) -> None:
    async with client(meta) as caller:
        caller.headers["authorization"] = ""
        answers = [await caller.get("/message_templates"), await caller.post("/message_templates", json=PROMO)]
        answers += [await caller.get("http://meta/v23.0/1"), await caller.delete("/message_templates?name=offer")]
    assert [(one.status_code, one.json()["error"]["code"]) for one in answers] == [(401, 190)] * 4


async def test_the_list_comes_page_by_page(meta: MetaDouble, clock: HandClock) -> None:
    names: list[str] = []
    async with client(meta) as caller:
        address = "/message_templates?limit=7"
        while address:
            page = (await caller.get(address)).json()
            names += [one["name"] for one in page["data"]]
            assert len(page["data"]) <= 7
            address = page["paging"].get("next", "")
    assert names == [one["name"] for one in meta.registry.listed(clock())]


async def test_our_own_number_is_known(meta: MetaDouble) -> None:
    async with client(meta) as caller:
        known, other = await caller.get("http://meta/v23.0/1"), await caller.get("http://meta/v23.0/77")
    assert known.json()["verified_name"] == "Mboa"
    assert other.status_code == 404


def test_our_own_templates_are_registered(meta: MetaDouble, clock: HandClock) -> None:
    listed = meta.registry.listed(clock(), status="APPROVED")
    assert ("offer", "fr") in {(one["name"], one["language"]) for one in listed}
    assert len({one["id"] for one in listed}) == len(listed)
