"""People with phones: each answers what his phone shows, and Meta delivers what they say until it hears 200."""

import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle, product
from queue import Empty, Queue

from mboa.fake_meta.double import Received
from mboa.storage import roster
from mboa.storage.roster import Entry
from mboa.storage.store import Connection
from tests.city import NEED
from tests.engines import Database
from tests.processes import REFUSED, Meta, Process, eventually

# What each kind of person taps when he sees it: the ends of payloads, the first that fits.
TAPS = {
    "client": (":confirm", ":5"),
    "fickle client": (":confirm", ":cancel"),
    "keen": (":accept", ":done"),
    "picky": (":decline",),
    "slow": (":accept", ":done"),  # his OUI comes when somebody else has the job
    "silent": (),
}
ZONES = ("Bonamoussadi", "Makepe", "Akwa", "Deido", "Logpom", "Kotto", "Bali", "Bonapriso", "Bonanjo", "Ndokoti")
LAST_TAPS = (":5", ":cancel")
# A repeat that left before its receipt came was no mistake.
_ON_ITS_WAY_SECONDS = 1.0
_tick = threading.Event()


@dataclass
class Person:
    """Somebody, what he is like, what he has tapped, and whether his story is over."""

    address: str
    kind: str
    tapped: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    is_leaving: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Arrival:
    """One message as the double accepted it, at a monotonic time."""

    key: str
    id: str
    at: float


class People:
    """Everybody in one town. ``processes`` are what may have to be started again, ``doors`` those that take webhooks.

    With ``reports`` false, Meta never says what became of a message. Whoever calls :meth:`pump` is the postman.
    """

    def __init__(self, meta: Meta, processes: Sequence[Process], seed: int, *, reports: bool = True) -> None:
        self.double = meta.double
        self.meta = meta
        self.double.on_accept = self._accepted
        self.processes = processes
        self.doors = [process for process in processes if process.role != "worker"]
        self.random = random.Random(seed)
        self.reports = reports
        self.acked: set[str] = set()
        self.failed: list[int] = []  # answers that were neither 200 nor a refused connection
        self.arrivals: list[Arrival] = []
        self.heard_of: dict[str, float] = {}
        self.known: dict[str, Person] = {}
        self._waiting: Queue[tuple[bytes, str | None]] = Queue()
        self._held: list[bytes] = []
        self._numbers = count(1)
        self._zones = cycle(ZONES)

    # --- who lives here

    def providers(self, kinds: Sequence[str]) -> list[Entry]:
        """One provider of each of these kinds in every zone, to be entered on the roster."""
        entries = []
        for number, (zone, kind) in enumerate(product(ZONES, kinds)):
            person = Person(f"+2376990{number:05}", kind)
            self.known[person.address] = person
            entries.append(Entry("Paul", person.address, ("plumbing",), (zone.casefold(),)))
        return entries

    def client(self, kind: str = "client") -> Person:
        """Somebody new, who has not written yet."""
        person = Person(f"+2376770{next(self._numbers):05}", kind)
        self.known[person.address] = person
        return person

    def asks(self, person: Person) -> None:
        """He writes what he needs, unless he has.

        Each lives in the next zone, so that no provider has too much to read: Meta allows one message to a person
        every six seconds.
        """
        if "need" not in person.tapped:
            person.tapped.add("need")
            self._say(self.double.text(person.address, NEED.replace("Bonamoussadi", next(self._zones))))

    # --- what they do

    def _accepted(self, message: Received) -> None:
        """Runs in the double, before the sender has its answer: people may be that quick, and so may death."""
        self._shown(message)
        self.meta.strike()

    def _shown(self, message: Received) -> None:
        person = self.known[message.address]
        is_new = message.key not in person.seen
        self.arrivals.append(Arrival(message.key, message.id, time.monotonic()))
        person.seen.add(message.key)
        if self.reports:
            self._waiting.put((self.double.status(message.id, "delivered"), message.key))
        if message.key.startswith("contact-client:"):
            while self._held:
                self._say(self._held.pop())
        if not self._answer(person, message) and is_new:
            person.is_over |= person.is_leaving or message.key.startswith("unserved:")

    def _answer(self, person: Person, message: Received) -> bool:
        """Whether he had anything to say to it."""
        shown = {button.payload: button.title for button in message.buttons}
        shown |= {choice.payload: choice.title for choice in message.choices}
        wanted = [(end, payload) for end in TAPS[person.kind] for payload in shown if payload.endswith(end)]
        for end, payload in wanted:
            if payload not in person.tapped:
                person.tapped.add(payload)
                person.is_leaving = end in LAST_TAPS
                self._tap(person, self.double.tap(person.address, payload, shown[payload], message.id), end)
                return True
        if person.kind == "fickle client" and "ANNULER" not in person.tapped:
            person.tapped.add("ANNULER")
            person.is_leaving = True
            self._say(self.double.text(person.address, "ANNULER"))
            return True
        return False

    def _tap(self, person: Person, body: bytes, end: str) -> None:
        if person.kind == "slow" and end == ":accept":
            self._held.append(body)
        else:
            self._say(body)

    def _say(self, body: bytes) -> None:
        self._waiting.put((body, None))
        if self.random.random() < 0.2:
            self._waiting.put((body, None))  # Meta delivers at least once

    # --- Meta's side

    def pump(self, *, revive: bool = True) -> None:
        """Deliver what waits; with ``revive``, whoever is dead is started again first."""
        while True:
            try:
                body, key = self._waiting.get_nowait()
            except Empty:
                return
            self._deliver(body, revive=revive)
            self.acked.update(wamids(body))
            if key is not None:
                self.heard_of.setdefault(key, time.monotonic())
            self._waiting.task_done()

    def _deliver(self, body: bytes, *, revive: bool) -> None:
        def taken() -> bool:
            if revive:
                self.revive()
            answer = self.random.choice(self.doors).answer(body)
            if answer not in {200, REFUSED}:
                self.failed.append(answer)
            return answer == 200

        eventually(taken, "the webhook is taken", 60)

    def revive(self) -> None:
        """Start whatever is dead."""
        for process in self.processes:
            if process.is_dead:
                process.start()

    def until(self, condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Pump until it holds."""
        give_up_at = time.monotonic() + seconds
        while not condition():
            self.revive()
            self.pump()
            assert time.monotonic() < give_up_at, f"{what}: not within {seconds} s"
            _tick.wait(0.005)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing waits to be delivered."""
        return not self._waiting.unfinished_tasks

    # --- what a judge asks them

    def blind_repeats(self) -> list[str]:
        """Messages said again although the house had been told, and had acknowledged, what became of them."""
        first: dict[str, str] = {}
        found = []
        for arrival in self.arrivals:
            told_at = self.heard_of.get(arrival.key)
            if (
                first.setdefault(arrival.key, arrival.id) != arrival.id
                and told_at
                and told_at + _ON_ITS_WAY_SECONDS < arrival.at
            ):
                found.append(f"I7 {arrival.key} was repeated {arrival.at - told_at:.1f} s after its receipt")
        return found

    def betrayed(self) -> list[str]:
        """Clients whose number reached more than one provider."""
        reached: dict[str, set[str]] = {address: set() for address in self.known}
        for address, person in self.known.items():
            if not person.kind.endswith("client"):
                text = " ".join(message.text for message in self.double.phone(address))
                for client in reached:
                    if client in text and self.known[client].kind.endswith("client"):
                        reached[client].add(address)
        return [f"I8 {client} reached {sorted(seen)}" for client, seen in reached.items() if len(seen) > 1]


async def settle_in(database: Database, entries: list[Entry]) -> None:
    """Enter providers on the roster of a database that nobody uses yet."""

    def enter(conn: Connection) -> None:
        roster.enter_all(conn, entries, "whatsapp")

    store = database.store()
    await store.open()
    await store.write(enter)
    await store.close()


def wamids(body: bytes) -> list[str]:
    """The ids of the messages in a webhook body."""
    changes = [change for entry in json.loads(body)["entry"] for change in entry["changes"]]
    return [message["id"] for change in changes for message in change["value"].get("messages", ())]
