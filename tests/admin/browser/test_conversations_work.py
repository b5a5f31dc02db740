"""An operator in conversations, by forms alone: JavaScript is off, on a desk and on a phone."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.admin.browser.conftest import Complaints, Visit
from tests.admin.browser.house import House
from tests.admin.browser.past import SILENT, STOPPED, contact, message
from tests.admin.browser.test_requests_work import SCREENS

pytestmark = SCREENS


@pytest.fixture
def page(visit: Visit, screen: ViewportSize) -> Page:
    return visit(viewport=screen, java_script_enabled=False)


def in_conversation(page: Page, house: House, name: str) -> str:
    """Somebody new wants a human; his conversation is found in the list."""
    phone = house.newcomer(name)
    house.says(phone, "je veux parler à quelqu'un")
    page.goto("/admin/conversations")
    page.get_by_label("À voir").select_option(label="Attend un humain")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_role("link", name=name).first.click()
    return phone


def test_an_operator_answers_in_the_bots_place_and_hands_back(page: Page, house: House) -> None:
    phone = in_conversation(page, house, "Mireille Inquiète")
    page.get_by_role("button", name="Répondre à la place du bot").click()
    expect(page.get_by_role("status")).to_contain_text("le bot se tait")
    page.get_by_label("Votre message").fill("Bonjour, ici Odile.\nJe m'en occupe.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("status")).to_contain_text("Message mis en file")
    house.turn()
    screen = house.do(house.on.doors.read(phone))
    assert screen[-1]["text"] == "Bonjour, ici Odile.\nJe m'en occupe."
    page.get_by_role("button", name="Rendre la conversation au bot").click()
    expect(page.get_by_role("status")).to_contain_text("le bot a repris")


def test_what_came_meanwhile_is_read_first(page: Page, house: House, complaints: Complaints) -> None:
    phone = in_conversation(page, house, "Paul Pressé")
    page.get_by_role("button", name="Répondre à la place du bot").click()
    page.get_by_label("Votre message").fill("À demain donc")
    house.says(phone, "non, aujourd'hui !")
    complaints.expected.add(409)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("alert")).to_contain_text("Un nouveau message est arrivé")
    expect(page.get_by_label("Votre message")).to_have_value("À demain donc")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("status")).to_contain_text("Message mis en file")


def test_two_clicks_send_one_message(page: Page, house: House) -> None:
    phone = in_conversation(page, house, "Awa Une Fois")
    page.get_by_role("button", name="Répondre à la place du bot").click()
    page.get_by_label("Votre message").fill("Une seule fois")
    page.get_by_role("button", name="Envoyer").dblclick()
    expect(page.get_by_role("status")).to_contain_text("Message mis en file")
    house.turn()
    screen = house.do(house.on.doors.read(phone))
    assert [row["text"] for row in screen].count("Une seule fois") == 1


def test_to_one_whose_window_is_closed_only_templates_go(page: Page, house: House) -> None:
    page.goto(f"/admin/conversations/{contact(house, SILENT)}")
    if (take := page.get_by_role("button", name="Répondre à la place du bot")).count():
        take.click()
    expect(page.locator("#answer")).to_contain_text("La fenêtre de 24 heures est fermée")
    expect(page.get_by_label("Votre message")).to_have_count(0)
    page.get_by_role("button", name="Rendre la conversation au bot").click()


def test_nobody_writes_to_one_who_said_stop(page: Page, house: House) -> None:
    page.goto(f"/admin/conversations/{contact(house, STOPPED)}")
    page.get_by_role("button", name="Répondre à la place du bot").click()
    expect(page.locator("#answer")).to_contain_text("Cette personne a dit STOP")
    expect(page.get_by_label("Votre message")).to_have_count(0)
    page.get_by_role("button", name="Rendre la conversation au bot").click()


def test_a_message_is_marked_as_misread(page: Page, house: House) -> None:
    phone = house.newcomer("Ebongue")
    house.says(phone, "le machin de la cuisine fait des siennes")
    page.goto(f"/admin/conversations/{contact(house, phone)}")
    page.locator(f"#m{message(house, phone)} small a").first.click()
    page.get_by_label("Intention").select_option(label="nouvelle demande")
    page.get_by_label("Métier").select_option(label="Plomberie")
    page.get_by_label("Note", exact=True).fill("le machin, c'est l'évier")
    page.get_by_role("button", name="Marquer comme mal lu").click()
    expect(page.get_by_role("status")).to_have_text("Message marqué.")
    page.goto("/admin/misread")
    expect(page.locator(".list tbody tr").first).to_contain_text("le machin, c'est l'évier")
