"""What the law of 2024 gives Mireille: to be told, to see, to be forgotten. By message, as everything else."""

from mboa.privacy import forget_whoever_asked
from tests.city import NEED, City

CONSENT = "vous acceptez que Mboa garde"


async def test_the_first_answer_tells_what_is_kept_and_the_next_ones_do_not(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    assert CONSENT in mireille.last
    assert "Service : Plomberie" in mireille.last
    assert len(mireille.inbox) == 1, "it is part of the answer, not a message of its own"
    await mireille.writes("STATUT")
    assert CONSENT not in mireille.last


async def test_whoever_only_says_stop_is_told_nothing(city: City) -> None:
    awa = city.client("Awa")
    await awa.writes("STOP")
    assert awa.inbox == []


async def test_a_repairer_is_not_told_by_message(city: City) -> None:
    paul = await city.provider("Paul")
    await paul.writes("DISPO")
    assert paul.heard(CONSENT) == 0


async def test_mireille_sees_what_is_held_about_her(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await mireille.writes("MES DONNEES")
    assert f"Numéro : {mireille.address}" in mireille.last
    assert "Nom : Mireille" in mireille.last
    assert "Demandes : 1" in mireille.last
    assert "90 jours" in mireille.last
    assert "data_told" in await city.events()


async def test_she_changes_her_mind_before_anything_is_erased(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await mireille.writes("EFFACER")
    await mireille.taps("NON")
    assert "rien n'est effacé" in mireille.last
    assert await forget_whoever_asked(city.mboa.office) == 0
    assert await city.status() == "unserved"


async def test_she_is_forgotten_once_her_last_message_has_gone_out(city: City) -> None:
    paul = await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    token = (await city.rows("SELECT text FROM v_messages WHERE text LIKE '%/suivi/%'"))[0]["text"].split("/suivi/")[1]
    await mireille.writes("EFFACER")
    await mireille.writes("oui")
    assert "référence E" in mireille.last
    assert "annulée" in paul.last
    assert await forget_whoever_asked(city.mboa.office) == 1

    names = await city.rows("SELECT name FROM v_contacts ORDER BY id")
    assert [row["name"] for row in names] == ["Paul", None]
    words = await city.rows(
        "SELECT DISTINCT m.text FROM v_messages m JOIN v_contacts c ON c.id = m.contact_id WHERE c.name IS NULL"
    )
    assert [row["text"] for row in words] == ["…"]
    assert (await city.web.get(f"/suivi/{token.split()[0]}")).status_code == 404
    # Totals stay: the request is still counted, by trade and zone.
    kept = await city.rows("SELECT service, zone, status FROM v_requests")
    assert kept == [{"service": "plumbing", "zone": "bonamoussadi", "status": "cancelled"}]
    assert "person_erased" in await city.events()


async def test_nothing_of_her_is_acted_upon_when_meta_delivers_it_again(city: City) -> None:
    mireille = city.client("Mireille")
    need = city.double.text(mireille.address, NEED)
    await city.post(need)
    await city.settle()
    await mireille.writes("EFFACER")
    await mireille.writes("OUI")
    assert await forget_whoever_asked(city.mboa.office) == 1
    heard = len(mireille.inbox)
    await city.post(need)
    await city.settle()
    assert len(mireille.inbox) == heard
    assert len(await city.rows("SELECT id FROM v_contacts")) == 1


async def test_she_may_come_back_as_a_stranger(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("EFFACER")
    await mireille.writes("OUI")
    await forget_whoever_asked(city.mboa.office)
    await mireille.writes(NEED)
    assert CONSENT in mireille.last
    assert len(await city.rows("SELECT id FROM v_contacts")) == 2


async def test_while_her_last_message_waits_nothing_is_erased(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("EFFACER")
    city.double.fail_next(mireille.address, code=None, status=500)
    await mireille.writes("OUI")
    assert await forget_whoever_asked(city.mboa.office) == 0


async def test_a_repairer_who_wants_to_be_erased_is_called_by_a_person(city: City) -> None:
    paul = await city.provider("Paul")
    await paul.writes("EFFACER")
    assert "Quelqu'un de l'équipe" in paul.last
    assert "human_requested" in await city.events()
