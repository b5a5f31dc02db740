"""The web door of WhatsApp: what it lets in, what it refuses, and what can never break it."""

import asyncio
import json

import pytest

from mboa.fake_meta.double import sign
from tests.city import NEED, SECRET, City

ONE = json.dumps(
    {
        "entry": [
            {
                "changes": [
                    {
                        "value": {
                            "messages": [{"id": "a", "from": "237677000001", "type": "text", "text": {"body": "WORDS"}}]
                        }
                    }
                ]
            }
        ]
    }
).encode()
HOSTILE = {
    "nul": ONE.replace(b"WORDS", rb"a\u0000b"),
    "surrogate": ONE.replace(b"WORDS", rb"\ud800 fuite"),
    "bad utf-8": b'{"entry": "\xff\xfe"}',
    "brackets": b"[" * 100_000,
    "giant integer": b'{"entry":[{"changes":[{"value":{"messages":[{"id":"c","timestamp":' + b"9" * 5000 + b"}]}}]}]}",
    "nothing": b"",
    "not json": b"bonjour",
    "wrong types": b'{"entry":[{"changes":{"value":[1,2,{}]}},7,null]}',
}


async def test_the_handshake(city: City) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "verify"}
    right = await city.web.get("/webhooks/whatsapp", params=query)
    assert (right.status_code, right.text) == (200, "1158201444")
    wrong = await city.web.get("/webhooks/whatsapp", params={**query, "hub.verify_token": "other"})
    assert wrong.status_code == 403


@pytest.mark.parametrize("signature", [None, "sha256=" + "0" * 64, "sha1=abc", "é"])
async def test_a_wrong_signature_stores_nothing(city: City, signature: str | None) -> None:
    body = city.double.text("+237677000001", NEED)
    headers = [] if signature is None else [(b"x-hub-signature-256", signature.encode())]
    answer = await city.web.post("/webhooks/whatsapp", content=body, headers=headers)
    assert answer.status_code == 401
    assert await city.rows("SELECT id FROM v_messages") == []


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
async def test_what_a_stranger_can_send_never_breaks_the_door(city: City, body: bytes) -> None:
    await city.post(body)
    once = await city.rows("SELECT id FROM v_messages WHERE direction = 'in'")
    await city.post(body)
    await city.settle()
    assert await city.rows("SELECT id FROM v_messages WHERE direction = 'in'") == once
    assert await city.rows("SELECT id FROM v_messages WHERE status IN ('received', 'queued')") == []


async def test_a_body_over_four_megabytes_is_refused(city: City) -> None:
    body = b" " * (4 * 1024 * 1024 + 1)
    answer = await city.web.post(
        "/webhooks/whatsapp", content=body, headers={"x-hub-signature-256": sign(body, SECRET)}
    )
    assert answer.status_code == 413


async def test_a_text_of_a_megabyte_is_heard(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("fuite d'eau à Bonamoussadi " + "a " * 500_000)
    assert len(mireille.inbox) == 1


async def test_good_messages_beside_a_bad_one_are_heard(city: City) -> None:
    batch = json.loads(city.double.text("+237677000001", "bonjour"))
    value = batch["entry"][0]["changes"][0]["value"]
    other = json.loads(city.double.text("+237677000002", "bonjour"))["entry"][0]["changes"][0]["value"]
    value["messages"] += [{"type": "text", "text": 7}, None, *other["messages"]]
    value["contacts"] += other["contacts"]
    await city.post(json.dumps(batch).encode())
    await city.settle()
    assert len(city.double.phone("+237677000001")) == len(city.double.phone("+237677000002")) == 1
    assert len(await city.rows("SELECT id FROM v_messages WHERE status = 'parked'")) == 2


async def test_group_messages_are_ignored(city: City) -> None:
    body = json.loads(city.double.text("+237677000001", NEED))
    body["entry"][0]["changes"][0]["value"]["messages"][0]["group_id"] = "g1"
    await city.post(json.dumps(body).encode())
    await city.settle()
    assert await city.rows("SELECT id FROM v_messages") == []


async def test_statuses_only_move_forward(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("bonjour")
    sent = mireille.inbox[-1].id
    for status in ("read", "delivered", "sent", "read"):
        await city.post(city.double.status(sent, status))
    await city.post(city.double.status(sent, "failed", code=131026))
    await city.settle()
    assert await city.rows("SELECT status FROM v_messages WHERE direction = 'out'") == [{"status": "read"}]


async def test_a_new_number_keeps_the_person(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    system = {"type": "user_changed_number", "body": "changed", "wa_id": "237677999999"}
    message = {"id": "wamid.change", "from": mireille.address[1:], "timestamp": "1763800000", "type": "system"}
    value = {"messages": [{**message, "system": system}], "contacts": []}
    body = {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}
    await city.post(json.dumps(body).encode())
    moved = city.client("Mireille", "+237677999999")
    await moved.writes("OUI")
    assert len(await city.rows("SELECT id FROM v_contacts")) == 1
    assert await city.status() == "unserved"


async def test_ten_first_messages_at_once_are_one_person(city: City) -> None:
    for newcomer in ("+237677000001", "+237677000002", "+237677000003"):
        bodies = [city.double.text(newcomer, "bonjour") for _ in range(10)]
        await asyncio.gather(*(city.post(body) for body in bodies))
    assert len(await city.rows("SELECT id FROM v_contacts")) == 3
    assert len(await city.rows("SELECT id FROM v_messages WHERE contact_id IS NULL")) == 0
