"""Two web and two worker processes are replaced one after the other under load, and nobody notices."""

import time

from tests.crash.storm import Storm
from tests.engines import Database
from tests.invariants import accepted_keys

ROLES = ("web", "web", "worker", "worker")


def test_everyone_is_restarted_under_load(postgresql_database: Database) -> None:
    with Storm(postgresql_database, ROLES) as storm:
        storm.clients_come()
        codes, seconds = [], []
        for process in storm.processes:
            began = time.monotonic()
            codes.append(process.stop())
            seconds.append(time.monotonic() - began)
            process.start()
        found = storm.broken(storm.calm())
    assert len(storm.clients) > 5
    assert codes == storm.codes == [0, 0, 0, 0]
    assert max(seconds) < 10
    assert found == []
    assert set(accepted_keys(list(storm.meta.double.log)).values()) == {1}
    assert storm.people.failed == []
