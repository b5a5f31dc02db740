"""The real process dies in the middle of a journey, at each of its messages; the journey ends well all the same."""

from collections import Counter

import httpx2

from mboa.storage import roster
from mboa.storage.roster import Entry
from tests.city import NEED
from tests.engines import Database
from tests.processes import Meta, Process, eventually

PAUL = "+237699000001"
MESSAGES_OF_A_JOURNEY = 5


class Journey:
    """One client's journey against a process that dies at its ``kill_at``-th message."""

    def __init__(self, meta: Meta, process: Process, client: str) -> None:
        self.meta, self.process, self.client = meta, process, client

    def shown(self, phone: str) -> int:
        return len(self.meta.double.phone(phone))

    def wait_for(self, phone: str, count: int) -> None:
        """Until the phone has shown so many messages; meanwhile statuses are delivered and the dead is revived."""

        def is_shown() -> bool:
            if self.process.is_dead:
                self.process.start()
            self.meta.report(self.process)
            return self.shown(phone) >= count

        eventually(is_shown, f"{phone} shows {count} messages", 30)

    def play(self, kill_at: int) -> None:
        double, offers = self.meta.double, self.shown(PAUL)
        self.meta.kill_at = kill_at
        self.process.post(double.text(self.client, NEED))
        self.wait_for(self.client, 1)
        self.process.post(double.text(self.client, "OUI"))
        self.wait_for(PAUL, offers + 1)
        self.wait_for(self.client, 2)
        offer = double.phone(PAUL)[-1]
        self.process.post(double.tap(PAUL, offer.buttons[0].payload, "OUI", offer.id))
        self.wait_for(PAUL, offers + 2)
        self.wait_for(self.client, 3)


async def test_killed_at_each_message_nothing_is_lost_or_said_twice(database: Database) -> None:
    store = database.store()
    await store.open()
    await store.write(roster.enter, Entry("Paul", PAUL, ("plumbing",), ("bonamoussadi",)), "whatsapp")
    await store.close()
    with Meta() as meta:
        process = meta.victim = Process(database, meta)
        process.start()
        for kill_at in range(1, MESSAGES_OF_A_JOURNEY + 1):
            client = f"+2376770000{kill_at:02}"
            Journey(meta, process, client).play(kill_at)
            told = [message.text for message in meta.double.phone(client)]
            assert sum(PAUL in text for text in told) == 1
        keys = Counter(entry["payload"]["biz_opaque_callback_data"] for entry in meta.double.log)
        ready = httpx2.get(f"http://127.0.0.1:{process.port}/health/ready", timeout=5)
        assert process.stop() == 0
    assert process.kills == MESSAGES_OF_A_JOURNEY
    assert {key: count for key, count in keys.items() if count > 1} == {}
    assert ready.json()["status"] == "ok"
