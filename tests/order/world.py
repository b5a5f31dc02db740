"""One client's story in a quarter of its own, told by whoever is asked; what may be delivered next is left open."""

import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from mboa.fake_meta.double import MetaDouble, Received

STATUSES = ("sent", "delivered", "read")
# What is done when a phone shows a message with these words, or with a button whose payload ends so.
SCRIPT = {
    "confirm": ":confirm",
    "decline": ":decline",
    "accept": ":accept",
    "finish": "Appelez le client",
    "rate": ":5",
}
NEEDED = {"accept": ("decline",)}


@dataclass
class World:
    """Mireille needs a plumber; the first who is asked says NON, the second OUI, and does the work; she rates it.

    ``zone`` is the quarter's slug and ``quarter`` its name. ``waiting`` are webhook bodies that Meta has not delivered
    yet, ``delivered`` those that it may deliver again.
    """

    double: MetaDouble
    chance: Random
    zone: str
    quarter: str
    mireille: str
    providers: tuple[str, str]
    waiting: list[bytes] = field(default_factory=list)
    delivered: list[bytes] = field(default_factory=list)
    _done: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """She writes."""
        words = f"Bonjour, j'ai une fuite sous l'évier à {self.quarter}, demain matin"
        self.waiting.append(self.double.text(self.mireille, words))

    def received(self, message: Received) -> None:
        """A phone shows a message: Meta reports it, in any order, and its owner may answer."""
        self.waiting += [self.double.status(message.id, status) for status in STATUSES]
        for step, shown in SCRIPT.items():
            if step not in self._done and shown in written(message) and set(NEEDED.get(step, ())) <= self._done:
                self._done.add(step)
                self.waiting.append(self._answer(step, message))
                return

    def _answer(self, step: str, message: Received) -> bytes:
        if step == "finish":
            return self.double.text(message.address, "TERMINE")
        payload = next(one for one in written(message).split() if one.endswith(SCRIPT[step]))
        return self.double.tap(message.address, payload, "OUI", message.id)

    def next(self) -> list[bytes]:
        """What Meta delivers now: some of what waits in any order, and now and then something again."""
        self.chance.shuffle(self.waiting)
        count = self.chance.randint(0, len(self.waiting))
        chosen, self.waiting = self.waiting[:count], self.waiting[count:]
        again = self.chance.sample(self.delivered, min(len(self.delivered), self.chance.choice((0, 0, 1, 3))))
        self.delivered += chosen
        chosen += again
        self.chance.shuffle(chosen)
        return chosen


def written(message: Received) -> str:
    """The words of a message and the payloads of what can be tapped on it."""
    payloads = [button.payload for button in message.buttons] + [choice.payload for choice in message.choices]
    return " ".join((message.text, *payloads))


def batch(bodies: list[bytes]) -> bytes:
    """Many webhook bodies in one, as Meta sends them when it has much to say."""
    entries: list[Any] = [entry for body in bodies for entry in json.loads(body)["entry"]]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


@dataclass(frozen=True)
class End:
    """How a world ended, without ids and times: what may be compared. ``messages`` are those sent."""

    requests: tuple[str, ...]
    offers: tuple[str, ...]
    events: tuple[str, ...]
    messages: tuple[str, ...]


def end_of(rows: dict[str, list[dict[str, Any]]], request_id: int) -> End:
    """The end of the world whose request this is, from the contract's views."""
    mine = {name: [row for row in rows[name] if row["request_id"] == request_id] for name in rows}
    said = Counter(f"{row['kind']} {row['status']}" for row in mine["messages"] if row["direction"] == "out")
    return End(
        tuple(" ".join((row["status"], row["service"], str(bool(row["urgent"])))) for row in mine["requests"]),
        tuple(row["status"] for row in mine["offers"]),
        tuple(row["name"] for row in mine["events"]),
        tuple(sorted(f"{count} x {what}" for what, count in said.items())),
    )
