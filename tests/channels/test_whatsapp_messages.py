"""Every type of message that WhatsApp delivers, as it arrives on the wire."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mboa.channels.base import Inbound, Sender
from mboa.channels.whatsapp.webhook import parse

MIREILLE = {"wa_id": "237677001122", "user_id": "CM.1234567890", "profile": {"name": "Mireille"}}


def body(message: Any, contacts: Any = (MIREILLE,)) -> bytes:
    value = {"messaging_product": "whatsapp", "contacts": contacts, "messages": [message]}
    change = {"field": "messages", "value": value}
    envelope = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    return json.dumps(envelope).encode()


def said(kind: str, block: Any, **more: Any) -> Inbound:
    message = {"from": "237677001122", "id": "wamid.A", "timestamp": "1795000000", "type": kind, kind: block} | more
    batch = parse(body(message))
    assert batch.parked == ()
    return batch.messages[0]


VOICE = {"id": "9001", "mime_type": "audio/ogg; codecs=opus", "sha256": "x", "voice": True}
LEAK = {"id": "9002", "mime_type": "image/jpeg", "caption": "voici la fuite"}
TYPES: list[tuple[str, Any, dict[str, Any]]] = [
    ("text", {"body": "Fuite à Makepe"}, {"kind": "text", "text": "Fuite à Makepe"}),
    ("audio", VOICE, {"kind": "audio", "media_id": "9001", "media_type": "audio/ogg; codecs=opus"}),
    ("voice", VOICE, {"kind": "audio", "media_id": "9001"}),
    ("image", LEAK, {"kind": "image", "media_id": "9002", "text": "voici la fuite"}),
    ("video", {"id": "9003"}, {"kind": "video", "media_id": "9003", "media_type": None}),
    ("document", {"id": "9004", "filename": "devis.pdf"}, {"kind": "document", "media_id": "9004"}),
    ("sticker", {"id": "9005", "animated": False}, {"kind": "sticker", "media_id": "9005"}),
    ("button", {"payload": "offer:7:accept", "text": "J'accepte"}, {"kind": "button", "payload": "offer:7:accept"}),
    (
        "interactive",
        {"type": "button_reply", "button_reply": {"id": "request:3:confirm", "title": "Oui"}},
        {"kind": "button", "payload": "request:3:confirm", "text": "Oui"},
    ),
    (
        "interactive",
        {"type": "list_reply", "list_reply": {"id": "rating:3:5", "title": "5", "description": "très bien"}},
        {"kind": "button", "payload": "rating:3:5", "text": "5"},
    ),
    (
        "interactive",
        {"type": "nfm_reply", "nfm_reply": {"body": "Envoyé", "response_json": '{"broken'}},
        {"kind": "unsupported", "text": "Envoyé", "payload": None},
    ),
    ("reaction", {"message_id": "wamid.Q", "emoji": "👍"}, {"kind": "reaction", "reply_to": "wamid.Q", "text": "👍"}),
    ("order", {"catalog_id": "c", "text": "deux robinets"}, {"kind": "order", "text": "deux robinets"}),
    ("revoke", {"original_message_id": "wamid.Q"}, {"kind": "revoked", "reply_to": "wamid.Q"}),
    ("unsupported", {"type": "poll"}, {"kind": "unsupported", "text": ""}),
    ("hologram", {"id": "1"}, {"kind": "unsupported"}),
    ("location", {"latitude": 4.08, "longitude": 9.73}, {"kind": "location", "latitude": 4.08, "longitude": 9.73}),
]


@pytest.mark.parametrize(("kind", "block", "expected"), TYPES)
def test_each_type_is_read(kind: str, block: Any, expected: dict[str, Any]) -> None:
    message = said(kind, block)
    assert {name: getattr(message, name) for name in expected} == expected
    assert message.sender == Sender("+237677001122", "CM.1234567890", "Mireille")


def test_a_text_keeps_its_id_its_time_and_what_it_quotes() -> None:
    message = said("text", {"body": "OUI"}, context={"from": "237600000000", "id": "wamid.OFFER"})
    assert (message.external_id, message.reply_to) == ("wamid.A", "wamid.OFFER")
    assert message.sent_at == datetime.fromtimestamp(1_795_000_000, UTC)
    assert message.raw["text"] == {"body": "OUI"}


@pytest.mark.parametrize("stamp", ["1795000000", "1795000000123", 1_795_000_000])
def test_timestamps_come_in_seconds_or_milliseconds(stamp: Any) -> None:
    sent_at = said("text", {"body": "x"}, timestamp=stamp).sent_at
    assert sent_at is not None
    assert (sent_at.tzinfo, int(sent_at.timestamp())) == (UTC, 1_795_000_000)


@pytest.mark.parametrize("stamp", ["hier", "", "²", "-5", "9" * 40, True, None, 0, 1e300, 10**15, [], {"s": 1}])
def test_a_senseless_timestamp_is_none(stamp: Any) -> None:
    assert said("text", {"body": "x"}, timestamp=stamp).sent_at is None


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(91, 9.7), (4.0, -181), ("nord", 9.7), (None, 9.7), (4.0, None), (True, 9.7), ([4], 9.7), ("1e999", 1), (4.0, {})],
)
def test_a_pin_off_the_globe_is_a_pin_without_a_place(latitude: Any, longitude: Any) -> None:
    message = said("location", {"latitude": latitude, "longitude": longitude, "name": "Chez Awa"})
    assert (message.kind, message.latitude, message.longitude) == ("location", None, None)
    assert message.text == "Chez Awa"


@pytest.mark.parametrize(
    ("phones", "given"),
    [
        ([{"phone": "+237 6 99 00 11 22", "wa_id": "237699001122"}], "+237699001122"),
        ([{"phone": "6 99 00 11 22"}], "+237699001122"),
        ([{"phone": "6 99"}, {"phone": "+33 6 12 34 56 78"}], "+33612345678"),
        ({"phone": "+237699001122"}, "+237699001122"),
        ([{"phone": "mon numéro"}, 7, None, {"phone": "9" * 500}], None),
        ("237699001122", None),
    ],
)
def test_a_contact_card_gives_a_number(phones: Any, given: str | None) -> None:
    message = said("contacts", [{"name": {"formatted_name": "Paul"}, "phones": phones}])
    assert (message.kind, message.text, message.phone_given) == ("contacts", "Paul", given)


def test_awa_without_a_number_is_known_by_her_id() -> None:
    message = {"from_user_id": "CM.77", "id": "wamid.B", "type": "text", "text": {"body": "Bonjour"}}
    awa = {"user_id": "CM.77", "profile": {"username": "awa.dla"}}
    assert parse(body(message, [awa])).messages[0].sender == Sender(None, "CM.77", "awa.dla")


def test_an_id_in_the_place_of_a_number_is_still_an_id() -> None:
    message = {"from": "CM.77", "id": "wamid.B", "type": "text", "text": {"body": "Bonjour"}}
    assert parse(body(message, None)).messages[0].sender == Sender(None, "CM.77")


def test_only_contacts_name_the_sender() -> None:
    message = {"id": "wamid.B", "type": "text", "text": {"body": "Bonjour"}}
    assert parse(body(message)).messages[0].sender.phone == "+237677001122"
    nobody = parse(body(message, [MIREILLE, {"wa_id": "237699001122"}]))
    assert (nobody.messages, nobody.parked[0].reason) == ((), "a message without a sender")


def test_two_people_in_one_body_stay_two() -> None:
    message = {"from": "237699001122", "id": "wamid.B", "type": "text", "text": {"body": "Bonjour"}}
    alone = parse(body(message, [MIREILLE])).messages[0].sender
    assert alone == Sender("+237699001122", None, None)
    paul = {"wa_id": "237699001122", "user_id": "CM.99", "profile": {"name": "Paul"}}
    assert parse(body(message, [MIREILLE, paul])).messages[0].sender == Sender("+237699001122", "CM.99", "Paul")


@pytest.mark.parametrize(
    ("system", "kind", "successor"),
    [
        ({"type": "user_changed_number", "wa_id": "237655443322"}, "number_changed", Sender("+237655443322")),
        ({"type": "user_changed_number", "wa_id": "1", "new_wa_id": "237655443322"}, "number_changed", "+237655443322"),
        ({"type": "user_changed_user_id", "user_id": "CM.88"}, "identity_changed", Sender(None, "CM.88")),
        ({"type": "customer_identity_changed", "hash": "h"}, "identity_changed", None),
        ({"type": "weather"}, "unsupported", None),
    ],
)
def test_a_new_number_or_id_is_announced(system: dict[str, Any], kind: str, successor: Any) -> None:
    message = said("system", system)
    expected = Sender(successor) if isinstance(successor, str) else successor
    assert (message.kind, message.successor, message.sender.phone) == (kind, expected, "+237677001122")


def test_a_rotation_that_names_the_old_id_only_in_its_words() -> None:
    words = "User Mireille changed from CM.12 to CM.13"
    system = {"type": "user_changed_user_id", "body": words, "wa_id": "237677001122", "user_id": "CM.13"}
    message = parse(body({"id": "wamid.S", "type": "system", "system": system}, None)).messages[0]
    assert message.sender == Sender(None, "CM.12")
    assert message.successor == Sender("+237677001122", "CM.13")


def test_an_edit_carries_the_new_words_and_the_old_id() -> None:
    inner = {"type": "text", "text": {"body": "Fuite à Makepe"}, "context": {"id": "wamid.Q"}}
    message = said("edit", {"original_message_id": "wamid.OLD", "message": inner})
    assert (message.kind, message.text, message.edits) == ("text", "Fuite à Makepe", "wamid.OLD")
    assert message.reply_to == "wamid.Q"
    assert said("edit", {"message": {"type": "edit", "edit": {"message": inner}}}).kind == "unsupported"


def test_an_advert_rides_on_any_type() -> None:
    advert = {"source_id": "ad1", "headline": "Mboa", "ctwa_clid": "c"}
    assert said("audio", VOICE, referral=advert).referral == advert
    assert said("text", {"body": "x"}, referral="ad1").referral is None


def test_a_group_is_not_for_us() -> None:
    message = {"from": "237677001122", "id": "wamid.G", "group_id": "g1", "type": "text", "text": {"body": "salut"}}
    batch = parse(body(message))
    assert (batch.messages, batch.parked) == ((), ())
