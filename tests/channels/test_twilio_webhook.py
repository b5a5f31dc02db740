"""Twilio: signed forms in, receipts with our key."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from mboa.channels.base import Sender
from mboa.channels.twilio.webhook import TwilioExtraMissing, parse, parse_status, public_url, verify

# The worked example of Twilio's own security guide.
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
FORM = {"MessageSid": "SM1", "From": "whatsapp:+237677001122", "WaId": "237677001122", "ProfileName": "Mireille"}


def test_the_published_signature_passes_and_no_other() -> None:
    assert verify(URL, CALL, SIGNATURE, ["12345"])
    assert verify(URL, FormData(CALL), SIGNATURE, ["old", "12345"])
    assert not verify(URL, CALL | {"Digits": "1235"}, SIGNATURE, ["12345"])
    assert not verify(URL.replace("mycompany", "evil"), CALL, SIGNATURE, ["12345"])
    assert not verify(URL, CALL, SIGNATURE, ["", "other"])


def test_an_empty_token_signs_nothing() -> None:
    assert not verify(URL, CALL, RequestValidator("").compute_signature(URL, CALL), [""])


@pytest.mark.parametrize("given", [None, "", "é", "x" * 28])
def test_a_wrong_signature_never_raises(given: str | None) -> None:
    assert not verify(URL, CALL | {"Body": "\udcff"}, given, ["12345"])
    assert not verify(URL, CALL, SIGNATURE, ["12345"], "key=k,algorithm=HMAC_MD5")


def test_the_signed_url_is_built_from_our_public_base() -> None:
    built = public_url("https://mboa.example/", "/webhooks/twilio/status", "key=m-1")
    assert built == "https://mboa.example/webhooks/twilio/status?key=m-1"
    assert public_url("https://mboa.example", "/webhooks/twilio", "") == "https://mboa.example/webhooks/twilio"


@pytest.fixture
def without_twilio() -> Iterator[None]:
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "twilio"}
    sys.modules["twilio"] = None  # type: ignore[assignment]
    yield
    del sys.modules["twilio"]
    sys.modules.update(hidden)


@pytest.mark.usefixtures("without_twilio")
def test_a_missing_extra_is_said_clearly() -> None:
    with pytest.raises(TwilioExtraMissing, match=r"mboa\[twilio\]"):
        verify(URL, CALL, SIGNATURE, ["12345"])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Body": "Fuite à Makepe"}, {"kind": "text", "text": "Fuite à Makepe"}),
        ({"Body": ""}, {"kind": "unsupported"}),
        (
            {"Body": "J'accepte", "ButtonText": "J'accepte", "ButtonPayload": "offer:7:accept"},
            {"kind": "button", "payload": "offer:7:accept", "text": "J'accepte"},
        ),
        ({"ListId": "rating:3:5", "ListTitle": "5"}, {"kind": "button", "payload": "rating:3:5", "text": "5"}),
        (
            {"Latitude": "4.08", "Longitude": "9.73", "Label": "Chez Awa", "Address": "Makepe"},
            {"kind": "location", "latitude": 4.08, "longitude": 9.73, "text": "Chez Awa, Makepe"},
        ),
        ({"Latitude": "400", "Longitude": "9.73"}, {"kind": "location", "latitude": None, "longitude": None}),
        (
            {"NumMedia": "1", "MediaUrl0": "https://t/1", "MediaContentType0": "audio/ogg; codecs=opus"},
            {"kind": "audio", "media_id": "https://t/1", "media_type": "audio/ogg; codecs=opus"},
        ),
        (
            {"NumMedia": "1", "MediaUrl0": "https://t/1", "MediaContentType0": "image/jpeg", "Body": "la fuite"},
            {"kind": "image", "text": "la fuite"},
        ),
        ({"NumMedia": "1", "MediaContentType0": "text/vcard"}, {"kind": "contacts", "media_id": None}),
        ({"NumMedia": "1", "MediaContentType0": "application/pdf"}, {"kind": "document"}),
        ({"Body": "OUI", "OriginalRepliedMessageSid": "SM0"}, {"kind": "text", "reply_to": "SM0"}),
        ({"Body": "x", "ReferralSourceId": "ad"}, {"referral": {"ReferralSourceId": "ad"}}),
        ({"Body": "a\x00\udcff", "NumMedia": "beaucoup"}, {"kind": "text", "text": "a\ufffd\ufffd"}),
    ],
)
def test_a_form_is_read(fields: dict[str, str], expected: dict[str, Any]) -> None:
    message = parse(FORM | fields).messages[0]
    assert {name: getattr(message, name) for name in expected} == expected
    assert (message.channel, message.external_id) == ("twilio", "SM1")
    assert message.sender == Sender("+237677001122", None, "Mireille")


@pytest.mark.parametrize(
    ("fields", "sender"),
    [
        ({"From": "whatsapp:CM.77"}, Sender(None, "CM.77")),
        ({"From": "whatsapp:+237677001122", "ExternalUserId": "whatsapp:CM.77"}, Sender("+237677001122", "CM.77")),
        ({"From": "whatsapp:CM.77", "WaId": "237677001122"}, Sender("+237677001122", "CM.77")),
    ],
)
def test_the_sender_has_a_number_or_an_id(fields: dict[str, str], sender: Sender) -> None:
    assert parse({"MessageSid": "SM1", "Body": "Bonjour"} | fields).messages[0].sender == sender


@pytest.mark.parametrize("form", [{}, {"From": "whatsapp:+237677001122"}, {"MessageSid": "SM1", "From": "Mireille"}])
def test_a_form_without_id_or_sender_is_parked(form: dict[str, str]) -> None:
    batch = parse(form)
    assert (batch.messages, json.loads(batch.parked[0].raw)) == ((), form)


@pytest.mark.parametrize(
    ("name", "status", "error_code"),
    [
        ("sent", "sent", None),
        ("delivered", "delivered", None),
        ("read", "read", None),
        ("failed", "failed", 63016),
        ("undelivered", "failed", 63016),
    ],
)
def test_a_status_brings_our_key_back(name: str, status: str, error_code: int | None) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": name, "ErrorCode": "63016"}
    receipt = parse_status(form, {"key": "m-1"}).receipts[0]
    assert (receipt.status, receipt.key, receipt.external_id, receipt.error_code) == (status, "m-1", "SM1", error_code)


def test_early_statuses_are_no_news_and_strange_ones_are_shown() -> None:
    assert parse_status({"MessageSid": "SM1", "MessageStatus": "queued"}, {}).receipts == ()
    assert parse_status({"MessageSid": "SM1", "MessageStatus": "queued"}, {}).parked == ()
    assert len(parse_status({"MessageSid": "SM1", "MessageStatus": "beamed"}, {}).parked) == 1
    assert len(parse_status({"MessageStatus": "sent"}, {}).parked) == 1
