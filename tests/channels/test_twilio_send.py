"""Twilio: one form out per message."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from mboa.channels.base import Button, ListChoice, Outbound, SendFailed, Template
from mboa.channels.twilio.answers import in_words
from mboa.channels.twilio.errors import classify
from mboa.channels.twilio.send import TwilioAccount, TwilioChannel

ACCOUNT = TwilioAccount("AC1", "+14155238886", "t0ken")
HELLO = Outbound(key="m 1&key=é", phone="+237699001122", user_id=None, text="Bonjour Paul", window_open=True)


def send(handler: Any, message: Outbound = HELLO) -> str:
    async def run() -> str:
        transport = httpx2.MockTransport(handler)
        channel = TwilioChannel(ACCOUNT, "https://mboa.example/", transport=transport)
        try:
            return await channel.send(message)
        finally:
            await channel.close()

    return asyncio.run(run())


def sent_form(message: Outbound) -> dict[str, str]:
    seen: list[httpx2.Request] = []

    def take(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(201, json={"sid": "SM9", "status": "queued"})

    assert send(take, message) == "SM9"
    assert str(seen[0].url) == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"
    assert seen[0].headers["authorization"] == "Basic QUMxOnQwa2Vu"
    return {name: values[0] for name, values in parse_qs(seen[0].content.decode()).items()}


def test_one_form_with_our_key_in_the_callback() -> None:
    form = sent_form(HELLO)
    assert (form["From"], form["To"]) == ("whatsapp:+14155238886", "whatsapp:+237699001122")
    assert form["Body"] == "Bonjour Paul"
    callback = urlsplit(form["StatusCallback"])
    assert (callback.netloc, callback.path) == ("mboa.example", "/webhooks/twilio/status")
    assert parse_qs(callback.query) == {"key": ["m 1&key=é"]}


def test_a_hidden_number_and_a_forwarded_picture() -> None:
    form = sent_form(replace(HELLO, phone=None, user_id="CM.77", media_id="https://t/1", media_kind="image"))
    assert (form["To"], form["MediaUrl"]) == ("whatsapp:CM.77", "https://t/1")


@pytest.mark.parametrize(
    ("message", "outcome"),
    [(replace(HELLO, phone=None), "unreachable"), (replace(HELLO, media_id="9001", media_kind="audio"), "permanent")],
)
def test_what_twilio_cannot_carry_is_not_sent(message: Outbound, outcome: str) -> None:
    with pytest.raises(SendFailed) as failed:
        send(lambda _: httpx2.Response(500), message)
    assert failed.value.outcome == outcome


YES_NO = (Button("offer:7:accept", "J'accepte"), Button("offer:7:decline", "Je refuse"))
STARS = tuple(Button(f"rating:3:{n}", "⭐" * n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "Bonjour Paul"),
        ({"buttons": YES_NO}, "Bonjour Paul\n\nRépondez OUI ou NON."),
        ({"buttons": YES_NO, "template": Template("offer", "en")}, "Bonjour Paul\n\nReply YES or NO."),
        ({"buttons": YES_NO, "text": "Tu prends ? OUI A7 ou NON A7"}, "Tu prends ? OUI A7 ou NON A7"),
        ({"buttons": YES_NO, "text": "OUIstiti ou NON"}, "OUIstiti ou NON\n\nRépondez OUI ou NON."),
        ({"buttons": YES_NO, "text": "LOUI ou NON"}, "LOUI ou NON\n\nRépondez OUI ou NON."),
        ({"buttons": STARS}, "Bonjour Paul\n\nRépondez 1, 2 ou 3."),
        ({"buttons": (Button("menu", "Menu"),)}, "Bonjour Paul\n\nRépondez Menu."),
        (
            {"choices": (ListChoice("z:1", "Makepe", "Douala 5e"), ListChoice("z:2", "Kotto"))},
            "Bonjour Paul\n• Makepe: Douala 5e\n• Kotto",
        ),
    ],
)
def test_buttons_become_words(change: dict[str, Any], text: str) -> None:
    assert in_words(replace(HELLO, **change), 1_600) == text


def test_a_long_text_keeps_the_line_that_says_how_to_answer() -> None:
    body = sent_form(replace(HELLO, text="fuite " * 500, buttons=YES_NO))["Body"]
    assert len(body) <= 1_600
    assert body.endswith("…\n\nRépondez OUI ou NON.")


@pytest.mark.parametrize(
    ("status", "code", "outcome", "report"),
    [
        (400, 63016, "window_closed", False),
        (429, 20429, "retry", False),
        (400, 63018, "retry", False),
        (429, None, "retry", False),
        (400, 63024, "unreachable", False),
        (400, 63003, "unreachable", False),
        (400, 21211, "unreachable", False),
        (400, 21610, "unreachable", False),
        (401, 20003, "account", True),
        (400, 63007, "account", True),
        (400, 63027, "template", True),
        (400, 21617, "permanent", True),
        (500, 20500, "retry", False),
        (503, None, "unknown", False),
    ],
)
def test_a_refusal_of_twilio_says_what_to_do(status: int, code: int | None, outcome: str, report: bool) -> None:
    assert classify(status, code) == (outcome, report)
    error = {"code": code, "message": "no", "status": status} if code else {}
    with pytest.raises(SendFailed) as failed:
        send(lambda _: httpx2.Response(status, json=error, headers={"Retry-After": "9"}))
    assert (failed.value.outcome, failed.value.code) == (outcome, code)
    assert failed.value.retry_after_seconds == (9.0 if outcome == "retry" else None)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"sid":null}'])
def test_an_acceptance_that_cannot_be_read_is_unknown(content: bytes) -> None:
    with pytest.raises(SendFailed) as failed:
        send(lambda _: httpx2.Response(201, content=content))
    assert failed.value.outcome == "unknown"


def test_the_token_stays_out_of_repr() -> None:
    assert "t0ken" not in repr(ACCOUNT)
