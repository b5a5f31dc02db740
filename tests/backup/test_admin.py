"""What operators see of backups, and how they decide after a restore."""

from mboa.storage import backups, chores, quarantine
from mboa.storage.store import Connection
from tests.admin.stage import at_desk
from tests.city import NEED, City


def backed_up(conn: Connection) -> None:
    """A daily backup was made, and the next one failed."""
    chores.enter(conn, {backups.CHORE: 86400.0})
    made = {"file": "mboa-x.backup", "made": conn.now, "proof": "restored", "bytes": 1, "seconds": 1.0}
    backups.record(conn, {**made, "hook_error": None})
    conn.run("UPDATE chores SET error = 'no space in /srv/backups', failed_at = :now", now=conn.now)


def after_a_restore(conn: Connection) -> None:
    """What was under way is in quarantine, as ``mboa restore`` leaves it."""
    quarantine.enter(conn, "mboa-x.backup", conn.now)


async def test_the_page_of_figures_tells_age_and_proof_of_the_last_backup(city: City) -> None:
    await city.mboa.office.store.write(backed_up)
    city.clock.advance(3600)
    async with at_desk(city, "operator", browser=True) as paul, at_desk(city, "viewer") as awa:
        page = (await paul.get("/admin/metrics")).text
        seen = (await awa.get("/admin/metrics")).json()["backup"]
    assert "restaurée dans une base d&#39;essai" in page
    assert "no space in /srv/backups" in page
    assert (seen["state"], seen["age_seconds"], seen["error"]) == ("failed", 3600, None)


async def test_an_operator_lets_everything_go_on_and_a_second_click_changes_nothing(city: City) -> None:
    await city.client("Mireille").writes(NEED)
    await city.mboa.office.store.write(after_a_restore)
    async with at_desk(city, browser=True) as paul:
        assert "1 demande(s)" in (await paul.get("/admin/metrics")).text
        for _ in range(2):
            assert (await paul.post("/admin/restored/release")).status_code == 303
        assert "Laisser tout reprendre" not in (await paul.get("/admin/metrics")).text
    noted = await city.rows("SELECT name FROM v_contacts")
    assert len(noted) == 1
    assert not await city.mboa.office.store.read(quarantine.waiting)


async def test_a_viewer_decides_nothing_and_there_are_two_decisions(city: City) -> None:
    await city.client("Mireille").writes(NEED)
    await city.mboa.office.store.write(after_a_restore)
    async with at_desk(city, "viewer") as awa, at_desk(city) as paul:
        assert (await awa.post("/admin/restored/release")).status_code == 403
        assert (await paul.post("/admin/restored/burn")).status_code in {404, 422}
        answer = await paul.post("/admin/restored/drop")
    assert answer.json() == {"decision": "drop", "messages": 0, "requests": 1}
