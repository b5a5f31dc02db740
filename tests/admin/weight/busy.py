"""A busy Douala: a page full of every list, with names, troubles and quarters as people really have them."""

import random

import httpx2

from mboa.demo import city
from tests.admin.browser.house import House
from tests.admin.browser.past import ask, contact, message, request

ROWS = 25
FIRST = (
    *("Mireille", "Paul", "Awa", "Ebongue", "Brenda", "Serge", "Nadège", "Aminatou", "Jean-Pierre", "Clarisse"),
    *("Ibrahim", "Solange", "Blaise", "Rose", "Herman", "Prisca", "Yves", "Fadimatou", "Arnaud", "Ernestine"),
    *("Gaston", "Laure", "Désiré", "Marthe", "Célestin"),
)
LAST = (
    *("Ngo Bassong", "Ekambi", "Fotso", "Mbarga", "Tchoua", "Njoh", "Kamdem", "Eto’o", "Ngono", "Hamadou"),
    *("Che", "Bih", "Manga Bell", "Essomba", "Nana", "Tamo", "Wandji", "Ndongo", "Abena", "Sadi", "Talla", "Ondoa"),
)
PLACES = (
    *("à Bonamoussadi derrière la pharmacie", "à Akwa, face Douche municipale", "à Makepe Missoke", "à Deido"),
    *("à Bonapriso rue Njo-Njo", "à Kotto", "à Logpom, carrefour Bassong", "à Bonaberi", "à New-Bell", "à Bepanda"),
)
TROUBLES = (
    *("j'ai une fuite sous l'évier", "le WC est bouché depuis hier", "le robinet de la cuisine goutte"),
    *("plus de courant chez moi, le disjoncteur saute", "une prise fait des étincelles", "mon frigo ne refroidit plus"),
    *("la machine à laver ne vidange pas", "le chauffe-eau coule", "la clim souffle de l'air chaud"),
)
TIMES = ("demain matin", "ce soir", "dès que possible", "samedi vers 10h", "cet après-midi")
STORIES = 30


def make_busy(house: House) -> None:
    """Thirty stories, at all stages; everything that an operator can do has been done often enough for a full page."""
    chance = random.Random(7)
    awake(house)
    with house.program() as desk:
        for number in range(STORIES):
            _provider(desk, chance, number)
        for number in range(STORIES):
            _story(house, desk, chance, number)
    for _ in range(ROWS):
        house.enter("operator")


def awake(house: House) -> None:
    """The demo's providers are there and have written; nobody has asked for anything."""
    house.change(lambda conn: city.settle(conn, "simulator"))
    for entry in city.entries():
        house.says(entry.phone, "DISPO")


def name(chance: random.Random) -> str:
    """First name and family's name."""
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}"


def _provider(desk: httpx2.Client, chance: random.Random, number: int) -> None:
    zones = chance.sample(["akwa", "deido", "makepe", "kotto", "logpom", "bonamoussadi", "bonaberi", "new-bell"], 3)
    services = chance.sample(["plumbing", "electricity", "appliance"], chance.choice([1, 1, 2]))
    sent = {"name": name(chance), "phone": f"+2376{chance.randrange(60000000, 69999999)}", "services": services}
    ask(desk, "POST", "/admin/providers", {**sent, "zones": zones, "available": number % 4 > 0})


def _story(house: House, desk: httpx2.Client, chance: random.Random, number: int) -> None:
    phone = house.newcomer(name(chance))
    need = f"Bonjour, {chance.choice(TROUBLES)} {chance.choice(PLACES)}, {chance.choice(TIMES)}"
    house.says(phone, need, "oui")
    person = contact(house, phone)
    meant = {"intent": "new_request", "service": "plumbing", "place": chance.choice(PLACES), "note": "mal lu"}
    ask(desk, "PUT", f"/admin/conversations/{person}/messages/{message(house, phone)}/misread", meant)
    if number % 3 == 0:
        house.says(phone, "alors ?", "c'est encore loin ?", "merci beaucoup")
    if number % 5 == 0:
        ask(desk, "POST", f"/admin/requests/{request(house, phone)}/cancel", {"reason": chance.choice(TIMES)})
    house.turn()
