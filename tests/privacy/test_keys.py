"""The key that a database was sealed with opens it, no other does, and it is changed while the house works."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result

from mboa.cli import main
from mboa.rotation import rotate
from mboa.storage import people, reseal, seal
from mboa.storage.store import Connection, WrongKeys
from tests.admin.accounts.people import engage, set_up_second_factor, signed_in
from tests.admin.stage import at_desk
from tests.city import NEED, City, settings_for
from tests.engines import HOUSE_SECRET, KEYS, Database, HandClock
from tests.privacy.traces import everything_in

T = TypeVar("T")
NEW = "the new secret of the houses of the tests and of all benches"
BOTH = f"{NEW},{HOUSE_SECRET}"
SISTER = "655 44 33 22"


@asynccontextmanager
async def house(database: Database, clock: HandClock, secret: str) -> AsyncIterator[City]:
    """A city whose MBOA_SECRET_KEY is this."""
    city = City(database, clock, secret_key=secret)
    await city.open()
    try:
        yield city
    finally:
        await city.close()


async def _rotated(database: Database, secret: str) -> tuple[int, int]:
    done = await rotate(settings_for(database, secret_key=secret), lambda *_: None)
    return done.resealed, done.dropped


async def test_another_key_is_refused_with_one_clear_line(database: Database, clock: HandClock) -> None:
    async with house(database, clock, HOUSE_SECRET) as city:
        await city.client("Mireille").writes(NEED)
    with pytest.raises(WrongKeys, match=f"does not open this database: it is sealed with the key {KEYS.name}"):
        async with house(database, clock, NEW):
            pass


async def test_a_proof_that_was_tampered_with_is_refused(database: Database, clock: HandClock) -> None:
    async with house(database, clock, HOUSE_SECRET) as city:
        await city.mboa.office.store.write(_run, "UPDATE seal SET proof = key_name || '.AAAA'")
    with pytest.raises(WrongKeys):
        async with house(database, clock, HOUSE_SECRET):
            pass


def _run(conn: Connection, sql: str) -> int:
    return conn.run(sql)


async def test_with_both_keys_rows_of_either_are_known(database: Database, clock: HandClock) -> None:
    async with house(database, clock, HOUSE_SECRET) as city:
        paul = await city.provider("Paul")
        await city.client("Mireille", "+237677000041").writes(NEED, f"C'est le {SISTER}")
    async with house(database, clock, BOTH) as city:
        for person in (city.client("Mireille", "+237677000041"), city.client("Awa", "+237677000042")):
            await person.writes("Bonjour")
        await city.client("Awa", "+237677000042").writes(NEED)
        assert len(await city.rows("SELECT id FROM v_contacts")) == 3
        async with at_desk(city) as desk:
            for phone in (paul.address, "677 00 00 41", "677000042"):
                found = (await desk.get("/admin/conversations", params={"q": phone})).json()["items"]
                assert len(found) == 1, phone


async def test_a_rotation_seals_everything_anew_and_the_old_key_may_go(database: Database, clock: HandClock) -> None:
    async with house(database, clock, HOUSE_SECRET) as city:
        await city.client("Mireille", "+237677000041").writes(f"{NEED}, mon numéro : {SISTER}")
        await engage(city)
        async with signed_in(city) as awa:
            phone, _ = await set_up_second_factor(city, awa)
    resealed, dropped = await _rotated(database, BOTH)
    assert (resealed > 2, dropped) == (True, 1)
    assert await _rotated(database, BOTH) == (0, 0)
    assert f"{KEYS.name}." not in everything_in(database)
    async with house(database, clock, NEW) as city:
        await city.client("Mireille", "+237677000041").writes("STATUT")
        assert len(await city.rows("SELECT id FROM v_contacts")) == 1
        assert (await city.rows("SELECT full_sealed FROM messages WHERE full_sealed IS NOT NULL"))[0]["full"]
        async with signed_in(city) as awa:
            clock.advance(60)
            shown = await awa.post("/admin/login/code", data={"code": phone.at(clock.now())})
            assert shown.status_code == 303


async def test_a_rotation_that_was_stopped_goes_on_where_it_was(database: Database, clock: HandClock) -> None:
    async with house(database, clock, HOUSE_SECRET) as city:
        for number in range(3):
            await city.client("Jean", f"+23767700005{number}").writes("Bonjour")

    def stop(table: str, _column: str, _number: int) -> None:
        raise InterruptedError(table)

    with pytest.raises(InterruptedError, match="identities"):
        await rotate(settings_for(database, secret_key=BOTH), stop)
    with pytest.raises(WrongKeys):
        async with house(database, clock, NEW):
            pass
    assert (await _rotated(database, BOTH))[1] == 1
    async with house(database, clock, NEW) as city:
        assert await city.mboa.office.store.read(people.called, "+237677000051") != []


async def test_a_key_that_something_is_sealed_with_is_not_forgotten(database: Database, clock: HandClock) -> None:
    async with house(database, clock, HOUSE_SECRET) as city:
        await city.client("Mireille").writes("Bonjour")
    async with house(database, clock, BOTH) as city:
        assert (await city.mboa.office.store.write(reseal.finish))[1] == 0
        assert len(await city.rows("SELECT key_name FROM seal")) == 2


async def test_two_processes_with_the_keys_in_other_orders_know_one_newcomer(
    postgresql_database: Database, clock: HandClock
) -> None:
    """While keys are changed, one process still seals with the old key and another one with the new one."""
    turned = f"{HOUSE_SECRET},{NEW}"
    async with house(postgresql_database, clock, turned) as one, house(postgresql_database, clock, BOTH) as other:
        for number in range(20):
            address = f"+2376770001{number:02}"
            bodies = [city.post(city.double.text(address, "Bonjour")) for city in (one, other)]
            await asyncio.gather(*bodies)
        assert len(await one.rows("SELECT id FROM v_contacts")) == 20


def test_without_keys_nothing_can_be_looked_up(database: Database) -> None:
    with pytest.raises(RuntimeError, match="opened without keys"):
        _looked_up(database, lambda conn: people.called(conn, "+237677000041"))


def _looked_up(database: Database, fn: Callable[[Connection], T]) -> T:
    async def ask() -> T:
        store = database.store(keyless=True)
        await store.open()
        try:
            return await store.read(fn)
        finally:
            await store.close()

    return asyncio.run(ask())


@pytest.fixture
def at_home(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.setenv("MBOA_SECRET_KEY", HOUSE_SECRET)
    return monkeypatch


def _mboa(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_the_command_line_says_it_in_one_line(at_home: pytest.MonkeyPatch) -> None:
    assert _mboa("providers", "export").exit_code == 0
    assert _mboa("parked").exit_code == 0
    asyncio.run(rotate(settings_for(Database("sqlite", "var/mboa.db")), lambda *_: None))
    at_home.setenv("MBOA_SECRET_KEY", NEW)
    refused = _mboa("keys", "rotate")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: MBOA_SECRET_KEY does not open this database")
    at_home.setenv("MBOA_SECRET_KEY", BOTH)
    done = _mboa("keys", "rotate")
    assert (done.exit_code, done.stdout.splitlines()[-1][:2]) == (0, "0 ")
    assert "1 old key(s) may be dropped" in done.stdout


def test_a_seal_tells_which_key_it_is_of() -> None:
    assert seal.proof(KEYS).startswith(KEYS.name)
