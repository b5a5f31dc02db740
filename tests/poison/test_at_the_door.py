"""What nobody should send, at the public door: never a 5xx, and whoever shares the batch is served."""

import json
from collections.abc import Iterator

import pytest

from mboa.fake_meta.double import sign
from tests.city import NEED, SECRET, City
from tests.engines import Database, HandClock

DEEP = "[" * 900 + "]" * 900
WRITTEN = {
    "a text of a megabyte": '"text":{"body":"' + "fuite " * 170_000 + '"}',
    "one word of a megabyte": '"text":{"body":"' + "x" * 1_000_000 + '"}',
    "a NUL": '"text":{"body":"fuite\\u0000 à Akwa\\u0000"}',
    "a lone surrogate": '"text":{"body":"fuite \\ud83d à Akwa \\udc00"}',
    "directions and invisible letters": '"text":{"body":"\\u202efu\\u200bite\\u2066 \\ufeff\\u00ad"}',
    "nothing but marks": '"text":{"body":"' + "\\u0301" * 5_000 + '"}',
    "a brace and a code": '"text":{"body":"{code} {0} %s ${x} {{1}}"}',
    "a text that is a number": '"text":{"body":' + "9" * 5_000 + "}",
    "a text that is a list": '"text":["fuite"]',
    "no text": '"text":null',
    "depths": f'"text":{{"body":"fuite","deep":{DEEP}}}',
    "a time that never comes": '"text":{"body":"fuite"},"timestamp":"99999999999999999999"',
    "a time before all": '"text":{"body":"fuite"},"timestamp":"-1e999"',
    "a name of a megabyte": '"text":{"body":"fuite"},"from_user_id":"' + "u" * 1_000_000 + '"',
    "an unknown type": '"type":"hologram","hologram":{"beam":1e999}',
    "a button without a payload": '"type":"button","button":{"payload":{},"text":[]}',
    "a payload that is no id of ours": '"type":"button","button":{"payload":"offer:99999999999999999999:accept"}',
    "a request of nobody": '"type":"button","button":{"payload":"request:-1:confirm","text":"OUI"}',
    "a place off the earth": '"type":"location","location":{"latitude":1e308,"longitude":NaN}',
    "a broken flow": '"type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"{"}}',
    "a card without a number": '"type":"contacts","contacts":[{"phones":[{"phone":"\\u0000"}]}]',
    "a quote of itself": '"text":{"body":"OUI"},"context":{"id":"wamid.P"}',
}
BODIES = {
    "no bytes": b"",
    "bytes that are no text": b"\xff\xfe\x00\x80" * 50,
    "a text with a bad byte": b'{"entry":[{"changes":[{"value":{"messages":[{"text":{"body":"\xff\xc3"}}]}}]}]}',
    "a bomb of brackets": b'{"entry":' + b"[" * 1_000_000,
    "depths that no reader reaches": b'{"entry":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "a number without end": b'{"entry":' + b"9" * 1_000_000 + b"}",
    "a million keys": b"{" + b",".join(b'"%d":0' % number for number in range(100_000)) + b"}",
    "a word": b'"entry"',
    "not a number": b'{"entry":[NaN,1e999]}',
}


def batch(poison: str, neighbour: bytes) -> bytes:
    """One body with a poisoned message between two messages, one of which is somebody's."""
    frame = json.loads(neighbour)
    value = frame["entry"][0]["changes"][0]["value"]
    good = json.dumps(value["messages"][0])
    head = '{"id":"wamid.P","from":"237699999999","timestamp":"1795000000",'
    rest = "" if '"type"' in poison else ',"type":"text"'
    value["messages"] = ["@"]
    return json.dumps(frame).replace('"@"', f"7,{head}{poison}{rest}}},{good}").encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("name", WRITTEN)
async def test_whoever_shares_the_batch_is_served(city: City, name: str) -> None:
    mireille = city.client("Mireille")
    await city.post(batch(WRITTEN[name], city.double.text(mireille.address, NEED)))
    await city.settle()
    assert mireille.heard("Répondez OUI pour lancer la recherche") == 1
    unread = await city.rows("SELECT kind, error FROM v_messages WHERE status = 'received' OR error LIKE 'hearing%'")
    assert unread == []


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_is_no_webhook_is_kept_to_be_seen(city: City, name: str) -> None:
    await city.post(BODIES[name])
    await city.post(BODIES[name])
    parked = await city.rows("SELECT kind, status, error FROM v_messages")
    assert len(parked) <= 2, "a body that comes again is kept once"
    assert {(row["kind"], row["status"]) for row in parked} == {("unreadable", "parked")}
    assert all(row["error"] for row in parked)


async def test_a_body_over_four_megabytes_is_refused_and_not_kept(city: City) -> None:
    body = b'{"entry":"' + b"x" * (4 * 1024 * 1024) + b'"}'
    answer = await city.web.post(
        "/webhooks/whatsapp", content=body, headers={"x-hub-signature-256": sign(body, SECRET)}
    )
    assert answer.status_code == 413
    assert await city.rows("SELECT id FROM v_messages") == []


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=é", "sha1=00", "sha256=" + "0" * 64, "\x00", "0" * 5_000])
async def test_a_bad_signature_is_refused_whatever_it_is(city: City, signature: str) -> None:
    headers = {b"x-hub-signature-256": signature.encode()}
    answer = await city.web.post("/webhooks/whatsapp", content=b"{}", headers=headers)
    assert answer.status_code == 401
    assert await city.rows("SELECT id FROM v_messages") == []


async def test_both_engines_keep_and_say_the_same(sqlite_database: Database, postgresql_database: Database) -> None:
    told = [await all_of_it(database) for database in (sqlite_database, postgresql_database)]
    assert len(told[0]) > len(WRITTEN)
    assert told[0] == told[1]


async def all_of_it(database: Database) -> list[tuple[str, ...]]:
    """Every poison in turn, by a person of its own; what was kept and what was said, without ids and times."""
    city = City(database, HandClock())
    await city.open()
    for body in poisons():
        await city.post(body)
        await city.settle()
    rows = await city.rows("SELECT direction, kind, status, text, error FROM v_messages ORDER BY id")
    await city.close()
    return [tuple(str(value) for value in row.values()) for row in rows]


def poisons() -> Iterator[bytes]:
    """All the bodies of this file."""
    yield from BODIES.values()
    for number, poison in enumerate(WRITTEN.values()):
        head = f'{{"id":"wamid.{number}","from":"2376990000{number:02}","timestamp":"1795000000",'
        rest = "" if '"type"' in poison else ',"type":"text"'
        message = f"{head}{poison}{rest}}}"
        value = f'{{"contacts":[],"messages":[{message}]}}'
        yield f'{{"entry":[{{"changes":[{{"field":"messages","value":{value}}}]}}]}}'.encode("utf-8", "surrogatepass")
