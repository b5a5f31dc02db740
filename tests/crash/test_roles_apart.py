"""Two web and two worker processes on one PostgreSQL do what one process does."""

from collections import Counter

from mboa.storage import roster
from mboa.storage.roster import Entry
from tests.city import NEED
from tests.crash.nursery import Quick
from tests.engines import Database
from tests.processes import Meta, eventually

PAUL, CLIENTS = "+237699000001", [f"+2376770000{number:02}" for number in range(10)]


async def test_journeys_across_processes(postgresql_database: Database) -> None:
    store = postgresql_database.store()
    await store.open()
    await store.write(roster.enter, Entry("Paul", PAUL, ("plumbing",), ("bonamoussadi",)), "whatsapp")
    await store.close()
    with Meta() as meta:
        webs = [Quick(postgresql_database, meta, "web") for _ in range(2)]
        workers = [Quick(postgresql_database, meta, "worker") for _ in range(2)]
        for process in (*webs, *workers):
            process.start()
        shown = meta.double.phone
        for words, count in ((NEED, 1), ("OUI", 2)):
            for number, client in enumerate(CLIENTS):
                body = meta.double.text(client, words)
                webs[number % 2].post(body)
                webs[(number + 1) % 2].post(body)
            for client in CLIENTS:
                eventually(lambda client=client, count=count: len(shown(client)) >= count, f"{client} is answered")  # type: ignore[misc]
        eventually(lambda: len(shown(PAUL)) >= len(CLIENTS), "Paul is shown every offer")
        codes = [process.stop() for process in (*webs, *workers)]
    keys = Counter(entry["payload"]["biz_opaque_callback_data"] for entry in meta.double.log)
    assert codes == [0, 0, 0, 0]
    assert set(keys.values()) == {1}
    assert [len(shown(client)) for client in CLIENTS] == [2] * len(CLIENTS)
