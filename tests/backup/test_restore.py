"""After a restore nothing of the past is sent, nothing acts twice, and a person decides."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from mboa.operations.backup import CannotBackUp
from mboa.operations.restore import restore
from mboa.storage import quarantine
from mboa.storage.backup_scratch import Watch
from mboa.storage.pulse import beat
from mboa.storage.store import StoreAway
from mboa.wiring import prepare_database
from tests.admin.stage import sign_in
from tests.backup.stage import back_up, bring_back, house, reopened, rows
from tests.city import NEED, City, Person
from tests.engines import KEYS, Database, HandClock
from tests.invariants import look, violations


class Drill:
    """A city at work, its backup, and the city that was restored from it."""

    def __init__(self, city: City, restored: City, bodies: list[bytes], paul: Person) -> None:
        self.city, self.restored, self.bodies, self.paul = city, restored, bodies, paul
        self.office = restored.mboa.office


@pytest.fixture
async def drill(city: City, elsewhere: Database, tmp_path: Path, clock: HandClock) -> AsyncIterator[Drill]:
    """Paul and Ngo are asked for Mireille and Awa; what Biya is answered is unsent, what Ebongue writes is unread."""
    paul, mireille, awa = await city.provider("Paul"), city.client("Mireille"), city.client("Awa")
    await city.provider("Ngo", zones="akwa")
    bodies = [
        city.double.text(mireille.address, NEED),
        city.double.text(awa.address, NEED.replace("Bonamoussadi", "Akwa")),
    ]
    for body in bodies:
        await city.post(body)
    await city.settle()
    await mireille.writes("OUI")
    await awa.writes("OUI")
    await (await sign_in(city)).aclose()
    await city.post(city.double.text(city.client("Biya").address, NEED))
    await city.mboa.crew.loops["inbox"].step()
    unread = city.double.text(city.client("Ebongue").address, NEED)
    await city.post(unread)
    made = await asyncio.to_thread(back_up, city.database, tmp_path)
    await paul.writes("OUI")  # what the backup does not know
    await asyncio.to_thread(bring_back, made, elsewhere, tmp_path / "elsewhere")
    restored = await reopened(elsewhere, clock, city)
    yield Drill(city, restored, [*bodies, unread], paul)
    await restored.close()


async def test_nothing_of_the_past_is_sent(drill: Drill) -> None:
    await drill.restored.passes(minutes=20)
    await drill.restored.passes(hours=30)
    assert not drill.restored.double.log
    assert await drill.restored.offers() == ["open", "open"]


async def test_a_webhook_that_comes_again_acts_once_and_a_new_one_is_taken(drill: Drill) -> None:
    for body in drill.bodies:
        await drill.restored.post(body)
    await drill.restored.settle()
    assert not drill.restored.double.log
    await drill.restored.client("Essomba").writes(NEED)
    assert len(drill.restored.double.log) == 1


async def test_every_request_keeps_its_timer_and_its_client_is_marked(drill: Drill) -> None:
    views = await drill.office.store.read(look)
    assert violations(views, [], now=drill.city.clock.now(), settled=False) == []
    marked = await rows(drill.restored, "SELECT name FROM contacts WHERE needs_human ORDER BY name")
    assert [row["name"] for row in marked] == ["Awa", "Biya", "Ebongue", "Mireille"]


async def test_health_says_that_a_person_is_waited_for(drill: Drill) -> None:
    await drill.office.store.write(beat, "w1")
    answer = await drill.restored.web.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["restored"] == "waiting"
    await drill.office.store.write(quarantine.drop, None)
    assert "restored" not in (await drill.restored.web.get("/health/ready")).json()["checks"]


async def test_released_it_goes_on_as_it_was(drill: Drill) -> None:
    held = await drill.office.store.write(quarantine.release, None)
    assert (held.messages, held.requests) == (2, 3)
    await drill.restored.settle()
    assert len(drill.restored.double.log) == 2, "what Biya and Ebongue are answered"
    await drill.restored.passes(minutes=11)
    assert await drill.restored.offers() == ["expired", "expired"]
    assert await rows(drill.restored, "SELECT name FROM contacts WHERE needs_human") == []
    assert not await drill.office.store.read(quarantine.waiting)


async def test_dropped_nothing_is_sent_and_the_requests_stay_with_people(drill: Drill) -> None:
    await drill.office.store.write(quarantine.drop, None)
    await drill.restored.passes(hours=30)
    assert not drill.restored.double.log
    assert len(await rows(drill.restored, "SELECT id FROM contacts WHERE needs_human")) == 4
    errors = await rows(drill.restored, "SELECT error FROM messages WHERE error LIKE 'restored%'")
    assert {row["error"] for row in errors} == {quarantine.DROPPED}


async def test_whoever_writes_takes_his_request_out_of_quarantine(drill: Drill) -> None:
    paul = Person(drill.restored, "Paul", drill.paul.address)
    await paul.writes("OUI")
    statuses = await drill.restored.rows("SELECT status FROM v_requests")
    assert sorted(row["status"] for row in statuses) == ["accepted", "confirming", "offered"]
    assert (await drill.office.store.read(quarantine.waiting)).requests == 2


async def test_ids_that_may_stand_on_a_phone_are_not_given_again(drill: Drill) -> None:
    lost = await drill.city.rows("SELECT MAX(id) AS id FROM v_messages")
    await drill.restored.client("Essomba").writes(NEED)
    assert (await drill.restored.rows("SELECT MAX(id) AS id FROM v_requests"))[0]["id"] > 10_000
    assert (await drill.restored.rows("SELECT MAX(id) AS id FROM v_messages"))[0]["id"] > lost[0]["id"] + 9_000


async def test_the_planner_knows_what_was_restored(drill: Drill) -> None:
    if drill.restored.database.dialect == "sqlite":
        return  # its file comes back as it was, with what the planner knew
    counted = "SELECT COUNT(*) AS n FROM pg_stats WHERE tablename = 'messages'"
    assert (await rows(drill.restored, counted))[0]["n"] > 0


async def test_who_waited_for_a_repairer_is_offered_to_nobody_meanwhile(
    city: City, elsewhere: Database, tmp_path: Path, clock: HandClock
) -> None:
    await city.client("Mireille").writes(NEED)
    await Person(city, "Mireille", "+237677000001").writes("OUI")
    assert await city.status() == "unserved"
    made = await asyncio.to_thread(back_up, city.database, tmp_path)
    await asyncio.to_thread(bring_back, made, elsewhere, tmp_path / "elsewhere")
    restored = await reopened(elsewhere, clock, city)
    paul = await restored.provider("Paul")
    await paul.writes("DISPO")
    assert (await restored.offers(), await restored.status()) == ([], "unserved")
    await restored.close()


async def test_the_restore_stands_in_the_audit_log_and_nobody_is_logged_in(drill: Drill) -> None:
    noted = await rows(drill.restored, "SELECT action FROM audit ORDER BY id DESC LIMIT 1")
    assert noted == [{"action": "backup_restored"}]
    assert await rows(drill.restored, "SELECT id FROM sessions") == []


async def test_a_database_that_is_there_is_never_overwritten(city: City, tmp_path: Path) -> None:
    await city.client("Mireille").writes(NEED)
    made = await asyncio.to_thread(back_up, city.database, tmp_path)
    with pytest.raises(CannotBackUp, match=r"is there|is not empty"):
        await asyncio.to_thread(bring_back, made, city.database, tmp_path)
    assert await city.status() == "confirming"


async def test_what_its_receipt_says_was_sent_is_not_sent_again(drill: Drill) -> None:
    unsent = (await rows(drill.restored, "SELECT key FROM messages WHERE status = 'failed'"))[0]["key"]
    said = {"id": "wamid.lost", "status": "delivered", "recipient_id": "237677000003", "timestamp": "1795420800"}
    await drill.restored.post_value({"statuses": [{**said, "biz_opaque_callback_data": unsent}]})
    await drill.office.store.write(quarantine.release, None)
    await drill.restored.settle()
    sent = {entry["payload"].get("biz_opaque_callback_data") for entry in drill.restored.double.log}
    assert len(sent) == 1, "what Ebongue is answered"
    assert unsent not in sent


class Impatient(Watch):
    """Whoever presses Ctrl-C when everything is restored and nothing is in quarantine yet."""

    def show(self, what: str, share: float) -> None:
        """What is done, and how far it is."""
        if what == "finishing":
            raise KeyboardInterrupt


def test_ended_half_way_nothing_is_there(database: Database, elsewhere: Database, tmp_path: Path) -> None:
    made, settings = back_up(database, tmp_path), house(elsewhere, tmp_path / "elsewhere")
    with pytest.raises(KeyboardInterrupt):
        restore(made.file, settings, KEYS, Impatient())
    assert not restore(made.file, settings, KEYS, Watch())[0], "what is left of it stands in nobody's way"


def test_on_a_restore_that_did_not_end_nothing_starts(postgresql_database: Database, tmp_path: Path) -> None:
    with closing(psycopg.connect(postgresql_database.address, autocommit=True)) as db:
        db.execute("CREATE SCHEMA mboa_restoring")
    with pytest.raises(StoreAway, match="a restore into this database did not end"):
        prepare_database(house(postgresql_database, tmp_path))
