"""The double of Meta: a day in the life of its phones, spoken to through our own channel and parser."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from mboa.channels.base import Button, Inbound, ListChoice, Outbound, SendFailed, Template
from mboa.channels.whatsapp.payload import build
from mboa.channels.whatsapp.send import WhatsAppChannel
from mboa.channels.whatsapp.templates import templates
from mboa.channels.whatsapp.webhook import parse, verify
from mboa.fake_meta.double import MetaDouble, Received, asgi, sign

PAUL = "+237699001122"
HELLO = Outbound(key="m-1", phone=PAUL, user_id=None, text="Bonjour Paul", window_open=True)
OFFER = templates()["offer", "fr"]
PAYLOADS = ("offer:7:accept", "offer:7:decline")


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def meta(clock: Clock) -> MetaDouble:
    return MetaDouble(clock)


def read(body: bytes) -> Inbound:
    batch = parse(body)
    assert batch.parked == ()
    return batch.messages[0]


def code(answer: tuple[int, dict[str, Any]]) -> int | None:
    return answer[1]["error"]["code"] if answer[0] != 200 else None


def templated(**changes: Any) -> dict[str, Any]:
    twin = replace(Template("offer", "fr", OFFER.samples, PAYLOADS), **changes)
    return build(replace(HELLO, window_open=False, template=twin))


def test_the_window_opens_with_a_message_and_closes_a_day_later(meta: MetaDouble, clock: Clock) -> None:
    assert code(meta.accept(build(HELLO))) == 131047
    meta.text(PAUL, "DISPO")
    clock.forward(hours=23, minutes=59)
    assert code(meta.accept(build(HELLO))) is None
    clock.forward(minutes=1)
    assert code(meta.accept(build(HELLO))) == 131047
    assert [received.text for received in meta.phone(PAUL)] == ["Bonjour Paul"]


def test_a_template_needs_no_window_and_does_not_open_it(meta: MetaDouble) -> None:
    assert code(meta.accept(templated())) is None
    shown = meta.phone(PAUL)[0]
    assert (shown.template, shown.language, shown.key) == ("offer", "fr", "m-1")
    assert shown.buttons == (Button("offer:7:accept", "OUI"), Button("offer:7:decline", "NON"))
    assert "Quartier : Bonamoussadi" in shown.text
    assert not meta.window_open(PAUL)


def test_a_tap_on_a_template_opens_the_window_and_names_it(meta: MetaDouble) -> None:
    meta.accept(templated())
    tap = read(meta.tap(PAUL, "offer:7:accept", "OUI", meta.phone(PAUL)[0].id))
    assert (tap.kind, tap.payload, tap.reply_to) == ("button", "offer:7:accept", meta.phone(PAUL)[0].id)
    assert tap.raw["type"] == "button"
    assert meta.window_open(PAUL)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "promo"}, 132001),
        ({"language": "de"}, 132001),
        ({"parameters": ("A7",)}, 132000),
        ({"payloads": (*PAYLOADS, "offer:7:other")}, 132000),
    ],
)
def test_a_template_is_checked_against_the_registry(meta: MetaDouble, changes: Any, refusal: int) -> None:
    assert code(meta.accept(templated(**changes))) == refusal
    assert meta.phone(PAUL) == []


def test_a_parameter_with_a_newline_is_refused(meta: MetaDouble) -> None:
    payload = templated()
    payload["template"]["components"][0]["parameters"][3]["text"] = "Fuite\nsous l'évier"
    assert code(meta.accept(payload)) == 132012


@pytest.mark.parametrize(
    "broken",
    [
        {"messaging_product": "sms"},
        {"type": "hologram"},
        {"text": {}},
        {"text": {"body": "x" * 4_097}},
        {"to": "+237699001122"},
        {"to": None},
        {"biz_opaque_callback_data": "k" * 513},
        {"type": "interactive", "interactive": {"type": "button", "body": {"text": "?"}, "action": {"buttons": []}}},
        {
            "type": "template",
            "template": {"name": "offer", "language": {"code": "fr"}, "components": [{"type": "body"}]},
        },
        {"type": "template", "template": {"name": "offer", "language": {"code": "fr"}, "components": 7}},
    ],
)
def test_a_malformed_payload_is_refused(meta: MetaDouble, broken: dict[str, Any]) -> None:
    meta.text(PAUL, "DISPO")
    assert code(meta.accept(build(HELLO))) is None
    assert code(meta.accept(build(HELLO) | broken)) in {100, 131008, 131009}
    assert len(meta.phone(PAUL)) == 1


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"buttons": (Button("request:3:confirm", "Oui"), Button("request:3:cancel", "Annuler"))}, "button_reply"),
        ({"choices": (ListChoice("request:3:confirm", "Oui"),)}, "list_reply"),
    ],
)
def test_taps_come_back_as_what_was_shown(meta: MetaDouble, change: Any, kind: str) -> None:
    meta.text(PAUL, "Bonjour")
    meta.accept(build(replace(HELLO, **change)))
    shown = meta.phone(PAUL)[0]
    assert (shown.buttons or shown.choices)[0].payload == "request:3:confirm"
    tap = read(meta.tap(PAUL, "request:3:confirm", "Oui", shown.id))
    assert (tap.payload, tap.raw["interactive"]["type"]) == ("request:3:confirm", kind)


def test_everything_a_phone_can_say_is_understood_by_our_parser(meta: MetaDouble, clock: Clock) -> None:
    meta.names[PAUL] = "Paul Ebongue"
    word = read(meta.text(PAUL, "Fuite à Makepe"))
    assert (word.text, word.sender.phone, word.sender.name) == ("Fuite à Makepe", PAUL, "Paul Ebongue")
    assert word.sent_at == clock.now
    pin = read(meta.pin(PAUL, 4.08, 9.73, "Chez Paul"))
    assert (pin.latitude, pin.longitude, pin.text) == (4.08, 9.73, "Chez Paul")
    assert read(meta.voice(PAUL, "v1")).media_id == "v1"
    assert read(meta.photo(PAUL, "la fuite")).text == "la fuite"
    assert read(meta.contact_card(PAUL, "+237677001122")).phone_given == "+237677001122"


def test_message_ids_never_repeat(meta: MetaDouble, clock: Clock) -> None:
    doubles = (meta, MetaDouble(clock))
    ids = {read(double.text(PAUL, "oui")).external_id for double in doubles for _ in range(50)}
    assert len(ids) == 100


def test_a_hidden_number_writes_and_is_answered_by_id(meta: MetaDouble) -> None:
    awa = read(meta.text("CM.77", "Bonjour")).sender
    assert (awa.phone, awa.user_id) == (None, "CM.77")
    meta.accept(build(replace(HELLO, phone=awa.phone, user_id=awa.user_id, ask_phone=True)))
    assert [received.kind for received in meta.phone("CM.77")] == ["request_contact_info"]


def test_the_id_of_a_known_number_reaches_the_same_phone(meta: MetaDouble) -> None:
    sender = read(meta.text(PAUL, "Bonjour")).sender
    meta.accept(build(replace(HELLO, phone=None, user_id=sender.user_id)))
    assert len(meta.phone(PAUL)) == 1


def test_statuses_come_back_with_our_key(meta: MetaDouble) -> None:
    meta.accept(templated())
    sent = meta.phone(PAUL)[0]
    delivered = parse(meta.status(sent.id, "delivered")).receipts[0]
    assert (delivered.external_id, delivered.status, delivered.key) == (sent.id, "delivered", "m-1")
    assert delivered.pricing == {"billable": True, "pricing_model": "PMP", "category": "utility"}
    assert parse(meta.status(sent.id, "failed", code=131026)).receipts[0].error_code == 131026


def test_a_failure_asked_for_happens_once_and_to_one_phone(meta: MetaDouble) -> None:
    meta.text(PAUL, "DISPO")
    meta.fail_next(PAUL, code=131026)
    meta.fail_next(PAUL, code=None, status=503)
    assert meta.accept(templated() | {"to": "237677001122"})[0] == 200
    assert code(meta.accept(build(HELLO))) == 131026
    assert meta.accept(build(HELLO)) == (503, {})
    assert meta.accept(build(HELLO))[0] == 200
    assert len(meta.phone(PAUL)) == 1


def test_bodies_are_ready_to_sign(meta: MetaDouble) -> None:
    body = meta.text(PAUL, "évier bouché")
    assert verify(body, sign(body, "secret"), ["secret"])


def over_http(meta: MetaDouble, story: Callable[[WhatsAppChannel, httpx2.AsyncClient], Awaitable[None]]) -> None:
    async def run() -> None:
        transport = httpx2.ASGITransport(asgi(meta))
        channel = WhatsAppChannel("http://meta/v23.0", "106", "token", transport=transport)
        async with httpx2.AsyncClient(transport=transport, base_url="http://meta") as client:
            await story(channel, client)
            await channel.close()

    asyncio.run(run())


def test_our_channel_speaks_to_it_over_http(meta: MetaDouble) -> None:
    accepted: list[Received] = []
    meta.on_accept = accepted.append

    async def story(channel: WhatsAppChannel, client: httpx2.AsyncClient) -> None:
        with pytest.raises(SendFailed) as closed:
            await channel.send(HELLO)
        assert closed.value.outcome == "window_closed"
        meta.text(PAUL, "DISPO")
        assert await channel.send(HELLO) == accepted[0].id
        log = (await client.get("/log")).json()
        assert [entry["status"] for entry in log] == [400, 200]
        assert log[1]["payload"]["biz_opaque_callback_data"] == "m-1"

    over_http(meta, story)


def test_over_http_it_asks_for_a_token_and_for_json(meta: MetaDouble) -> None:
    async def story(_: WhatsAppChannel, client: httpx2.AsyncClient) -> None:
        nameless = await client.post("/v23.0/106/messages", json=build(HELLO))
        assert (nameless.status_code, nameless.json()["error"]["code"]) == (401, 190)
        garbled = await client.post("/v23.0/106/messages", content=b"{", headers={"authorization": "Bearer t"})
        assert (garbled.status_code, garbled.json()["error"]["code"]) == (400, 100)
        listed = await client.post("/v23.0/106/messages", json=[], headers={"authorization": "Bearer t"})
        assert (listed.status_code, listed.json()["error"]["code"]) == (400, 100)

    over_http(meta, story)
