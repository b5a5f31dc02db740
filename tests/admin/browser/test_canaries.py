"""Whatever people call themselves and whatever they write is text on every page, and nothing else.

The policy is switched off for these visits: the escaping alone must do.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from mboa.storage.admin import saved_filters, tokens
from tests.admin.browser.canaries import CANARIES
from tests.admin.browser.conftest import Complaints, Visit
from tests.admin.browser.house import NEED, House, open_house
from tests.admin.browser.past import ask, contact, message, request

LISTS = (
    *("dashboard", "requests", "requests?q=script", "conversations", "conversations?q=script", "providers"),
    *("providers?q=script", "misread", "parked", "analytics", "metrics", "audit", "users", "account"),
    *("providers/1?service=plumbing&zone=bonamoussadi", "providers/1/edit", "providers/1/delete", "requests/1?find=s"),
)
# What a text can become on a page that takes it for markup.
BROKEN_OUT = """() => [
    window.ran ? "it ran" : "",
    document.documentElement.innerHTML.includes("1337") ? "a template was filled in" : "",
    ...[...document.querySelectorAll("*")].filter(one =>
        /^(IFRAME|OBJECT|EMBED|VIDEO|SOURCE|BASE|MATH|IMG|STYLE|ANIMATE)$/i.test(one.tagName)
        || (one.tagName == "SCRIPT" || one.tagName == "script") && !one.src
        || one.matches("meta[http-equiv]")
        || [...one.attributes].some(known => /^on/i.test(known.name) || /^\\s*javascript:/i.test(known.value)
            && /^(href|src|action|formaction)$/i.test(known.name))
    ).map(one => one.outerHTML.slice(0, 200)),
].filter(Boolean)"""


@pytest.fixture(scope="module")
def cursed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose every text is a canary: names of both sides, messages, reasons, notes, cells, filters."""
    with open_house(sqlite_template, tmp_path_factory.mktemp("cursed")) as house:
        with house.program("owner") as desk:
            _roster(desk)
            for number, canary in enumerate(CANARIES):
                _story(house, desk, number, canary)
        yield house


def _roster(desk: httpx2.Client) -> None:
    """Half of the providers by the form's JSON, half by a spreadsheet."""
    for number, canary in enumerate(CANARIES[::2]):
        phone = f"+2376950010{number:02}"
        sent: dict[str, Any] = {"name": canary, "phone": phone, "services": ["plumbing"], "zones": ["bonamoussadi"]}
        ask(desk, "POST", "/admin/providers", {**sent, "available": True})
    answer = desk.post("/admin/providers/import", content=sheet(CANARIES[1::2]).encode())
    assert answer.status_code == 200, answer.text


def sheet(names: tuple[str, ...], zone: str = "bonamoussadi") -> str:
    """A spreadsheet of providers with these names."""
    table = io.StringIO()
    rows = [(name, f"+2376950020{number:02}", "plumbing", zone, "yes") for number, name in enumerate(names)]
    csv.writer(table).writerows([("name", "phone", "services", "zones", "available"), *rows])
    return table.getvalue()


def _story(house: House, desk: httpx2.Client, number: int, canary: str) -> None:
    phone = f"+2376780000{number:02}"
    assert house.mboa.double is not None
    house.mboa.double.names[phone] = canary
    house.says(phone, canary, f"{NEED}, {canary}", "oui")
    person = contact(house, phone)
    meant = {"intent": "other", "place": canary, "note": canary}
    ask(desk, "PUT", f"/admin/conversations/{person}/messages/{message(house, phone)}/misread", meant)
    ask(desk, "PUT", f"/admin/conversations/{person}/takeover", {"on": True})
    ask(desk, "POST", f"/admin/conversations/{person}/messages", {"text": canary})
    if number % 2:
        ask(desk, "POST", f"/admin/requests/{request(house, phone)}/cancel", {"reason": canary})


@pytest.fixture
def page(visit: Visit, cursed: House) -> Page:
    return visit("owner", at=cursed, bypass_csp=True)


def broken_out(page: Page, path: str) -> list[str]:
    """What of a page is markup that somebody wrote into a text."""
    page.goto(path)
    found: list[str] = page.evaluate(BROKEN_OUT)
    return [f"{path}: {one}" for one in found]


@pytest.mark.parametrize("part", range(3))
def test_no_canary_sings_on_a_page_of_its_own(page: Page, cursed: House, part: int) -> None:
    said, silent = [], []
    for number, canary in list(enumerate(CANARIES))[part::3]:
        phone = f"+2376780000{number:02}"
        said += broken_out(page, f"/admin/requests/{request(cursed, phone)}")
        said += broken_out(page, f"/admin/conversations/{contact(cursed, phone)}")
        silent += [] if page.get_by_text(canary, exact=False).count() else [canary]
        said += broken_out(page, f"{page.url}/messages/{message(cursed, phone)}")
        said += broken_out(page, f"/admin/providers/{number + 1}")
    assert (said, silent) == ([], [])


def test_no_canary_sings_in_a_list(page: Page, cursed: House) -> None:
    me = cursed.one("SELECT max(id) AS id FROM accounts")
    cursed.change(lambda conn: saved_filters.keep(conn, me, CANARIES[0], "q=%3Cscript%3E"))
    cursed.change(lambda conn: tokens.create(conn, me, CANARIES[21]))
    said = [one for path in LISTS for one in broken_out(page, f"/admin/{path}")]
    page.goto("/admin/misread")
    while (following := page.locator("a[rel=next]")).count():
        following.click()
        said += page.evaluate(BROKEN_OUT)
    assert said == []


def test_no_canary_sings_in_an_address(page: Page, complaints: Complaints) -> None:
    complaints.expected |= {404, 422}
    said = []
    for canary in CANARIES:
        given = httpx2.QueryParams({"q": canary, "status": canary, "from": canary, "done": canary, "find": canary})
        said += broken_out(page, f"/admin/requests?{given}")
    for path in ("login?next=", "providers/1?service=", "audit?subject=", "conversations?q=", "analytics?from="):
        said += broken_out(page, f"/admin/{path}{httpx2.QueryParams({'x': CANARIES[21]})}"[:2000])
    assert said == []


def test_no_canary_sings_from_a_spreadsheet(page: Page, complaints: Complaints) -> None:
    complaints.expected.add(422)
    said = []
    for zone in ("kotto", CANARIES[4]):
        page.goto("/admin/providers/import")
        table = {"name": "x.csv", "mimeType": "text/csv", "buffer": sheet(CANARIES, zone).encode()}
        page.get_by_label("Fichier").set_input_files(table)  # type: ignore[arg-type]
        page.get_by_role("button", name="Voir ce qui changerait").click()
        expect(page.locator("li, .list td").first).to_be_visible()
        said += page.evaluate(BROKEN_OUT)
    assert said == []


def test_no_canary_sings_when_it_comes_alive(page: Page, cursed: House) -> None:
    page.goto("/admin/dashboard")
    row = page.locator("#offers tr").first
    offer = int((row.get_attribute("id") or "").removeprefix("o-"))
    sql = "UPDATE providers SET name = :name WHERE id = (SELECT provider_id FROM offers WHERE id = :offer)"
    cursed.change(lambda conn: conn.run(sql, name=f"Neuf {CANARIES[4]}", offer=offer))
    expect(page.locator(f"#o-{offer}")).to_contain_text("Neuf <img", timeout=15_000)
    assert page.evaluate(BROKEN_OUT) == []


@pytest.mark.parametrize("path", ["requests.csv", "providers.csv"])
def test_no_cell_is_a_formula(cursed: House, path: str) -> None:
    with cursed.program("owner") as desk:
        table = desk.get(f"/admin/{path}").text.removeprefix("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(table), delimiter=";") for cell in row]
    assert len(cells) > 100
    assert [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t"}] == []
