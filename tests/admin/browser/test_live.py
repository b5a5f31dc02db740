"""A page that lives: it changes by itself, keeps the focus, says when the line is gone, and comes back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from mboa.demo import city
from tests.admin.browser.conftest import Complaints, Visit
from tests.admin.browser.house import NEED, House, open_house

SOON = 20_000


@pytest.fixture
def small(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    """A house of its own, which may be shut; its providers are there."""
    with open_house(sqlite_template, tmp_path) as house:
        house.change(lambda conn: city.settle(conn, "simulator"))
        yield house


def test_what_mireille_writes_comes_by_itself_and_the_focus_stays(visit: Visit, house: House) -> None:
    page = visit()
    page.goto("/admin/dashboard")
    heard = int(page.locator("#f-messages td").nth(1).inner_text())
    first = page.locator("#offers a.go").first
    first.focus()
    where = first.get_attribute("href") or ""
    house.says(house.newcomer("Mireille"), NEED, "oui")
    expect(page.locator("#f-messages td").nth(1)).to_have_text(str(heard + 2), timeout=SOON)
    expect(page.locator("#offers")).to_contain_text(f"MB-{house.one('SELECT max(id) AS id FROM requests')}")
    expect(page.locator("#link")).to_have_text(re.compile(r"● \d\d:\d\d"))
    expect(page.locator(f'#offers a[href="{where}"]')).to_be_focused()


def test_an_offer_that_changes_keeps_the_focus(visit: Visit, house: House) -> None:
    page = visit()
    page.goto("/admin/dashboard")
    row = page.locator("#offers tr").first
    name, where = row.get_attribute("id"), row.locator("a").get_attribute("href")
    row.locator("a").focus()
    later = "UPDATE offers SET expires_at = :at WHERE id = :id"
    number = int((name or "").removeprefix("o-"))
    until = house.one("SELECT expires_at FROM offers WHERE id = :id", id=number)
    house.change(lambda conn: conn.run(later, at=until.replace(hour=(until.hour + 1) % 24), id=number))
    expect(page.locator(f"#{name}")).to_have_class(re.compile("fresh"), timeout=SOON)
    expect(page.locator(f'#{name} a[href="{where}"]')).to_be_focused()


def test_a_figure_that_changes_keeps_the_focus(visit: Visit, house: House) -> None:
    page = visit()
    page.goto("/admin/dashboard")
    tile = page.locator("#h-human")
    people = int(tile.locator("b").inner_text())
    tile.focus()
    house.says(house.newcomer("Ngo"), "je veux parler à quelqu'un")
    expect(tile.locator("b")).to_have_text(str(people + 1), timeout=SOON)
    expect(tile).to_be_focused()


def test_the_keys_of_a_list(visit: Visit) -> None:
    page = visit()
    page.goto("/admin/requests")
    rows = page.locator("a.go")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows.nth(place)).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("j?/k")
    expect(page.get_by_role("searchbox")).to_have_value("j?/k")


def test_the_keys_open_a_request_and_their_own_help(visit: Visit) -> None:
    page = visit()
    page.goto("/admin/requests")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/admin/requests/\d+$"))


def test_a_form_sent_twice_with_the_script_is_sent_once(visit: Visit) -> None:
    page = visit("owner")
    page.goto("/admin/users")
    page.get_by_label("Adresse e-mail").fill("une.fois@mboa.test")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Créer et obtenir le lien").dblclick()
    expect(page.locator("pre")).to_be_visible()
    assert len(posts) == 1


def test_a_dead_line_is_said_and_a_living_one_found_again(small: House, visit: Visit, complaints: Complaints) -> None:
    page = visit(at=small)
    page.goto("/admin/dashboard")
    line = page.locator("#link")
    expect(line).to_have_text(re.compile(r"^● \d\d:\d\d$"))
    small.shut()
    expect(line).to_have_text(re.compile(r"^hors ligne depuis \d\d:\d\d$"), timeout=SOON)
    expect(line).to_have_class("link off")
    small.says(small.newcomer("Mireille"), NEED, "oui")
    small.open()
    expect(line).to_have_text(re.compile(r"^● \d\d:\d\d$"), timeout=2 * SOON)
    expect(page.locator("#offers a.go")).to_have_count(1)
    # Not to reach a house that is shut is no defect of the page.
    complaints.said[:] = [said for said in complaints.said if "net::ERR_" not in said]


def test_without_streams_the_page_asks_again_and_again(small: House, visit: Visit, complaints: Complaints) -> None:
    page = visit(at=small)
    page.clock.install()
    complaints.expected.add(502)
    page.route(re.compile("/admin/events.*since=[^&]*$"), refuse)
    page.goto("/admin/dashboard")
    expect(page.locator("#link")).to_have_text(re.compile("●"), timeout=SOON)
    small.says(small.newcomer("Mireille"), NEED, "oui")
    for _ in range(3):  # what one look at the rows found is shown to everybody for two seconds
        page.clock.fast_forward(21_000)
        page.wait_for_timeout(1_000)
    expect(page.locator("#offers a.go")).to_have_count(1)


def refuse(route: Route) -> None:
    """A proxy that lets no stream through."""
    route.fulfill(status=502, body="no streams here")


def test_a_phone_that_knows_it_is_offline_says_so(visit: Visit) -> None:
    page: Page = visit()
    page.goto("/admin/dashboard")
    expect(page.locator("#link")).to_have_text(re.compile("●"))
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator("#link")).to_have_text(re.compile(r"hors ligne depuis \d\d:\d\d"))
