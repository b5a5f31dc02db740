"""SIGKILL at any moment while five clients a second come: nobody is lost, nobody told twice, nobody left waiting."""

from collections.abc import Sequence

import click

from tests.crash.storm import Storm
from tests.engines import Database
from tests.invariants import accepted_keys

KILLS = 10


def survive(database: Database, roles: Sequence[str]) -> Storm:
    with Storm(database, roles) as storm:
        storm.clients_come()
        storm.kill_at_random(KILLS)
        found = storm.broken(views := storm.calm())
    repeats = sum(times - 1 for times in accepted_keys(list(storm.meta.double.log)).values())
    click.echo(f"{len(storm.clients)} journeys, {storm.kills} kills, {repeats} repeats")
    assert found == []
    assert storm.codes == [0] * len(roles)
    assert {request["status"] for request in views.requests} <= {"completed", "unserved"}
    return storm


def test_serve_is_killed_at_random(database: Database) -> None:
    storm = survive(database, ["serve"])
    assert len(storm.clients) > KILLS


def test_web_and_worker_are_killed_at_random(postgresql_database: Database) -> None:
    storm = survive(postgresql_database, ["web", "web", "worker", "worker"])
    assert len(storm.clients) > KILLS
