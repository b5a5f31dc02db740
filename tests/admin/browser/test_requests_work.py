"""An operator's work with requests, by forms alone: JavaScript is off, on a desk and on a phone."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.admin.browser.conftest import DESKTOP, PHONE, Complaints, Visit
from tests.admin.browser.house import NEED, House
from tests.admin.browser.past import ask, request

SCREENS = pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desk", "phone"])
pytestmark = SCREENS


@pytest.fixture
def page(visit: Visit, screen: ViewportSize) -> Page:
    return visit(viewport=screen, java_script_enabled=False)


def asked_by(house: House, name: str, need: str = NEED) -> int:
    """Somebody new asks and confirms; the id of his request."""
    phone = house.newcomer(name)
    house.says(phone, need, "oui")
    return request(house, phone)


def open_acts(page: Page, number: int) -> None:
    page.goto(f"/admin/requests/{number}")
    page.get_by_text("Intervenir").click()


def form(page: Page, act: str) -> "Form":
    return Form(page, f'form[action$="/{act}"]')


class Form:
    """One of the forms on a page."""

    def __init__(self, page: Page, where: str) -> None:
        self.place = page.locator(where)

    def send(self, reason: str) -> None:
        """Say why, and press the button."""
        self.place.locator("[name=reason]").fill(reason)
        self.place.locator("button").first.click()


def test_mireilles_request_is_found_by_search_and_by_filter(page: Page, house: House) -> None:
    number = asked_by(house, "Mireille Ngono")
    page.goto("/admin/dashboard")
    page.get_by_role("link", name="Demandes", exact=True).click()
    page.get_by_role("searchbox").fill("ngono")
    page.get_by_label("Métier").select_option(label="Plomberie")
    page.get_by_role("button", name="Filtrer").click()
    rows = page.locator(".list tbody tr")
    expect(rows.first).to_contain_text(f"MB-{number}")
    expect(rows.first).to_contain_text("Mireille Ngono")
    page.get_by_label("État").select_option(label="Terminée")
    page.get_by_role("button", name="Filtrer").click()
    expect(rows).to_have_count(0)
    page.locator(".chips a", has_text="Terminée").click()
    page.get_by_role("link", name=f"MB-{number}", exact=True).click()
    expect(page.locator("h1")).to_contain_text(f"MB-{number}")


def test_its_status_is_changed_with_a_reason(page: Page, house: House) -> None:
    number = asked_by(house, "Awa")
    with house.program("operator") as desk:
        ask(desk, "POST", f"/admin/requests/{number}/assign", {"reason": "au téléphone", "provider_id": 9})
    open_acts(page, number)
    page.locator("select[name=status]").select_option(label="En cours")
    form(page, "status").send("il a appelé, il est en route")
    expect(page.get_by_role("status")).to_have_text("L'état est changé.")
    expect(page.locator("h1 .badge")).to_have_text("En cours")
    expect(page.locator(".story")).to_contain_text("il a appelé, il est en route")


def test_without_a_reason_nothing_is_done(page: Page, house: House, complaints: Complaints) -> None:
    number = asked_by(house, "Brenda")
    complaints.expected.add(422)
    open_acts(page, number)
    form(page, "cancel").send("   ")
    expect(page.locator('form[action$="/cancel"] .error')).to_be_visible()
    assert house.one("SELECT status FROM requests WHERE id = :id", id=number) == "offered"


def test_a_cancelled_request_is_taken_back(page: Page, house: House) -> None:
    number = asked_by(house, "Ebongue")
    open_acts(page, number)
    form(page, "cancel").send("il a rappelé")
    expect(page.locator("h1 .badge")).to_have_text("Annulée")
    form(page, "undo").send("une erreur de ma part")
    expect(page.get_by_role("status")).to_contain_text("L'annulation est reprise")
    assert house.one("SELECT status FROM requests WHERE id = :id", id=number) in {"pending", "offered"}


def test_a_request_is_given_to_whom_one_has_on_the_phone(page: Page, house: House) -> None:
    number = asked_by(house, "Paul")
    open_acts(page, number)
    page.locator("[name=find]").fill("Njoh")
    page.get_by_role("button", name="Rechercher").click()
    choice = page.locator("select[name=provider_id] option", has_text="Njoh Robinet")
    page.locator("select[name=provider_id]").select_option(value=choice.get_attribute("value"))
    form(page, "assign").send("d'accord au téléphone")
    expect(page.get_by_role("status")).to_contain_text("La demande est confiée")
    expect(page.locator("dl")).to_contain_text("Njoh Robinet")


def test_a_stale_page_shows_what_the_request_is_now(page: Page, house: House, complaints: Complaints) -> None:
    number = asked_by(house, "Mireille")
    open_acts(page, number)
    house.change(lambda conn: conn.run("UPDATE requests SET version = version + 1 WHERE id = :id", id=number))
    complaints.expected.add(409)
    form(page, "status").send("trop tard")
    expect(page.get_by_role("alert")).to_contain_text("a changé pendant que vous la regardiez")


def test_many_are_cancelled_at_once(page: Page, house: House) -> None:
    numbers = [asked_by(house, "Ekambi Jumeau") for _ in range(2)]
    page.goto("/admin/requests?q=jumeau&status=open")
    for number in numbers:
        page.get_by_label(f"Choisir MB-{number}").check()
    page.get_by_role("button", name="Annuler…").click()
    expect(page.locator("h1")).to_contain_text("Annuler 2 demandes")
    page.get_by_label("Motif").fill("exercice")
    page.get_by_role("button", name="Oui, le faire").click()
    expect(page.get_by_role("status")).to_contain_text("C'est terminé.")
    assert {house.one("SELECT status FROM requests WHERE id = :id", id=number) for number in numbers} == {"cancelled"}


def test_two_clicks_act_once(page: Page, house: House) -> None:
    number = asked_by(house, "Awa Deux Fois")
    open_acts(page, number)
    page.locator('form[action$="/cancel"] [name=reason]').fill("deux clics")
    page.locator('form[action$="/cancel"] button').dblclick()
    expect(page.locator("h1 .badge")).to_have_text("Annulée")
    sql = "SELECT count(*) AS n FROM audit WHERE subject = :subject"
    assert house.one(sql, subject=f"request:{number}") == 1
