"""Every page fits a screen of 360 px, can be touched, keeps quiet on the console, and can be printed."""

import pytest
from playwright.sync_api import Page, expect

from mboa.storage.admin.accounts import Role
from tests.admin.browser.conftest import PHONE, Complaints, Visit
from tests.admin.browser.house import House
from tests.admin.browser.pages import expected_status, pages_of

TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Buttons, fields and links that stand alone (a link in a sentence may be as high as its line).
TOO_SMALL = """() => [...document.querySelectorAll("button, select, summary, input:not([type=hidden]), nav a, .button")]
    .filter(one => one.checkVisibility() && !one.closest(".skip"))
    .map(one => [one.closest("label") || one, one])
    .filter(([place]) => { const box = place.getBoundingClientRect(); return box.height < 24 || box.width < 24 })
    .map(([, one]) => one.outerHTML.slice(0, 120))"""

# Words of the program that nobody outside it says.
OF_MACHINES = r"""() => document.querySelector("main").innerText.match(/.*\b(None|True|False|undefined)\b.*/)"""


def unfold(page: Page, path: str) -> int | None:
    """Open a page with everything that is folded; its status."""
    answer = page.goto(path)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    return answer.status if answer else None


@pytest.mark.parametrize("role", ["viewer", "operator", "owner"])
def test_every_page_fits_the_phone(visit: Visit, house: House, complaints: Complaints, role: Role) -> None:
    page = visit(role, viewport=PHONE, has_touch=True)
    complaints.expected |= {403, 404, 422}
    pages = pages_of(house, role)
    found = {
        name: (unfold(page, path), *map(page.evaluate, (TOO_WIDE, TOO_SMALL, OF_MACHINES)))
        for name, path in pages.items()
    }
    assert found == {name: (expected_status(name), 0, [], None) for name in pages}


def test_the_login_fits_the_phone(visit: Visit) -> None:
    page = visit(None, viewport=PHONE, has_touch=True)
    page.goto("/admin/login")
    assert (page.evaluate(TOO_WIDE), page.evaluate(TOO_SMALL)) == (0, [])


def test_the_menu_of_the_phone_opens_inside_the_screen(visit: Visit) -> None:
    page = visit("owner", viewport=PHONE, has_touch=True)
    page.goto("/admin/dashboard")
    page.locator(".menu summary").tap()
    expect(page.get_by_role("link", name="Journal")).to_be_in_viewport(ratio=1)
    assert page.evaluate(TOO_WIDE) == 0
    page.get_by_role("link", name="Journal").tap()
    expect(page.locator("h1")).to_have_text("Journal")


def test_the_list_of_requests_stands_on_paper(visit: Visit) -> None:
    page = visit()
    page.goto("/admin/requests")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.locator("body")).to_have_css("color", "rgb(22, 33, 27)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_camera_can_read_the_code_of_the_second_factor(visit: Visit) -> None:
    page = visit(color_scheme="dark")
    page.goto("/admin/account/two-factor")
    dark = page.locator("[aria-label=QR] path[stroke='#000']")
    expect(dark).to_have_css("stroke", "rgb(0, 0, 0)")


@pytest.mark.parametrize("path", ["requests", "requests/1", "analytics", "providers/1", "conversations"])
def test_on_paper_there_is_nothing_to_click(visit: Visit, path: str) -> None:
    page = visit()
    page.goto(f"/admin/{path}")
    page.emulate_media(media="print")
    expect(page.locator("header")).to_be_hidden()
    assert page.locator("button:visible, input:visible, nav a:visible").count() == 0
    expect(page.locator("h1")).to_be_visible()
