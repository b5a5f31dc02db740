"""A dry run shows then and now side by side, and leaves no trace but its note."""

from mboa.storage.store import Connection
from tests.admin.conversations.stage import contact_of
from tests.admin.stage import at_desk
from tests.city import NEED, City

# What anything that happens would have to change; the audit note, its chain and the sessions are expected to.
TABLES = (
    "contacts",
    "identities",
    "messages",
    "receipts",
    "requests",
    "offers",
    "events",
    "providers",
    "names",
    "paces",
    "lines",
    "misreadings",
)


def everything(conn: Connection) -> dict[str, list[str]]:
    """Every row of those tables, as text."""
    return {table: sorted(map(str, conn.all(f"SELECT * FROM {table}"))) for table in TABLES}


async def test_nothing_is_kept_and_nothing_is_sent(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    contact = await contact_of(city, mireille)
    messages = await city.rows("SELECT id FROM v_messages WHERE direction = 'in'")
    before, sent = await city.mboa.office.store.read(everything), len(city.double.log)
    woken: list[str] = []
    city.mboa.office.store.on_wake(woken.append)
    async with at_desk(city) as odile:
        for row in messages:
            answer = await odile.post(f"/admin/conversations/{contact}/messages/{row['id']}/replay")
            assert answer.status_code == 200
            assert answer.json()["now"]["said"]
    await city.settle()
    assert await city.mboa.office.store.read(everything) == before
    assert (len(city.double.log), woken, len(paul.inbox)) == (sent, [], 1)


async def test_then_and_now_stand_side_by_side(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("bonjour")
    await mireille.writes(NEED)
    async with at_desk(city) as odile:
        found = (await odile.post("/admin/conversations/1/messages/1/replay")).json()
    assert found["then"]["understood"]["intent"] == found["reread"]["understood"]["intent"] == "greeting"
    assert [letter["kind"] for letter in found["then"]["said"]] == ["welcome"]
    assert found["now"]["understood"][0]["intent"] == "greeting"
    assert [letter["kind"] for letter in found["now"]["said"]] == ["recap"]
    assert "Bonamoussadi" in found["now"]["said"][0]["text"]


async def test_what_would_follow_for_others_is_shown(city: City) -> None:
    await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes("oui")
    await mireille.writes(NEED)
    contact = await contact_of(city, mireille)
    (first, *_) = await city.rows("SELECT id FROM v_messages WHERE direction = 'in' ORDER BY id")
    async with at_desk(city) as odile:
        found = (await odile.post(f"/admin/conversations/{contact}/messages/{first['id']}/replay")).json()
    assert [event["name"] for event in found["now"]["decided"]] == ["request_created", "offer_made"]
    assert [letter["kind"] for letter in found["now"]["said"]] == ["search_begins", "offer"]
    assert await city.status() == "confirming"


async def test_a_replay_during_a_takeover_tells_what_the_bot_would_say(city: City) -> None:
    await city.client("Mireille").writes("bonjour")
    async with at_desk(city) as odile:
        await odile.put("/admin/conversations/1/takeover", json={"on": True})
        found = (await odile.post("/admin/conversations/1/messages/1/replay")).json()
        assert [letter["kind"] for letter in found["now"]["said"]] == ["welcome"]
        assert (await odile.get("/admin/conversations/1")).json()["contact"]["held_by_me"] is True


async def test_only_what_was_heard_can_be_replayed(city: City) -> None:
    await city.client("Mireille").writes("bonjour")
    async with at_desk(city) as odile:
        assert (await odile.post("/admin/conversations/1/messages/2/replay")).status_code == 409
        assert (await odile.post("/admin/conversations/1/messages/99/replay")).status_code == 404
        assert (await odile.post("/admin/conversations/2/messages/1/replay")).status_code == 404


async def test_the_replay_is_in_the_audit_log(city: City) -> None:
    await city.client("Mireille").writes("bonjour")
    async with at_desk(city) as odile:
        await odile.post("/admin/conversations/1/messages/1/replay")
    (note,) = await city.rows("SELECT action, subject FROM audit WHERE action LIKE 'message%'")
    assert note == {"action": "message_replayed", "subject": "message:1"}
