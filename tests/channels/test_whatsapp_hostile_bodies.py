"""Bodies that no one should send: nothing is raised, nothing readable is lost, everything can be stored."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mboa.channels.whatsapp.webhook import parse

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
GOOD = '{"from":"237677001122","id":"wamid.GOOD","timestamp":"1795000000","type":"text","text":{"body":"Bonjour"}}'


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if isinstance(value, (list, tuple, dict)):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        for item in inner:
            yield from strings(item)


def around(*messages: str) -> bytes:
    value = f'{{"contacts":[],"messages":[{",".join(messages)}]}}'
    return f'{{"object":"w","entry":[{{"changes":[{{"field":"messages","value":{value}}}]}}]}}'.encode(
        "utf-8", "surrogateescape"
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"\xff" * 100_000,
        b"1" * 5_000,
        b"NaN",
        b"null",
        b"{}",
        b"[]",
        b'"entry"',
        b'{"entry":{}}',
        b'{"entry":"x"}',
        b'{"object":"page","entry":[{"messaging":[]}]}',
        b'{"entry":[{"changes":[{"field":"messages","value":[]}]}]}',
        b'{"entry":[{"changes":[{"field":"messages","value":{"messages":{"id":"x"}}}]}]}',
        b'{"entry":[{"changes":[{"field":"messages","value":{"errors":[{"code":131000}]}}]}]}',
    ],
)
def test_what_is_no_webhook_is_parked_whole(raw: bytes) -> None:
    batch = parse(raw)
    assert (len(batch.parked), batch.messages, batch.receipts) == (1, (), ())
    assert UNSTORABLE.search(batch.parked[0].raw) is None
    assert len(batch.parked[0].raw.encode()) <= 65_536


@pytest.mark.parametrize(
    "neighbour",
    [
        "7",
        "null",
        "[]",
        '"text"',
        "{}",
        '{"id":"","from":"237677001122"}',
        '{"id":7,"from":"237677001122"}',
        f'{{"id":"{"x" * 256}","from":"237677001122"}}',
        '{"id":"wamid.X"}',
        '{"id":"wamid.X","from":"Mireille"}',
        '{"id":"wamid.X","from":["237677001122"],"type":"text"}',
        '{"id":"wamid.X","from":NaN,"big":' + "9" * 5_000 + ',"far":1e999}',
    ],
)
def test_a_neighbour_that_cannot_be_read_costs_nothing(neighbour: str) -> None:
    batch = parse(around(neighbour, GOOD))
    assert [message.external_id for message in batch.messages] == ["wamid.GOOD"]
    assert len(batch.parked) == 1


@pytest.mark.parametrize("broken", ["\\ud83d", "\\u0000", "\\udc00\\ud800", "\x00", "\x01\n", "\udcff"])
def test_broken_characters_are_replaced_not_fatal(broken: str) -> None:
    words = f"fuite {broken} d'eau"
    message = GOOD.replace("Bonjour", words).replace("wamid.GOOD", "wamid.ODD")
    batch = parse(around(GOOD, message.replace('"from"', f'"from{broken}":"x","from"', 1)))
    assert [m.external_id for m in batch.messages] == ["wamid.GOOD", "wamid.ODD"]
    assert batch.messages[1].text.startswith("fuite ")
    assert not any(UNSTORABLE.search(text) for text in strings(asdict(batch)))


def test_a_pair_of_surrogates_is_one_emoji() -> None:
    message = GOOD.replace("Bonjour", "merci \\ud83d\\ude4f \\ud83d")
    assert parse(around(message)).messages[0].text == "merci 🙏 \ufffd"


def test_a_deep_message_is_read_without_its_depths() -> None:
    deep = "[" * 900 + "]" * 900
    batch = parse(around(GOOD.replace('"type"', f'"deep":{deep},"type"')))
    assert (batch.messages[0].text, batch.messages[0].raw) == ("Bonjour", {})


def test_the_copy_of_a_broken_message_is_shallow_and_finite() -> None:
    odd = '"odd":"\\ud800","deep":' + "[" * 200 + "]" * 200 + ',"far":1e999,"type"'
    raw = parse(around(GOOD.replace('"type"', odd))).messages[0].raw
    assert json.dumps(raw["deep"]).count("[") < 64
    assert raw["far"] is None


def test_a_huge_message_keeps_its_text_and_drops_its_copy() -> None:
    batch = parse(around(GOOD.replace("Bonjour", "é" * 9_000)))
    assert (len(batch.messages[0].text), batch.messages[0].raw) == (9_000, {})


def test_a_body_behind_a_byte_order_mark_is_read() -> None:
    assert parse(b"\xef\xbb\xbf" + around(GOOD)).messages[0].text == "Bonjour"


NAMES = ["id", "from", "from_user_id", "type", "text", "body", "image", "location", "latitude", "longitude"]
NAMES += ["contacts", "phones", "phone", "wa_id", "interactive", "button_reply", "system", "user_id", "edit", "message"]
NAMES += ["context", "referral", "profile", "name", "timestamp", "status", "errors", "code", "error_data", "pricing"]
KNOWN = ["wamid.A", "237677001122", "CM.77", "1795000000", "failed", *NAMES]
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("a\x00\ud800é", max_size=4)
    | st.sampled_from(KNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=25,
)


@given(message=anything, contacts=anything, status=anything)
def test_wrong_types_at_every_level_never_raise(message: Any, contacts: Any, status: Any) -> None:
    value = {"contacts": contacts, "messages": [message], "statuses": [status]}
    batch = parse(json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode())
    assert len(batch.messages) + len(batch.receipts) + len(batch.parked) <= 2
    assert not any(UNSTORABLE.search(text) for text in strings(asdict(batch)))
    orjson.dumps([piece.raw for piece in batch.messages])


@given(st.binary(max_size=200))
def test_any_bytes_give_one_parked_body(raw: bytes) -> None:
    assert len(parse(raw).parked) == 1
