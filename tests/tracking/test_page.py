"""The client's follow page: what it shows, what it never shows, what it weighs."""

from base64 import b64encode
from hashlib import sha256

import httpx2
import pytest
from starlette.applications import Starlette

from mboa.demo.traffic import STEPS, Stage
from mboa.dispatch.policy import Policy
from mboa.office import Office
from mboa.storage import roster
from mboa.storage.roster import Entry
from mboa.storage.store import Store
from mboa.tracking.page import FollowPage
from tests.demo.stage import MIREILLE, NEED, PAUL, browser, link, silence
from tests.engines import HandClock

# The contract, section 4.
HEAVIEST = 6 * 1024
DAY = 24 * 3600


async def look(on: Stage, path: str) -> httpx2.Response:
    async with browser(on.mboa) as client:
        return await client.get(path)


def weight(answer: httpx2.Response) -> int:
    """Bytes on the wire: status line, headers and body."""
    return sum(len(name) + len(value) + 4 for name, value in answer.headers.raw) + len(answer.content) + 19


async def test_mireille_sees_who_is_asked_and_until_when(on: Stage) -> None:
    await on.says(MIREILLE, NEED, "oui")
    page = await look(on, await link(on))
    assert page.status_code == 200
    assert "Premier prestataire contacté, réponse attendue avant 9\u202fh\u202f10" in page.text
    assert "nous demandons aussitôt à quelqu" in page.text
    assert "Ensuite\u202f: Un prestataire accepte" in page.text
    assert '<meta http-equiv="refresh" content="15">' in page.text


async def test_it_shows_the_first_name_and_no_number_and_no_client(on: Stage) -> None:
    await on.says(MIREILLE, NEED, "oui")
    await on.takes("en_route")
    page = (await look(on, await link(on))).text
    assert "Avec Ébongué<" in page
    assert "Prestataire en route" in page
    assert "237" not in page
    assert "Mireille" not in page
    assert "Plombier<" not in page


async def test_the_longest_story_weighs_at_most_six_kilobytes(on: Stage, clock: HandClock) -> None:
    await on.says(MIREILLE, NEED, "oui")
    for _ in range(3):
        await silence(on, clock)
    page = await look(on, await link(on))
    assert "Délai étendu" in page.text
    assert "Troisième prestataire" in page.text
    assert "content-encoding" not in page.headers
    assert weight(page) <= HEAVIEST - 1024  # room for the steps of the work to come


async def test_no_script_runs_and_nothing_is_kept_or_told(on: Stage) -> None:
    await on.says(MIREILLE, NEED, "oui")
    page = await look(on, await link(on))
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert b64encode(sha256(style.encode()).digest()).decode() in policy
    assert "script" not in page.text + policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"] == "noindex"


async def test_a_name_full_of_markup_is_only_a_name(on: Stage) -> None:
    sly = Entry("<script>alert(1)</script> Sly", "+237699000299", ("appliance",), ("pk9",))
    await on.mboa.office.store.write(roster.enter, sly, "simulator")
    await on.says(MIREILLE, "Mon frigo ne refroidit plus, PK9, demain matin", "oui")
    await on.takes()
    page = (await look(on, await link(on))).text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("token", ["nobody", "%00", "..%2f..%2fetc", "a" * 300, "é", "' OR 1=1 --"])
async def test_a_link_to_nowhere_says_so_in_the_same_look(on: Stage, token: str) -> None:
    page = await look(on, f"/suivi/{token}")
    assert page.status_code == 404
    assert "Page introuvable" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "http-equiv" not in page.text


async def test_no_link_however_odd_troubles_either_database(store: Store) -> None:
    page = FollowPage(Office(store, Policy(), "http://mboa.test"))
    transport = httpx2.ASGITransport(app=Starlette(routes=list(page.routes())))
    async with httpx2.AsyncClient(transport=transport, base_url="http://mboa.test") as client:
        answers = [await client.get(f"/suivi/{token}") for token in ("%00", "%ed%a0%80", "a" * 5000, "nobody")]
    assert [answer.status_code for answer in answers] == [404] * 4


async def test_it_closes_seven_days_after_the_end(on: Stage, clock: HandClock) -> None:
    await on.says(MIREILLE, NEED, "oui")
    await on.takes(*STEPS)
    await on.says(MIREILLE, "5")
    path = await link(on)
    clock.advance(7 * DAY)
    last = await look(on, path)
    clock.advance(1)
    closed = await look(on, path)
    assert (last.status_code, closed.status_code) == (200, 410)
    assert "C'est terminé" in last.text.replace("&#39;", "'")
    assert "http-equiv" not in last.text
    assert "Ce suivi est fermé" in closed.text
    assert "23/11" in last.text


async def test_it_speaks_the_clients_language(on: Stage) -> None:
    await on.says(MIREILLE, "My fridge is not cooling, Bonapriso, tomorrow morning", "yes")
    await on.says(PAUL, "Water di leak for my kitchen for Makepe, abeg send plumber now now", "yes")
    english, pidgin = [(await look(on, await link(on, phone))).text for phone in (MIREILLE, PAUL)]
    assert '<html lang="en">' in english
    assert "answer expected before 09:10" in english
    assert "Right now" in pidgin
    assert "En ce moment" not in english + pidgin


async def test_whoever_must_answer_sees_until_when(on: Stage, clock: HandClock) -> None:
    await on.says(MIREILLE, NEED, "oui")
    await on.takes(*STEPS)
    page = (await look(on, await link(on))).text
    assert "Sans réponse de votre part, la demande sera close <b>demain à 9\u202fh\u202f00</b>" in page


async def test_a_request_not_yet_launched_says_where_to_answer(on: Stage) -> None:
    await on.says(MIREILLE, NEED)
    page = (await look(on, await link(on))).text
    assert "pas encore lancée" in page


async def test_a_cancelled_request_stops_moving(on: Stage) -> None:
    await on.says(MIREILLE, NEED, "oui", "ANNULER", "oui")
    page = (await look(on, await link(on))).text
    assert "Cette demande est annulée." in page
    assert "http-equiv" not in page
