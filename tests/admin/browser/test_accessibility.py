"""axe-core on every page as every role, on a desk's screen and a phone's, by day and by night."""

import json
from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, ViewportSize

from mboa.storage.admin.accounts import Role
from tests.admin.browser.conftest import DESKTOP, PHONE, Complaints, Visit
from tests.admin.browser.house import House
from tests.admin.browser.pages import pages_of

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
OPTIONS: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}

Way = tuple[ViewportSize, Literal["light", "dark"], dict[str, Any]]
# By day on a desk and by night on a phone: each set of colours and each layout once.
WAYS: tuple[Way, ...] = ((DESKTOP, "light", OPTIONS), (PHONE, "dark", OPTIONS))
# The others' pages have the owner's colours: what costs most is looked at once.
PLAIN: dict[str, Any] = {**OPTIONS, "rules": {**OPTIONS["rules"], "color-contrast": {"enabled": False}}}
OTHERS: tuple[Way, ...] = ((DESKTOP, "light", PLAIN), (PHONE, "dark", PLAIN))


def faults(page: Page, options: dict[str, Any] = OPTIONS) -> list[str]:
    """What axe has to say: rule, place, and what is wrong there."""
    found = page.evaluate(f"async () => (await axe.run({json.dumps(options)})).violations")
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


def look(page: Page, path: str, ways: tuple[Way, ...] = WAYS) -> list[str]:
    """Open a page with everything that is folded, and look at it."""
    page.goto(path)
    page.evaluate(AXE)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    said = []
    for size, scheme, options in ways:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        said += [f"{size['width']} {scheme} {fault}" for fault in faults(page, options)]
    return said


@pytest.mark.parametrize(("role", "ways"), [("viewer", OTHERS[:1]), ("operator", OTHERS[1:]), ("owner", WAYS)])
def test_no_page_shuts_anybody_out(
    visit: Visit, house: House, complaints: Complaints, role: Role, ways: tuple[Way, ...]
) -> None:
    page = visit(role, bypass_csp=True)
    complaints.expected |= {403, 404, 422}
    said = {name: look(page, path, ways) for name, path in pages_of(house, role).items()}
    assert {name: faults for name, faults in said.items() if faults} == {}


def test_the_doors_shut_nobody_out(visit: Visit, complaints: Complaints) -> None:
    page = visit(None, bypass_csp=True)
    complaints.expected.add(404)
    assert look(page, "/admin/login") == []
    assert look(page, "/admin/link/nonsense") == []


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_an_open_menu_and_the_help_shut_nobody_out(visit: Visit, screen: ViewportSize) -> None:
    page = visit("owner", viewport=screen, bypass_csp=True)
    page.goto("/admin/metrics")
    page.evaluate(AXE)
    page.locator(".menu summary").click()
    # What lies under the open menu is not to be touched now.
    assert [fault for fault in faults(page) if "header" in fault or not fault.startswith("target-size")] == []
    page.keyboard.press("?")
    assert [fault for fault in faults(page) if "dialog" in fault] == []


def test_a_form_that_was_refused_shuts_nobody_out(visit: Visit, complaints: Complaints) -> None:
    page = visit("operator", bypass_csp=True)
    complaints.expected.add(422)
    page.goto("/admin/providers/new")
    page.get_by_role("textbox", name="Nom", exact=True).fill("Paul")
    page.get_by_label("Téléphone").fill("12")
    page.get_by_role("button", name="Enregistrer").click()
    page.locator("#e-phone").wait_for()
    page.evaluate(AXE)
    assert faults(page) == []
