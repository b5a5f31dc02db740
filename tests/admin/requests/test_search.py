"""Finding a request by whatever one has at hand: a name, a word, a number in any spelling."""

from string import ascii_lowercase

import pytest

from mboa.storage import people
from mboa.storage.admin import request_list, request_search
from mboa.storage.admin.request_filters import Filters
from mboa.storage.store import Connection
from tests.admin.requests.test_list import URL, asked_by, items
from tests.admin.stage import at_desk
from tests.city import City

THERESE = "Bonjour, fuite sous l'évier à Bonamoussadi derrière la Pharmacie du Cœur-Sacré, demain matin"


async def found(city: City, q: str, role: str = "operator") -> list[object]:
    """The codes of what a search finds."""
    async with at_desk(city, role) as desk:  # type: ignore[arg-type]
        answer = (await desk.get(URL, params={"q": q})).json()
    assert answer["total"] == len(answer["items"])
    return [row["code"] for row in answer["items"]]


SPELLINGS = (
    *("Thérèse", "therese", "THERESE", "Thérèse", "theres", "ngono thérèse", "évier", "evier", "l'évier", "EVIE"),
    *("pharmacie", "coeur", "cœur sacré", "bonamoussadi", "bona fuite", "paul", "fuite Ébongué"),
    *("MB-1", "mb1", "mb 1", "1", "#1", "001"),
    *("6 95 00 00 01", "695000001", "+237695000001", "00237695000001", "237 695 00 00 01", "+237 6 95-00-00-01"),
    *("Thérèse 695000001", "fuite (695) 000 001", "6 95 00 00 77"),
)


async def test_thereses_request_is_found(city: City) -> None:
    paul = await city.provider("Paul Ebongue")
    await asked_by(city, "Thérèse Ngono", THERESE, "+237695000001")
    await paul.writes("OUI")
    await asked_by(city, "Awa", "Frigo en panne à Makepe, carrefour Mobil, demain", "+237677112233")
    await city.mboa.office.store.write(_tell_number, "+237695000077")
    missed = [q for q in SPELLINGS if await found(city, q) != ["MB-1"]]
    assert missed == []


def _tell_number(conn: Connection, phone: str) -> None:
    client = conn.one("SELECT client_id FROM requests WHERE id = 1")
    assert client is not None
    people.address(conn, client["client_id"], "dial", phone)


STRANGERS = (
    *("Mireille", "évie1", "MB-3", "thérèse awa", "a" * 500, "*"),
    *("695", "69500000", "+2376950", "695000002", "+23769"),
)


async def test_what_nobody_has_finds_nobody(city: City) -> None:
    await asked_by(city, "Thérèse Ngono", THERESE, "+237695000001")
    assert [q for q in STRANGERS if await found(city, q)] == []


async def test_a_viewer_finds_by_a_whole_number_and_guesses_none(city: City) -> None:
    await asked_by(city, "Thérèse", THERESE, "+237695000001")
    assert await found(city, "695000001", "viewer") == ["MB-1"]
    for guess in ("6950", "69500000", "+23769500000", "Bonamoussadi 6950"):
        assert await found(city, guess, "viewer") == []
    # What is left of this without the number is a word like any other.
    assert await found(city, "Thérèse 69500000", "viewer") == await found(city, "Thérèse 69599999", "viewer")


async def test_a_new_name_is_found_at_once_and_the_old_one_no_more(city: City) -> None:
    paul = await city.provider("Paul")
    await asked_by(city, "Mireille")
    await paul.writes("OUI")
    assert await found(city, "mireille paul") == ["MB-1"]
    await city.mboa.office.store.write(_rename, "contacts", "Mireille", "Chantal")
    assert (await found(city, "mireille"), await found(city, "chantal paul")) == ([], ["MB-1"])
    await city.mboa.office.store.write(_rename, "providers", "Paul", "Serge")
    assert (await found(city, "paul"), await found(city, "chantal serge")) == ([], ["MB-1"])


def _rename(conn: Connection, table: str, old: str, new: str) -> None:
    conn.run(f"UPDATE {table} SET name = :new WHERE name = :old", old=old, new=new)


async def test_words_follow_the_request_through_its_life(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("Bonjour, j'ai une fuite à Makepe, carrefour Mobil, demain matin")
    assert await found(city, "fuite mireille") == ["MB-1"]  # it is not confirmed yet, and found all the same
    await mireille.writes("OUI")
    assert await found(city, "fuit makepe") == ["MB-1"]
    assert [row["id"] for row in await items(city, "q=fuite&status=open")] == [1]
    async with at_desk(city) as desk:
        await desk.post(f"{URL}/1/cancel", json={"reason": "doublon"})
    assert [row["id"] for row in await items(city, "q=fuite&status=open")] == []
    assert [row["id"] for row in await items(city, "q=fuite&status=cancelled")] == [1]


async def test_what_awa_is_still_describing_is_found_within_its_filter(city: City) -> None:
    await asked_by(city, "Mireille")
    await city.client("Awa").writes("Bonjour, j'ai une fuite d'eau")
    assert await found(city, "fuite") == ["MB-2", "MB-1"]
    assert await found(city, "fuit AWA") == ["MB-2"]
    assert [await found(city, q) for q in ("uite", "fu awa", "awa mireille")] == [[], [], []]
    wanted = {"status=gathering": [2], "status=offered": [], "zone=akwa": [], "status=open&sort=-created": [2]}
    assert {query: [row["id"] for row in await items(city, f"q=fuite+awa&{query}")] for query in wanted} == wanted
    pages = [row["id"] for row in await items(city, "q=fuite&limit=1")]
    assert pages == [2]


async def test_a_beginning_that_very_many_words_have_finds_each(city: City) -> None:
    await asked_by(city, "Mireille")
    await city.mboa.office.store.write(_describe, " ".join(f"pann{letter}" for letter in ascii_lowercase))
    assert [await found(city, q) for q in ("pann", "panna", "pannz", "pannzz")] == [["MB-1"], ["MB-1"], ["MB-1"], []]


def _describe(conn: Connection, problem: str) -> None:
    conn.run("UPDATE requests SET problem = :problem", problem=problem)


async def test_a_request_that_is_gone_leaves_no_word(city: City) -> None:
    await asked_by(city, "Mireille")
    assert await city.mboa.office.store.write(_words_left) == (1, 0)


def _words_left(conn: Connection) -> tuple[int, int]:
    def known() -> int:
        row = conn.one("SELECT COUNT(*) AS n FROM request_search")
        return int(row["n"]) if row else -1

    before = known()
    for table in ("offers", "requests"):
        conn.run(f"DELETE FROM {table}")
    return before, known()


@pytest.mark.parametrize(
    ("typed", "words", "code", "phone"),
    [
        ("fuite Évier", ("fuite", "evier"), None, None),
        ("MB-12 fuite", ("fuite",), 12, None),
        ("123", (), 123, None),
        ("6990", (), 6990, None),
        ("+33 6 12 34 56 78", (), None, "+33612345678"),
        ("0033612345678", (), None, "+33612345678"),
        ("Paul 6 95 00 00 01", ("paul",), None, "+237695000001"),
        ("PK8 carrefour 3 voies", ("pk8", "carrefour", "3", "voies"), None, None),
    ],
)
def test_what_is_typed_is_understood(typed: str, words: tuple[str, ...], code: int | None, phone: str | None) -> None:
    search = request_search.read(typed)
    assert search == request_search.Search(words, code, phone)


async def test_a_search_for_a_word_stays_within_its_filter(city: City) -> None:
    """The tags among the words are no words of people: nobody is found because a tag begins like his query."""
    await asked_by(city, "Mireille")
    store = city.mboa.office.store
    for wanted, number in ((Filters(search=request_search.read("fuite"), zone="akwa"), 0), (Filters(), 1)):
        assert await store.read(request_list.count, store.dialect, wanted) == number
