"""Whoever steals the database has nobody's number, however it came in; whoever works here has them all."""

from mboa.storage.admin import audit
from mboa.storage.admin.accounts import Role
from tests.admin.accounts.people import engage, set_up_second_factor, signed_in
from tests.admin.providers.test_spreadsheets import CSV, HEADER
from tests.admin.stage import at_desk
from tests.city import NEED, City
from tests.engines import lookup
from tests.privacy.traces import everything_in, traces_of

SISTER = "+237655443322"
TOLD = NEED + ", appelez ma sœur au 6 55 44 33 22"


async def test_a_whole_journey_leaves_no_number(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(TOLD)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    await paul.writes("TERMINE")
    await mireille.writes("5 très bon travail, joignable au 655-443-322")
    assert "feedback_received" in await city.events()
    assert paul.heard(mireille.address) == 1
    assert mireille.heard(paul.address) == 1
    assert traces_of(city.database, paul.address, mireille.address, SISTER) == []
    assert "6•• •• •• 22" in (await city.rows("SELECT text FROM v_messages ORDER BY id"))[0]["text"]


async def test_what_is_said_of_a_request_is_masked_in_its_row_and_whole_at_the_desk(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    await paul.writes("TERMINE")
    await mireille.writes("5")
    await mireille.writes("Très bon travail, joignable au 655-443-322")
    assert await city.rows("SELECT comment FROM requests") == [
        {"comment": "Très bon travail, joignable au +237 6•• •• •• 22"}
    ]
    async with at_desk(city) as desk:
        (one,) = (await desk.get("/admin/requests")).json()["items"]
        shown = (await desk.get(f"/admin/requests/{one['id']}")).json()["request"]
        assert shown["comment"] == "Très bon travail, joignable au 655-443-322"
    assert traces_of(city.database, SISTER) == []


async def test_a_number_told_in_words_and_one_on_a_card(city: City) -> None:
    paul, awa = await city.provider("Paul"), city.client("Awa", "CM.1234567890")
    await awa.writes(NEED)
    await awa.writes("mon numéro c'est 6 55 44 33 22")
    await awa.writes("OUI")
    await paul.writes("OUI")
    assert paul.heard(SISTER) == 1
    jean = city.client("Jean", "CM.9876543210")
    await jean.writes(NEED)
    await city.post(city.double.contact_card(jean.address, "+237677123456"))
    await city.settle()
    assert traces_of(city.database, SISTER, "+237677123456") == []
    assert "CM.1234567890" not in everything_in(city.database)


async def test_what_could_not_be_read_is_kept_whole_and_sealed(city: City) -> None:
    await city.post_value({"messages": [{"from": "237655443322", "nothing": "known"}]})
    async with at_desk(city) as desk:
        (item,) = (await desk.get("/admin/parked")).json()["items"]
        assert '"from":"237655443322"' in (await desk.get(f"/admin/parked/{item['id']}")).json()["raw"].replace(" ", "")
    assert traces_of(city.database, SISTER) == []


async def test_a_name_that_is_a_number_is_no_number_any_more(city: City) -> None:
    await city.client("Plombier 655 44 33 22").writes("Bonjour")
    assert await city.rows("SELECT name FROM v_contacts") == [{"name": "Plombier +237 6•• •• •• 22"}]
    assert traces_of(city.database, SISTER) == []


async def test_what_operators_enter_import_search_and_note(city: City) -> None:
    async with at_desk(city) as desk:
        row = "Paul Ekambi,6 55 44 33 22,plumbing,bonamoussadi,true,,\n"
        assert (await desk.post("/admin/providers/import", content=HEADER + row, headers=CSV)).status_code == 200
        (paul,) = (await desk.get("/admin/providers", params={"q": "655443322"})).json()["items"]
        assert paul["phone"] == SISTER
        change = {"phone": "677 12 34 56", "version": paul["version"]}
        assert (await desk.put(f"/admin/providers/{paul['id']}", json=change)).status_code == 200
        kept = {"name": "ma sœur", "query": "q=655443322"}
        assert (await desk.post("/admin/requests/filters", json=kept)).status_code == 201
        assert "655443322" in (await desk.get("/admin/requests/filters")).text
    assert traces_of(city.database, SISTER, "+237677123456") == []
    (noted,) = await city.rows("SELECT after_json FROM audit WHERE action = 'provider_changed'")
    assert "+237 6•• •• •• 56" in noted["after_json"]


async def test_what_is_noted_for_good_holds_no_number_even_by_mistake(city: City) -> None:
    await city.mboa.office.store.write(audit.note, None, "tried", "a test", after={"said": "au 6 55 44 33 22"})
    (noted,) = await city.mboa.office.store.read(audit.page, audit.Filters(), None, 9)
    assert noted.after == {"said": "au +237 6•• •• •• 22"}
    assert await city.mboa.office.store.read(audit.verify) is None


async def test_operators_read_what_was_written_and_viewers_do_not(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(TOLD)
    wanted: tuple[tuple[Role, bool], ...] = (("operator", True), ("viewer", False))
    for role, seen in wanted:
        async with at_desk(city, role) as desk:
            (one,) = (await desk.get("/admin/conversations")).json()["items"]
            conversation = await desk.get(f"/admin/conversations/{one['id']}")
            assert ("6 55 44 33 22" in conversation.text) == seen


async def test_a_second_factor_is_sealed_while_it_is_set_up_and_after(city: City) -> None:
    await engage(city)
    async with signed_in(city) as awa:
        await awa.get("/admin/account/two-factor")
        phone, _ = await set_up_second_factor(city, awa)
    (row,) = await city.rows("SELECT totp_secret FROM accounts")
    assert row["totp_secret"]
    assert phone.secret not in everything_in(city.database)


async def test_a_number_is_found_by_a_digest_that_needs_the_key(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    rows = await city.rows("SELECT lookup, sealed AS value_sealed FROM identities WHERE scheme = 'phone'")
    assert rows == [{"lookup": lookup(mireille.address), "value": mireille.address}]
