"""One request as the desk sees it: everything that was said, asked and decided, and no number for a viewer."""

from typing import Any, cast, get_args

import pytest

from mboa.admin.request_moves import ACTS
from mboa.admin.words import words
from mboa.dispatch.events import EventName
from mboa.dispatch.permission import Why
from mboa.dispatch.ranking import WEIGHTS
from mboa.storage.admin import request_page
from mboa.storage.store import Connection, Row
from tests.admin.stage import at_desk, sign_in
from tests.city import NEED, City, Person

CANARY = "<script>window.__x=1</script>"


async def a_job(city: City, need: str = NEED) -> tuple[Person, Person]:
    """Mireille's request, which Paul has accepted."""
    paul = await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes(need)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    return mireille, paul


async def seen(city: City, number: int = 1, role: Any = "operator") -> dict[str, Any]:
    async with at_desk(city, role) as desk:
        answer = await desk.get(f"/admin/requests/{number}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def html(city: City, role: Any = "operator", query: str = "", language: Any = "fr") -> str:
    async with at_desk(city, role, browser=True, language=language) as desk:
        answer = await desk.get(f"/admin/requests/1{query}")
    assert answer.status_code == 200, answer.text
    return answer.text.replace("\u202f", " ")


async def test_request_offers_messages_and_timeline(city: City) -> None:
    mireille, paul = await a_job(city)
    told = await seen(city)
    assert list(told) == ["request", "offers", "messages", "timeline"]
    assert (
        told["request"] | (await city.rows("SELECT id, code, client_id, service, zone, status FROM v_requests"))[0]
        == (told["request"])
    )
    assert (told["request"]["client"]["phone"], told["request"]["provider"]["phone"]) == (
        mireille.address,
        paul.address,
    )
    (offer,) = told["offers"]
    assert (offer["provider"], offer["status"], set(offer["reasons"]) >= {"distance", "rating"}) == (
        "Paul",
        "accepted",
        True,
    )
    assert {row["name"] for row in told["timeline"] if row["kind"] == "event"} == set(await city.events())
    assert told["request"]["created_at"].endswith("Z")


async def test_the_words_of_both_and_of_the_house_are_one_line_of_time(city: City) -> None:
    await a_job(city)
    told = await seen(city)
    said = [(row["kind"], row["who"], row["text"][:8]) for row in told["timeline"] if row["kind"] != "event"]
    assert said[0] == ("in", "Mireille", NEED[:8])
    assert ("in", "Paul", "OUI") in said
    assert {row["kind"] for row in told["messages"] if row["direction"] == "out"} >= {
        "recap",
        "offer",
        "provider_found",
    }
    times = [row["at"] for row in told["timeline"]]
    assert times == sorted(times)


async def test_what_a_message_came_to_and_cost(city: City) -> None:
    paul = (await a_job(city))[1]
    offer = paul.inbox[0]
    for status in ("sent", "delivered", "read"):
        await city.post(city.double.status(offer.id, status))
    entry = next(row for row in (await seen(city))["timeline"] if row["name"] == "offer")
    assert (entry["status"], entry["template"], entry["price"]) == ("read", "offer", "utility")
    assert {one["status"] for one in entry["deliveries"]} >= {"delivered", "read"}
    assert "utility" in await html(city)


async def test_a_failure_is_said(city: City) -> None:
    await city.provider("Paul")
    mireille = city.client("Mireille")
    city.double.fail_next("+237699000001", code=131026)
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    entry = next(row for row in (await seen(city))["timeline"] if row["name"] == "offer")
    assert entry["status"] == "failed"
    assert entry["error"]


async def test_why_him_and_why_not_her(city: City) -> None:
    awa = await city.provider("Awa")
    await awa.writes("PAUSE")
    await a_job(city)
    page = await html(city)
    assert "proximité 0," in page
    assert "Awa (en pause)" in page
    assert (await seen(city))["offers"][0]["withheld"] == [{"provider_id": 1, "reason": "paused", "provider": "Awa"}]


async def test_a_viewer_sees_no_number(city: City) -> None:
    mireille, paul = await a_job(city, f"{NEED}, appelez le 6 77 00 00 02 ou +237 655 443 322")
    async with at_desk(city, "viewer") as desk:
        told = (await desk.get("/admin/requests/1")).text
    for text in (told, await html(city, "viewer")):
        for number in (mireille.address[-8:], paul.address[-8:], "655 443", "wamid"):
            assert number not in text
    assert "••" in told
    assert "<form class=card" not in await html(city, "viewer")
    assert mireille.address in await html(city, "operator")


async def test_words_of_people_are_words_alone(city: City) -> None:
    await city.provider(f"Paul{CANARY}")
    mireille = city.client(f"Mireille{CANARY}")
    for text in (f"{NEED} {CANARY}", "OUI", f"annuler {CANARY}"):
        await mireille.writes(text)

    def scribble(conn: Connection) -> int:
        columns = ("problem", "place_text", "time_text", "cancel_reason", "comment")
        return conn.run(
            f"UPDATE requests SET rating = 1, {', '.join(f'{name} = :words' for name in columns)}", words=CANARY
        )

    assert await city.mboa.office.store.write(scribble) == 1
    page = await html(city)
    assert CANARY not in page
    assert page.count("&lt;script&gt;window.__x") >= 8


async def test_suitable_providers_first_and_others_by_name(city: City) -> None:
    await a_job(city)
    await city.provider("Awa")
    await city.provider("Ébongué", zones="makepe")
    page = await html(city)
    assert ("<option value=2>Awa" in page, "<option value=3>" in page) == (True, False)
    assert "<option value=3>Ébongué" in await html(city, query="?find=ebon")
    assert "<option value=3>" not in await html(city, query="?find=%25%25%00")


async def test_a_draft_has_a_page_too(city: City) -> None:
    await city.client("Mireille").writes("Bonjour")
    await city.client("Ngono").writes("Bonjour, j'ai une fuite d'eau")
    assert (await seen(city))["request"]["status"] == "gathering"
    assert "Brouillon" in await html(city)
    assert "Request begun" in await html(city, language="en")


async def test_nobodys_request_is_nowhere(city: City) -> None:
    desk = await sign_in(city, "viewer")
    async with desk:
        for number in ("7", "0", "-1", "9" * 30, "x"):
            assert (await desk.get(f"/admin/requests/{number}")).status_code == 404


class Counting:
    """A connection that counts what it is asked."""

    def __init__(self, conn: Connection) -> None:
        self.conn, self.now, self.asked = conn, conn.now, 0

    def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        self.asked += 1
        return self.conn.all(sql, **parameters)

    def one(self, sql: str, /, **parameters: Any) -> Row | None:
        self.asked += 1
        return self.conn.one(sql, **parameters)


def reads_of(conn: Connection) -> int:
    counting = Counting(conn)
    request_page.story(cast("Connection", counting), 1)
    return counting.asked


async def test_a_long_story_takes_no_more_reads_than_a_short_one(city: City) -> None:
    mireille, _ = await a_job(city)
    short = await city.mboa.office.store.read(reads_of)
    for _ in range(20):
        await mireille.writes("où en est ma demande ?")
    assert await city.mboa.office.store.read(reads_of) == short <= 12


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everything_has_its_words(language: str) -> None:
    known = words(language, "request")
    assert set(known["why"]) == set(get_args(Why))
    assert set(known["done"]) == {*ACTS, "nobody"}
    assert set(known["part"]) == set(WEIGHTS)
    assert {name for name in get_args(EventName) if name.startswith(("offer_", "request_"))} <= set(known["event"])


async def test_the_page_is_light(city: City) -> None:
    mireille, _ = await a_job(city)
    for _ in range(6):
        await mireille.writes("où en est ma demande ?")
    async with at_desk(city, browser=True) as desk:
        answer = await desk.get("/admin/requests/1", headers={"accept-encoding": "br"})
    assert (answer.headers["content-encoding"], answer.text.count("<li ") >= 25) == ("br", True)
    assert answer.num_bytes_downloaded <= 6_000


async def test_a_rating_without_a_word_is_a_rating(city: City) -> None:
    mireille, paul = await a_job(city)
    await paul.writes("TERMINE")
    await mireille.writes("5")
    page = await html(city)
    assert "5/5" in page
    assert "None" not in page
