"""An operator's work with providers, by forms alone: JavaScript is off, on a desk and on a phone."""

import itertools

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.admin.browser.conftest import Complaints, Visit
from tests.admin.browser.house import House
from tests.admin.browser.test_requests_work import SCREENS
from tests.engines import lookup

pytestmark = SCREENS
_serial = itertools.count(10)
HEAD = "name;phone;services;zones"


@pytest.fixture
def page(visit: Visit, screen: ViewportSize) -> Page:
    return visit(viewport=screen, java_script_enabled=False)


def entered(page: Page, name: str) -> int:
    """A new provider, by the form; his id."""
    page.goto("/admin/providers")
    page.get_by_role("link", name="Nouveau dépanneur").click()
    page.get_by_role("textbox", name="Nom", exact=True).fill(name)
    page.get_by_label("Téléphone").fill(f"6 95 00 00 {next(_serial)}")
    page.get_by_label("Plomberie").check()
    page.get_by_label("Akwa", exact=True).check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status")).to_have_text("Le dépanneur est inscrit.")
    return int(page.url.split("/")[-1].split("?")[0])


def test_a_provider_is_entered_and_found(page: Page) -> None:
    entered(page, "Tamo Le Rapide")
    page.goto("/admin/providers")
    page.get_by_role("searchbox").fill("tamo")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_role("link", name="Tamo Le Rapide").first.click()
    expect(page.locator("h1")).to_have_text("Tamo Le Rapide")
    expect(page.locator("dl").first).to_contain_text("+237695")


def test_what_is_wrong_stands_beside_its_field(page: Page, complaints: Complaints) -> None:
    complaints.expected.add(422)
    page.goto("/admin/providers/new")
    page.get_by_role("textbox", name="Nom", exact=True).fill("Paul Sans Numéro")
    page.get_by_label("Téléphone").fill("12")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#e-phone")).to_contain_text("n'est pas un numéro")
    expect(page.locator("#e-services")).to_be_visible()
    expect(page.get_by_role("textbox", name="Nom", exact=True)).to_have_value("Paul Sans Numéro")


def test_two_operators_at_the_same_provider(page: Page, house: House, complaints: Complaints) -> None:
    number = entered(page, "Awono Deux Mains")
    page.get_by_role("link", name="Modifier").click()
    page.get_by_label("Travaux en même temps").fill("5")
    sql = "UPDATE providers SET capacity = 3, version = version + 1 WHERE id = :id"
    house.change(lambda conn: conn.run(sql, id=number))
    complaints.expected.add(409)
    page.get_by_role("button", name="Enregistrer").click()
    differing = page.get_by_role("alert").locator("tr", has_text="Travaux en même temps")
    expect(differing.locator("td")).to_have_text(["5", "3"])
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status")).to_have_text("C'est enregistré.")
    assert house.one("SELECT capacity FROM providers WHERE id = :id", id=number) == 5


def test_a_provider_leaves_and_comes_back(page: Page) -> None:
    entered(page, "Njoh Le Voyageur")
    page.get_by_role("link", name="Retirer du fichier").click()
    page.get_by_role("button", name="Retirer du fichier").click()
    expect(page.get_by_role("status")).to_have_text("Il est retiré du fichier.")
    page.get_by_role("button", name="Annuler : le remettre").click()
    expect(page.get_by_role("status")).to_have_text("Il est de retour au fichier.")


def sheet(page: Page, *rows: str) -> None:
    """Choose a file with these rows, and look what it would change."""
    page.goto("/admin/providers/import")
    table = "\n".join((HEAD, *rows)).encode()
    page.get_by_label("Fichier").set_input_files({"name": "liste.csv", "mimeType": "text/csv", "buffer": table})
    page.get_by_role("button", name="Voir ce qui changerait").click()


def test_a_spreadsheet_is_looked_at_before_it_is_taken(page: Page, house: House) -> None:
    one, other = (f"+2376960000{next(_serial)}" for _ in range(2))
    sheet(page, f"Bih;{one};appliance;akwa|deido", f"Che;{other};plumbing;kotto")
    expect(page.locator(".tile b").first).to_have_text("2")
    assert house.rows("SELECT 1 AS x FROM identities WHERE lookup = :phone", phone=lookup(one)) == []
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_role("status")).to_have_text("L'import est fait.")
    assert len(house.rows("SELECT 1 AS x FROM identities WHERE lookup = :phone", phone=lookup(other))) == 1


def test_a_bad_line_is_named(page: Page, complaints: Complaints) -> None:
    complaints.expected.add(422)
    sheet(page, "Bih;12;appliance;nulle-part")
    expect(page.get_by_role("alert")).to_contain_text("ligne(s) à corriger")
    expect(page.locator(".list tbody")).to_contain_text("Quartier inconnu : nulle-part")


def test_two_clicks_enter_one_provider(page: Page, house: House) -> None:
    page.goto("/admin/providers/new")
    page.get_by_role("textbox", name="Nom", exact=True).fill(f"Une Fois {next(_serial)}")
    name = page.get_by_role("textbox", name="Nom", exact=True).input_value()
    page.get_by_label("Téléphone").fill(f"6 97 00 00 {next(_serial)}")
    page.get_by_label("Plomberie").check()
    page.get_by_label("Akwa", exact=True).check()
    page.get_by_role("button", name="Enregistrer").dblclick()
    expect(page.locator("h1")).to_have_text(name)
    assert house.one("SELECT count(*) AS n FROM providers WHERE name = :name", name=name) == 1
