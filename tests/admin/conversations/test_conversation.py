"""One conversation: what was understood, decided, sent and delivered; and who may see what of it."""

import httpx2
import pytest

from tests.admin.conversations.stage import Chair, contact_of
from tests.admin.stage import at_desk
from tests.city import NEED, City, Person

TEXT = "<script>alert(1)</script> appelle le +237 6 55 44 33 22 ou 655.44.33.22"


async def served(city: City) -> tuple[Person, Person]:
    """Paul has taken Mireille's job."""
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    return paul, mireille


async def test_each_message_tells_what_became_of_it(city: City) -> None:
    _, mireille = await served(city)
    async with at_desk(city) as client:
        found = await Chair(city, client, await contact_of(city, mireille)).sees()
    need, recap, yes = found["messages"][:3]
    assert (need["understood"]["intent"], need["understood"]["service"]) == ("new_request", "plumbing")
    assert need["understood"]["rule"]
    assert [event["name"] for event in need["decided"]] == ["request_drafted"]
    assert [event["name"] for event in yes["decided"]][:2] == ["request_created", "offer_made"]
    assert yes["understood"]["expecting"] == "confirmation"
    assert (recap["direction"], recap["status"], recap["template"]) == ("out", "sent", None)


async def test_receipts_stand_with_their_message(city: City) -> None:
    _, mireille = await served(city)
    await _delivered(city, mireille)
    async with at_desk(city) as client:
        found = await Chair(city, client, await contact_of(city, mireille)).sees()
    recap = found["messages"][1]
    assert [receipt["status"] for receipt in recap["receipts"]] == ["delivered"]
    assert recap["status"] == "delivered"


async def _delivered(city: City, person: Person) -> None:
    entry = {"id": person.inbox[0].id, "status": "delivered", "timestamp": "1795420800", "recipient_id": "237677000001"}
    await city.post_value({"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1"}, "statuses": [entry]})


async def test_a_burst_names_the_message_it_was_heard_with(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("j'ai une fuite", "à Bonamoussadi")
    async with at_desk(city) as client:
        found = await Chair(city, client, await contact_of(city, mireille)).sees()
    first, second = found["messages"][:2]
    assert second["understood"]["heard_with"] == first["understood"]["heard_with"] == first["id"]


async def test_an_offer_shows_whether_its_template_went_out(city: City) -> None:
    paul, _ = await served(city)
    async with at_desk(city) as client:
        found = await Chair(city, client, await contact_of(city, paul)).sees()
    offer, _, contact = found["messages"][:3]
    assert offer["template"] == {"name": "offer", "language": "fr", "used": True}
    assert contact["template"]["used"] is False


async def test_older_messages_are_a_link_away(city: City) -> None:
    mireille = city.client("Mireille")
    for number in range(30):
        await mireille.writes(f"bonjour {number}")
    async with at_desk(city, "viewer") as client:
        chair = Chair(city, client, await contact_of(city, mireille))
        newest = await chair.sees()
        older = await chair.sees(f"?before={newest['next']}")
    ids = [message["id"] for message in older["messages"] + newest["messages"]]
    assert (len(newest["messages"]), ids, older["next"]) == (25, sorted(set(ids)), None)
    assert len(ids) == len(await city.rows("SELECT id FROM v_messages"))


@pytest.mark.parametrize(
    "path", ["/admin/conversations/999", f"/admin/conversations/{2**63}", "/admin/conversations/x"]
)
async def test_nobody_is_404(city: City, path: str) -> None:
    async with at_desk(city) as client:
        assert (await client.get(path)).status_code == 404
        assert (await client.put(f"{path}/takeover", json={"on": True})).status_code == 404
        assert (await client.post(f"{path}/messages", json={"text": "bonjour"})).status_code == 404


async def every_page(client: httpx2.AsyncClient, contact: int, message: int) -> str:
    """The text of every page about one person."""
    paths = ["", "?q=Awa", f"/{contact}", f"/{contact}/messages/{message}"]
    answers = [await client.get(f"/admin/conversations{path}") for path in paths]
    answers += [await client.get("/admin/misread"), await client.get("/admin/misread.jsonl")]
    assert {answer.status_code for answer in answers} == {200}
    pages = [answer.text for answer in answers if answer.headers["content-type"].startswith("text/html")]
    assert not any("<script>alert" in page for page in pages)
    return "".join(answer.text for answer in answers)


@pytest.mark.parametrize("browser", [True, False])
async def test_a_viewer_sees_no_number_anywhere(city: City, browser: bool) -> None:
    awa = city.client("Awa 655443322")
    await awa.writes(TEXT)
    contact = await contact_of(city, awa)
    async with at_desk(city) as operator:
        path = f"/admin/conversations/{contact}/messages/1/misread"
        marked = await operator.post(path, json={"intent": "inform", "place": "au 655443322", "note": "le 655443322"})
        assert marked.status_code == 201
    async with at_desk(city, "viewer", browser=browser) as viewer:
        shown = await every_page(viewer, contact, 1)
    for number in ("655443322", "6 55 44 33 22", "655.44.33.22", awa.address, awa.address[4:], "wamid"):
        assert number not in shown


async def test_an_operator_sees_the_number(city: City) -> None:
    awa = city.client("Awa")
    await awa.writes(TEXT)
    contact = await contact_of(city, awa)
    async with at_desk(city, browser=True) as operator:
        shown = await every_page(operator, contact, 1)
    assert "+237 6 55 44 33 22" in shown
    assert awa.address in shown


async def test_a_viewer_may_not_act(city: City) -> None:
    await city.client("Awa").writes("bonjour")
    async with at_desk(city, "viewer") as viewer:
        answers = [
            await viewer.put("/admin/conversations/1/takeover", json={"on": True}),
            await viewer.post("/admin/conversations/1/messages", json={"text": "bonjour"}),
            await viewer.post("/admin/conversations/1/messages/1/replay"),
            await viewer.post("/admin/conversations/1/messages/1/misread", json={"intent": "other"}),
            await viewer.post("/admin/parked/1/retry"),
        ]
    assert {answer.status_code for answer in answers} == {403}
