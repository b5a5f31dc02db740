"""Pages about one thing, and lists, live as the dashboard does; nothing moves under the hand of who works on them."""

import re

from playwright.sync_api import Page, expect

from mboa.demo import city
from tests.admin.browser import past
from tests.admin.browser.conftest import Complaints, Visit
from tests.admin.browser.house import NEED, House

SOON = 20_000


def newest(house: House) -> int:
    """The newest request."""
    return int(house.one("SELECT max(id) AS id FROM requests"))


def test_pauls_yes_comes_to_the_open_page_of_the_request(visit: Visit, house: House) -> None:
    mireille = house.newcomer("Mireille")
    house.says(mireille, NEED, "oui")
    page = visit()
    page.goto(f"/admin/requests/{newest(house)}")
    expect(page.locator("#state")).to_contain_text("Dépanneur sollicité")
    expect(page.locator("#news")).to_be_hidden()
    accepts(house)
    expect(page.locator("#state")).to_contain_text("Acceptée", timeout=SOON)
    expect(page.locator("#story")).to_contain_text("Numéros échangés")
    expect(page.locator("#news")).to_contain_text("Recharger")
    page.get_by_role("link", name="Recharger").click()
    expect(page.locator("#news")).to_be_hidden()


def accepts(house: House) -> None:
    """Whoever is asked about the newest request says yes."""
    offer = "FROM offers WHERE request_id = :id AND status = 'open'"
    code = house.one(f"SELECT code {offer}", id=newest(house))
    name = house.one(f"SELECT name FROM providers WHERE id = (SELECT provider_id {offer})", id=newest(house))
    house.says(next(entry.phone for entry in city.entries() if entry.name == name), f"OUI {code}")


def test_what_an_operator_is_typing_stays_while_the_request_changes(visit: Visit, house: House) -> None:
    mireille = house.newcomer("Mireille")
    house.says(mireille, NEED, "oui")
    page = visit()
    page.goto(f"/admin/requests/{newest(house)}")
    page.locator("summary", has_text="Intervenir").click()
    reason = page.locator("form[action$=cancel] input[name=reason]")
    reason.fill("elle a appelé")
    house.says(mireille, "annuler", "oui")
    expect(page.locator("#state")).to_contain_text("Annulée", timeout=SOON)
    expect(reason).to_have_value("elle a appelé")


def test_what_a_person_writes_comes_to_the_operator_who_answers_him(visit: Visit, house: House) -> None:
    phone = house.newcomer("Ngo")
    house.says(phone, "bonjour")
    person = past.contact(house, phone)
    page = visit()
    page.goto(f"/admin/conversations/{person}")
    page.get_by_role("button", name="Répondre à la place du bot").click()
    answer = page.get_by_label("Votre message")
    answer.fill("Nous arrivons")
    house.says(phone, "vous êtes où ?\nje suis au portail")
    expect(page.locator("#bubbles")).to_contain_text("je suis au portail", timeout=SOON)
    assert "?\nje" in page.locator(".bubble.in > p").last.inner_text(), "lines stay lines"
    expect(answer).to_have_value("Nous arrivons")
    # He has seen it: his answer is no answer to something older.
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("main")).to_contain_text("Message mis en file")


def test_another_operator_who_takes_over_is_not_overlooked(visit: Visit, house: House) -> None:
    phone = house.newcomer("Awa")
    house.says(phone, "bonjour")
    person = past.contact(house, phone)
    page = visit()
    page.goto(f"/admin/conversations/{person}")
    with house.program("operator") as other:
        past.ask(other, "PUT", f"/admin/conversations/{person}/takeover", {"on": True})
    expect(page.locator("#news")).to_contain_text("Quelqu'un d'autre", timeout=SOON)


def test_a_list_changes_where_it_stands_and_says_when_there_is_more(visit: Visit, house: House) -> None:
    house.says(house.newcomer("Awa"), NEED, "oui")
    number = newest(house)
    page = visit()
    page.goto("/admin/requests")
    row = page.locator(f"#r{number}")
    accepts(house)
    expect(row).to_contain_text("Acceptée", timeout=SOON)
    expect(page.locator("#news")).to_be_hidden()
    row.get_by_role("checkbox").check()
    house.says(house.newcomer("Brenda"), NEED, "oui")
    expect(page.locator("#news")).to_contain_text("La liste a changé", timeout=SOON)
    expect(row.get_by_role("checkbox")).to_be_checked()
    page.get_by_role("link", name="Recharger").click()
    expect(page.locator(f"#r{newest(house)}")).to_be_visible()


def test_who_writes_moves_the_list_of_conversations(visit: Visit, house: House) -> None:
    phone = house.newcomer("Solange")
    house.says(phone, "bonjour")
    page = visit("viewer")
    page.goto("/admin/conversations")
    row = page.locator(f"#p{past.contact(house, phone)}")
    house.says(phone, "je veux parler à quelqu'un")
    expect(row).to_contain_text("Attend un humain", timeout=SOON)


def test_a_hidden_tab_holds_no_line_and_comes_back(visit: Visit, house: House, complaints: Complaints) -> None:
    house.says(house.newcomer("Mireille"), NEED, "oui")
    page = visit()
    page.goto(f"/admin/requests/{newest(house)}")
    expect(page.locator("#link")).to_have_text(re.compile("●"), timeout=SOON)
    hide(page, hidden=True)
    accepts(house)
    page.wait_for_timeout(5_000)
    expect(page.locator("#state")).to_contain_text("Dépanneur sollicité")
    hide(page, hidden=False)
    expect(page.locator("#state")).to_contain_text("Acceptée", timeout=SOON)


def hide(page: Page, *, hidden: bool) -> None:
    """What a browser does when somebody looks at another tab, or at this one again."""
    told = f"Object.defineProperty(document, 'hidden', {{value: {str(hidden).lower()}, configurable: true}})"
    page.evaluate(f"{told}; document.dispatchEvent(new Event('visibilitychange', {{bubbles: true}}))")
