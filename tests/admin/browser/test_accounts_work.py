"""Coming in, one's own account, others' accounts, and the figures: JavaScript is off, on a desk and on a phone."""

from playwright.sync_api import Page, ViewportSize, expect

from mboa.admin import passwords
from mboa.storage.admin import accounts
from tests.admin.browser.conftest import Complaints, Visit
from tests.admin.browser.house import House
from tests.admin.browser.test_requests_work import SCREENS

pytestmark = SCREENS
PASSWORD = "trois poulets braisés à Akwa"


def with_password(house: House) -> str:
    """The e-mail address of an operator who has a password."""
    account = house.enter("operator").account
    hashed = house.do(passwords.hashed(PASSWORD))
    house.change(lambda conn: accounts.set_password(conn, account.id, hashed))
    return account.email


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def test_a_password_leads_to_where_one_wanted_to_go(
    visit: Visit, house: House, screen: ViewportSize, complaints: Complaints
) -> None:
    page = visit(None, viewport=screen, java_script_enabled=False)
    email = with_password(house)
    page.goto("/admin/requests/3")
    complaints.expected.add(401)
    sign_in(page, email, "pas celui-là")
    expect(page.get_by_role("alert")).to_have_text("Adresse ou mot de passe incorrect.")
    sign_in(page, email, PASSWORD)
    expect(page.locator("h1")).to_contain_text("MB-3")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.locator("h1")).to_have_text("Connexion")
    page.goto("/admin/dashboard")
    expect(page.locator("h1")).to_have_text("Connexion")


def test_the_first_page_shows_what_needs_a_hand(visit: Visit, screen: ViewportSize) -> None:
    page = visit("viewer", viewport=screen, java_script_enabled=False)
    page.goto("/admin")
    expect(page.locator("#h-parked b")).to_have_text("1")
    page.locator("#h-parked").click()
    expect(page.locator("h1")).to_have_text("Mis de côté")
    expect(page.get_by_role("button", name="Réessayer")).to_have_count(0)


def test_the_figures_are_shown_for_a_chosen_time(visit: Visit, screen: ViewportSize) -> None:
    page = visit("viewer", viewport=screen, java_script_enabled=False)
    page.goto("/admin/analytics")
    page.locator(".chips a").first.click()
    expect(page.locator(".chips [aria-current]")).to_have_count(1)
    week = page.get_by_label("Du", exact=True).input_value()
    page.get_by_label("Du", exact=True).fill("2026-11-01")
    page.get_by_label("Métier").select_option(label="Plomberie")
    page.get_by_role("button", name="Afficher").click()
    expect(page.get_by_label("Du", exact=True)).to_have_value("2026-11-01")
    expect(page.get_by_label("Métier")).to_have_value("plumbing")
    assert week != "2026-11-01"


def test_one_chooses_ones_language(visit: Visit, screen: ViewportSize) -> None:
    page = visit("viewer", viewport=screen, java_script_enabled=False)
    page.goto("/admin/account")
    page.get_by_label("Langue").select_option(label="English")
    page.get_by_role("button", name="Enregistrer").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/admin/dashboard")
    expect(page.locator("h1")).to_have_text("Dashboard")


def test_an_owner_makes_an_account_and_closes_it(visit: Visit, house: House, screen: ViewportSize) -> None:
    page = visit("owner", viewport=screen, java_script_enabled=False)
    email = f"odile{screen['width']}@mboa.test"
    page.goto("/admin/users")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Rôle").select_option(label="opérateur")
    page.get_by_role("button", name="Créer et obtenir le lien").click()
    assert page.locator("pre").inner_text().startswith(f"{house.url}/admin/link/")
    page.get_by_role("link", name="Retour aux comptes").click()
    page.get_by_role("link", name=email).click()
    page.get_by_label("État").select_option(label="fermé")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status")).to_have_text("C'est enregistré.")
    assert not house.one("SELECT active FROM accounts WHERE email = :email", email=email)


def test_an_operator_does_not_see_the_accounts(visit: Visit, screen: ViewportSize, complaints: Complaints) -> None:
    page = visit("operator", viewport=screen, java_script_enabled=False)
    complaints.expected.add(403)
    page.goto("/admin/users")
    expect(page.get_by_role("alert")).to_contain_text("n'a pas le droit")
    page.get_by_role("link", name="Retour au tableau de bord").click()
    expect(page.locator("h1")).to_have_text("Tableau de bord")
