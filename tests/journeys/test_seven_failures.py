"""Seven failures of a similar system, each made impossible."""

from tests.city import NEED, City, answers_on


async def test_no_request_without_a_service(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("Bonamoussadi")
    await mireille.writes("oui")
    await mireille.writes("oui")
    rows = await city.rows("SELECT status FROM v_requests WHERE service IS NULL")
    assert {row["status"] for row in rows} <= {"gathering"}
    assert "request_created" not in await city.events()


async def test_the_service_is_kept_once_the_place_is_given(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("je cherche un électricien")
    await mireille.writes("Makepe")
    assert await city.rows("SELECT service, zone FROM v_requests") == [{"service": "electricity", "zone": "makepe"}]
    assert not any(button.payload.startswith("words:service") for button in mireille.inbox[-1].buttons)


async def test_an_electrical_problem_is_no_call_for_help(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("J'ai un problème électrique")
    assert await city.rows("SELECT service FROM v_requests") == [{"service": "electricity"}]
    assert "quartier" in mireille.last


async def test_menu_is_answered_with_the_menu(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("Menu")
    assert any("Plombier" in title for title, _ in answers_on(mireille.inbox[-1]))
    assert "quand" not in mireille.last.lower()


async def test_annuler_then_oui_stays_cancelled(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await mireille.writes("je veux annuler")
    await mireille.writes("oui")
    assert await city.status() == "cancelled"
    await city.passes(minutes=30)
    assert await city.offers() == ["withdrawn"]
    assert len(paul.inbox) == 2


async def test_hein_confirms_nothing(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("hein")
    assert await city.status() == "confirming"
    assert "request_created" not in await city.events()


async def test_a_missing_problem_breaks_nothing(city: City) -> None:
    await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes("plombier à Bonamoussadi maintenant")
    for _ in range(2):
        await mireille.writes("oui")
    assert await city.offers() == ["open"] or await city.status() == "confirming"
    assert await city.rows("SELECT id FROM v_messages WHERE status = 'parked'") == []
