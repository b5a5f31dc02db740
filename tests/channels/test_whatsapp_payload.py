"""The JSON that leaves for Meta."""

from dataclasses import replace
from typing import Any

import pytest

from mboa.channels.base import Button, ListChoice, Outbound, SendFailed, Template
from mboa.channels.whatsapp.lengths import parameters, shorten
from mboa.channels.whatsapp.payload import build

PLAIN = Outbound(key="m-1", phone="+237699001122", user_id=None, text="Bonjour Paul", window_open=True)
YES_NO = (Button("offer:7:accept", "J'accepte"), Button("offer:7:decline", "Je refuse"))


def test_a_text() -> None:
    assert build(PLAIN) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "237699001122",
        "type": "text",
        "text": {"body": "Bonjour Paul", "preview_url": False},
        "biz_opaque_callback_data": "m-1",
    }


def test_a_person_without_a_number_is_addressed_by_id() -> None:
    payload = build(replace(PLAIN, phone=None, user_id="CM.77"))
    assert payload["recipient"] == "CM.77"
    assert "to" not in payload
    assert "recipient" not in build(replace(PLAIN, user_id="CM.77"))


def test_a_person_without_any_address_cannot_be_reached() -> None:
    with pytest.raises(SendFailed) as failed:
        build(replace(PLAIN, phone=None))
    assert failed.value.outcome == "unreachable"


def test_two_buttons() -> None:
    interactive = build(replace(PLAIN, buttons=YES_NO))["interactive"]
    assert interactive["type"] == "button"
    assert interactive["body"] == {"text": "Bonjour Paul"}
    first = interactive["action"]["buttons"][0]
    assert first == {"type": "reply", "reply": {"id": "offer:7:accept", "title": "J'accepte"}}


def test_a_list() -> None:
    choices = tuple(ListChoice(f"rating:3:{n}", str(n), "très bien" if n == 5 else "") for n in range(1, 6))
    interactive = build(replace(PLAIN, choices=choices, choices_label="Noter"))["interactive"]
    rows = interactive["action"]["sections"][0]["rows"]
    assert (interactive["type"], interactive["action"]["button"], len(rows)) == ("list", "Noter", 5)
    assert rows[4] == {"id": "rating:3:5", "title": "5", "description": "très bien"}
    assert "description" not in rows[0]


def test_a_fourth_button_makes_a_list() -> None:
    four = tuple(Button(f"rating:3:{n}", str(n)) for n in range(4))
    interactive = build(replace(PLAIN, buttons=four))["interactive"]
    assert [row["id"] for row in interactive["action"]["sections"][0]["rows"]] == [b.payload for b in four]


def test_the_number_is_asked_for() -> None:
    interactive = build(replace(PLAIN, ask_phone=True))["interactive"]
    assert interactive["type"] == "request_contact_info"
    assert interactive["action"] == {"name": "request_contact_info"}


@pytest.mark.parametrize(
    ("kind", "media"),
    [
        ("audio", {"id": "9001"}),
        ("image", {"id": "9001", "caption": "Bonjour Paul"}),
        ("video", {"id": "9001", "caption": "Bonjour Paul"}),
        ("document", {"id": "9001", "caption": "Bonjour Paul"}),
    ],
)
def test_media_go_by_their_id(kind: Any, media: dict[str, str]) -> None:
    payload = build(replace(PLAIN, media_id="9001", media_kind=kind))
    assert (payload["type"], payload[kind]) == (kind, media)


def test_a_closed_window_takes_the_template() -> None:
    offer = Template("offer", "fr", ("A7", "Fuite\n\tsous  l'évier", "  "), ("offer:7:accept", "offer:7:decline"))
    payload = build(replace(PLAIN, window_open=False, buttons=YES_NO, template=offer))
    body, accept, decline = payload["template"]["components"]
    assert (payload["type"], payload["template"]["language"]) == ("template", {"code": "fr"})
    assert [p["text"] for p in body["parameters"]] == ["A7", "Fuite sous l'évier", "-"]
    assert (accept["sub_type"], accept["index"], decline["index"]) == ("quick_reply", "0", "1")
    assert decline["parameters"] == [{"type": "payload", "payload": "offer:7:decline"}]


def test_an_open_window_leaves_the_template_aside() -> None:
    assert build(replace(PLAIN, template=Template("offer", "fr")))["type"] == "text"


def test_a_closed_window_without_a_template_is_our_mistake() -> None:
    with pytest.raises(SendFailed) as failed:
        build(replace(PLAIN, window_open=False))
    assert (failed.value.outcome, failed.value.report) == ("permanent", True)


def test_lengths_are_those_of_whatsapp() -> None:
    long = "fuite " * 2_000
    assert len(build(replace(PLAIN, text=long))["text"]["body"]) <= 4_096
    with_buttons = build(replace(PLAIN, text=long, buttons=(Button("p" * 300, "Je prends cette demande"),)))
    reply = with_buttons["interactive"]["action"]["buttons"][0]["reply"]
    assert len(with_buttons["interactive"]["body"]["text"]) <= 1_024
    assert (len(reply["id"]), reply["title"]) == (256, "Je prends cette…")
    assert len(build(replace(PLAIN, key="k" * 600))["biz_opaque_callback_data"]) == 512


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("Oui", 3, "Oui"),
        ("demain matin tôt", 13, "demain matin…"),
        ("anticonstitutionnellement", 10, "anticonst…"),
        ("un anticonstitutionnel", 10, "un antico…"),
        ("abcd👍🏽x", 6, "abcd…"),
        ("abc👩\u200d🔧xyz", 6, "abc…"),
        ("cafe\u0301 bar", 5, "caf…"),
    ],
)
def test_a_cut_breaks_no_word_accent_or_emoji(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short
    assert len(shorten(text, limit)) <= limit


def test_long_parameters_share_the_room_of_a_template() -> None:
    values = parameters(["A7", "x" * 900, "demain"])
    assert (values[0], values[2], len(values[1])) == ("A7", "demain", 233)
    assert parameters(["A7", "x" * 600]) == ["A7", "x" * 600]
