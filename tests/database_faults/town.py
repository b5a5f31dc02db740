"""A town around real processes: clients, providers who say OUI at once, and Meta, who delivers until it hears 200."""

import asyncio
import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, cycle
from pathlib import Path

import httpx2

from mboa.fake_meta.double import Received, sign
from mboa.storage import roster
from mboa.storage.roster import Entry
from mboa.storage.sqlite import SqliteStore
from mboa.storage.store import Connection, Store
from tests.city import NEED, SECRET
from tests.engines import Database
from tests.invariants import CONTACT_KEYS, Views, look, violations
from tests.processes import Meta, Process, eventually

# The best are asked first: so that nobody's pace (45 messages at once) is passed, each has a few jobs at most.
JOBS = 15
PROVIDERS = [f"+237699{number:06}" for number in range(60 + int(os.environ.get("MBOA_FAULT_SECONDS", "0")))]
ANSWER_SECONDS = 2.0
SETTLED_SECONDS = 5.0
_HANGS_SECONDS = 10.0
_REDELIVERY_SECONDS = 0.2


def settle_providers(database: Database) -> Database:
    """Put the providers on the roster of a database that nobody uses yet."""

    async def settle() -> None:
        store = database.store()
        await store.open()
        await store.write(_enter_all)
        await store.close()

    asyncio.run(settle())
    return database


def _enter_all(conn: Connection) -> None:
    for number, address in enumerate(PROVIDERS):
        entry = Entry(f"Paul {number}", address, ("plumbing",), ("bonamoussadi",))
        roster.enter(conn, entry, "whatsapp")
    conn.run("UPDATE providers SET capacity = :jobs", jobs=JOBS)


def views_of(database: Database) -> Views:
    """The contract's views, read beside the running processes."""
    reader: Store = SqliteStore(Path(database.address), read_only=True)

    async def read() -> Views:
        store = reader if database.dialect == "sqlite" else database.store()
        await store.open()
        try:
            return await store.read(look)
        finally:
            await store.close()

    return asyncio.run(read())


@dataclass(frozen=True)
class Answer:
    """How one delivery of a webhook was answered; status 0: not at all."""

    status: int
    seconds: float


class Town:
    """Plays journeys against ``doors`` (web processes, in turn) and remembers every answer they gave."""

    def __init__(self, meta: Meta, doors: Iterable[Process]) -> None:
        self.double = meta.double
        self.double.log = deque()  # whole, however long the load lasts
        self.double.on_accept = self._accepted
        self.doors = list(doors)
        self.answers: list[Answer] = []
        self.acked: set[str] = set()
        self.ended: list[str] = []
        self._doubts = 0
        self._numbers = count(1)
        self._turn = cycle(self.doors)
        self._closing = threading.Event()
        self._stopping = threading.Event()
        self._web = httpx2.Client(timeout=_HANGS_SECONDS)
        self._post = ThreadPoolExecutor(16, "meta")
        self._reports: list[Future[None]] = []
        self._clients: list[threading.Thread] = []
        self._lost: list[str] = []
        self._stall = 0.0
        self._judged = 0

    def __enter__(self) -> "Town":
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def _watch(self) -> None:
        """How long this machine, busy otherwise, keeps a thread waiting that has nothing to wait for."""
        while not self._closing.is_set():
            began = time.monotonic()
            self._closing.wait(0.05)
            self._stall = max(self._stall, time.monotonic() - began - 0.05)

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._closing.set()
        for client in self._clients:
            client.join(30)
        self._post.shutdown(cancel_futures=True)
        self._web.close()

    # --- Meta

    def deliver(self, body: bytes) -> None:
        """Deliver a webhook again and again until it is answered with 200."""
        while not self._closing.is_set() and self.attempt(body) != 200:
            self._closing.wait(_REDELIVERY_SECONDS)

    def attempt(self, body: bytes) -> int:
        """Deliver a webhook once, at the next door; the status of the answer, 0 when there is none."""
        url = f"http://127.0.0.1:{next(self._turn).port}/webhooks/whatsapp"
        headers = {"x-hub-signature-256": sign(body, SECRET)}
        began = time.monotonic()
        try:
            status = self._web.post(url, content=body, headers=headers).status_code
        except httpx2.TransportError:
            status = 0
        self.answers.append(Answer(status, time.monotonic() - began))
        if status == 200:
            self.acked.update(_wamids(body))
        return status

    def _accepted(self, message: Received) -> None:
        """What every phone does with a message, and every provider with an offer."""
        self._report(self.double.status(message.id, "delivered"))
        for button in message.buttons:
            if button.payload.endswith(":accept"):
                self._report(self.double.tap(message.address, button.payload, button.title, message.id))

    def _report(self, body: bytes) -> None:
        self._reports.append(self._post.submit(self.deliver, body))

    # --- people

    def journey(self, seconds: float = 20.0) -> None:
        """A client nobody knows yet asks for a plumber, and gets one's number within ``seconds`` for each step."""
        client = f"+237677{next(self._numbers):06}"
        self.deliver(self.double.text(client, NEED))
        self._until(client, lambda: bool(self.double.phone(client)), seconds)
        self.deliver(self.double.text(client, "OUI"))
        self._until(client, lambda: self._has_contact(client), seconds)
        self.ended.append(client)

    def _until(self, client: str, condition: Callable[[], bool], seconds: float) -> None:
        eventually(lambda: self._closing.is_set() or condition(), f"{client} is answered", seconds)

    def _has_contact(self, client: str) -> bool:
        return any(message.key.startswith(CONTACT_KEYS) for message in self.double.phone(client))

    def busy(self, clients: int) -> None:
        """So many clients at a time, one journey after the other, until :meth:`calm`."""
        self._stopping.clear()
        self._clients = [threading.Thread(target=self._live, daemon=True) for _ in range(clients)]
        for client in self._clients:
            client.start()

    def _live(self) -> None:
        while not self._stopping.is_set():
            try:
                self.journey(60)
            except AssertionError as error:
                self._lost.append(str(error))

    def calm(self, seconds: float) -> None:
        """No new journeys; those under way end within ``seconds``, and Meta has nothing left to tell."""
        self._stopping.set()
        deadline = time.monotonic() + seconds
        for client in self._clients:
            client.join(max(0.0, deadline - time.monotonic()))
        late = [client for client in self._clients if client.is_alive()]
        assert late == [], f"{len(late)} clients still wait after {seconds} s"
        assert self._lost == []
        self.silence()

    def silence(self) -> None:
        """Wait until no webhook is under way: who kills a door now breaks off no delivery."""
        eventually(lambda: all(report.done() for report in self._reports), "Meta has nothing left to tell", 5)

    # --- verdict

    def ready(self) -> bool:
        """Whether every door says that all is well."""
        doors = [f"http://127.0.0.1:{door.port}/health/ready" for door in self.doors]
        try:
            return all(self._web.get(door).status_code == 200 for door in doors)
        except httpx2.TransportError:
            return False

    def slow(self) -> list[Answer]:
        """The answers since the last time this was asked that Meta waited too long for, by more than what the machine
        itself made everybody wait."""
        fresh, self._judged = self.answers[self._judged :], len(self.answers)
        limit, self._stall = ANSWER_SECONDS + 2 * self._stall, 0.0
        return [answer for answer in fresh if answer.seconds > limit]

    def refused(self) -> int:
        """How many deliveries were answered 503."""
        return sum(answer.status == 503 for answer in self.answers)

    def figures(self, **more: float) -> str:
        """What the load came to, in one line."""
        counted = {"journeys": len(self.ended), "webhooks": len(self.answers), "refused": self.refused()}
        slowest = max(answer.seconds for answer in self.answers)
        shown = {**counted, "slowest_answer": slowest, **more}
        return ", ".join(f"{name} {round(value, 3)}" for name, value in shown.items())

    def broken(self, database: Database, doubts: int) -> list[str]:
        """The promises broken after five seconds of rest. ``doubts``: how many more outcomes may be unknown."""
        self._doubts += doubts
        deadline = time.monotonic() + SETTLED_SECONDS
        while (found := self._broken(database)) and time.monotonic() < deadline:
            self._closing.wait(0.1)
        return found

    def _broken(self, database: Database) -> list[str]:
        views = views_of(database)
        found = violations(views, list(self.double.log), now=datetime.now(UTC), acked=self.acked, kills=self._doubts)
        found += [
            f"{row['key']} failed: {row['error']}"
            for row in views.messages
            if row["direction"] == "out" and row["status"] == "failed"
        ]
        strange = {answer.status for answer in self.answers} - {200, 503}
        return found + [f"a webhook was answered {status}" for status in strange]


def _wamids(body: bytes) -> list[str]:
    changes = [change for entry in json.loads(body)["entry"] for change in entry["changes"]]
    return [message["id"] for change in changes for message in change["value"].get("messages", ())]
