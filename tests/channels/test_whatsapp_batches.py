"""Whole batches, delivery statuses, the handshake and the signature."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from mboa.channels.base import Receipt
from mboa.channels.whatsapp.webhook import handshake, parse, verify

BODY = '{"entry":[],"note":"évier"}'.encode()
SECRET = "s3cret-of-mboa"


def signature(secret: str, body: bytes = BODY) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def text(id_: str) -> dict[str, Any]:
    return {"from": "237677001122", "id": id_, "type": "text", "text": {"body": id_}}


def change(field: str = "messages", **value: Any) -> dict[str, Any]:
    return {"field": field, "value": value}


def entries(*groups: list[dict[str, Any]]) -> bytes:
    return json.dumps({"object": "w", "entry": [{"id": "1", "changes": group} for group in groups]}).encode()


def receipt(**status: Any) -> Receipt:
    return parse(entries([change(statuses=[{"id": "wamid.OUT", "timestamp": "1795000000"} | status])])).receipts[0]


def test_every_entry_change_and_message_counts_in_order() -> None:
    read = {"id": "wamid.OUT", "status": "read"}
    batch = parse(
        entries(
            [change(messages=[text("a"), text("b")]), change(messages=[text("c")], statuses=[read])],
            [change(statuses=[read]), change(messages=[text("d")])],
        )
    )
    assert [message.text for message in batch.messages] == ["a", "b", "c", "d"]
    assert len(batch.receipts) == 2


def test_a_broken_level_is_parked_and_its_neighbours_are_read() -> None:
    raw = json.loads(entries([change(messages="a"), {"field": "messages"}, change(messages=[text("b")])]))
    raw["entry"] += [None, {"changes": "x"}, {"changes": [3, change(messages=[text("c")])]}]
    batch = parse(json.dumps(raw).encode())
    assert [message.text for message in batch.messages] == ["b", "c"]
    assert len(batch.parked) == 5


@pytest.mark.parametrize("field", ["message_template_status_update", "account_update", "smb_message_echoes", "calls"])
def test_news_of_the_account_are_passed_over(field: str) -> None:
    batch = parse(entries([change(field, event="APPROVED", messages=[text("echo")]), change(messages=[text("a")])]))
    assert ([message.text for message in batch.messages], batch.parked) == (["a"], ())


@pytest.mark.parametrize(
    ("name", "status"), [("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("played", "read")]
)
def test_a_receipt_bears_our_key_and_the_price(name: str, status: str) -> None:
    price = {"billable": True, "category": "utility", "pricing_model": "PMP"}
    found = receipt(status=name, biz_opaque_callback_data="m-42", pricing=price, errors=[{"code": 1}])
    assert (found.status, found.key, found.pricing, found.error_code) == (status, "m-42", price, None)
    assert found.at is not None
    assert found.at.year == 2026


@pytest.mark.parametrize(
    ("errors", "code", "error"),
    [
        ([{"code": 131026, "error_data": {"details": "not on WhatsApp"}, "message": "m"}], 131026, "not on WhatsApp"),
        ([{"code": 131026, "message": "Undeliverable"}], 131026, "Undeliverable"),
        ([{"code": "131047", "title": "Re-engagement"}], 131047, "Re-engagement"),
        ([{"code": 10**17}], None, None),
        ([], None, None),
        (None, None, None),
        ({"code": 1}, None, None),
        (["x"], None, None),
        ([{"code": {}, "error_data": [], "message": 5}], None, None),
    ],
)
def test_a_failure_is_read_whatever_it_lacks(errors: Any, code: int | None, error: str | None) -> None:
    found = receipt(status="failed", errors=errors)
    assert (found.status, found.error_code, found.error) == ("failed", code, error)


def test_a_deleted_message_is_no_news_and_an_unknown_status_is_shown() -> None:
    statuses = [{"id": "a", "status": "deleted"}, {"id": "b", "status": "beamed"}, {"status": "sent"}, {"id": "c"}, 4]
    batch = parse(entries([change(statuses=statuses)]))
    assert batch.receipts == ()
    assert len(batch.parked) == 4


def test_the_signature_covers_the_raw_bytes() -> None:
    assert verify(BODY, signature(SECRET), [SECRET])
    assert not verify(BODY + b" ", signature(SECRET), [SECRET])
    assert not verify(BODY, signature("another"), [SECRET])


def test_two_secrets_serve_a_rotation() -> None:
    assert verify(BODY, signature("new"), ["old", "new"])
    assert verify(BODY, signature("old"), ["old", "new"])


def test_the_published_hmac_vector_of_rfc_4231() -> None:
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert verify(b"what do ya want for nothing?", f"sha256={digest}", ["Jefe"])


@pytest.mark.parametrize(
    "given", [None, "", "sha256=", "sha1=abc", "é", "sha256=é\udcff", signature(""), signature(SECRET)[7:]]
)
def test_no_other_signature_passes_or_raises(given: str | None) -> None:
    assert not verify(BODY, given, [SECRET, ""])
    assert not verify(BODY, signature(SECRET), [])


QUERY = {"hub.mode": "subscribe", "hub.verify_token": "kwata", "hub.challenge": "1158201444"}


def test_the_handshake_answers_the_challenge() -> None:
    assert handshake(QUERY, "kwata") == "1158201444"


@pytest.mark.parametrize(
    "other",
    [
        {"hub.verify_token": "Kwata"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "é\udcff"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""},
        {"hub.challenge": "1" * 101},
        {"hub.challenge": "<script>"},
        {"hub.challenge": "12\n34"},
    ],
)
def test_the_handshake_refuses(other: dict[str, str]) -> None:
    assert handshake(QUERY | other, "kwata") is None


def test_an_empty_verify_token_never_matches() -> None:
    assert handshake(QUERY | {"hub.verify_token": ""}, "") is None
    assert handshake({}, "kwata") is None
