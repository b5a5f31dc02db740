"""The judge of a story: the promises of ``tests.invariants``, and those that only a whole city shows."""

import re
from collections import defaultdict
from datetime import datetime

from mboa.dispatch.policy import QuietHours
from mboa.dispatch.status import SEARCHING
from mboa.fake_meta.double import Received
from mboa.storage.store import Connection, Row
from tests.invariants import DRAFT, Views, look, violations
from tests.simulation.world import World

_NUMBER = re.compile(r"\+2376\d{8}")
_ASSIGNED = """
SELECT e.id, e.happened_at, e.name, r.client_id, r.id AS request_id,
       (SELECT p.contact_id FROM offers o JOIN providers p ON p.id = o.provider_id
        WHERE o.id = CAST(e.offer AS INTEGER)) AS provider_contact
FROM (SELECT id, happened_at, name, request_id, {offer} AS offer FROM events WHERE name = 'offer_accepted') e
JOIN requests r ON r.id = e.request_id"""
_OFFER_OF = {"sqlite": "data_json ->> 'offer_id'", "postgresql": "data_json::jsonb ->> 'offer_id'"}
_SILENCED = """
SELECT contact_id, name, happened_at FROM events WHERE name IN ('person_opted_out', 'person_returned') ORDER BY id"""
_ADDRESSES = "SELECT contact_id, sealed AS value_sealed FROM identities WHERE scheme IN ('phone', 'user_id', 'dial')"
_OFFERS = """
SELECT o.id, o.offered_at, o.answered_at, r.urgent FROM offers o JOIN requests r ON r.id = o.request_id ORDER BY o.id"""
_PARKED = "SELECT id, kind, text, error FROM messages WHERE direction = 'in' AND status = 'parked'"
# Words that somebody's matter is over: once for each matter and person.
_ENDINGS = frozenset({"cancelled", "draft_cancelled", "cancelled_by_house", "job_cancelled", "offer_withdrawn"})
_LIVE = "SELECT id, status, due_kind, due_at FROM requests WHERE closed_at IS NULL ORDER BY id"
_TALLY = """
SELECT p.id, p.jobs_count, p.rating_count,
       (SELECT COUNT(*) FROM events e WHERE e.name = 'offer_accepted' AND CAST({provider} AS INTEGER) = p.id) AS jobs,
       (SELECT COUNT(*) FROM requests r WHERE r.rating IS NOT NULL AND r.provider_id = p.id) AS ratings
FROM providers p"""
_PROVIDER_OF = {"sqlite": "e.data_json ->> 'provider_id'", "postgresql": "(e.data_json::jsonb ->> 'provider_id')"}


class Judge:
    """Looks at one world again and again; each phone's messages are read once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.quiet = QuietHours.parse("21:30-06:00")
        self.heard = 0

    async def look(self, *, settled: bool = False) -> list[str]:
        """Every promise that is broken now, in words."""
        world = self.world
        new = world.bag.accepted[self.heard :]
        self.heard += len(new)
        return await world.store.inner.read(self._judge, new, settled)

    def _judge(self, conn: Connection, new: list[Received], settled: bool) -> list[str]:
        world, views = self.world, look(conn)
        addresses = {row["value"]: row["contact_id"] for row in conn.all(_ADDRESSES)}
        return [
            *violations(
                views,
                list(world.bag.log.values()),
                now=conn.now,
                acked=set(world.bag.acked),
                kills=world.kills,
                settled=settled,
            ),
            *(f"the product complains: {text}" for text in world.complaints.heard),
            *(f"a message is parked: {row}" for row in conn.all(_PARKED)),
            *self._numbers(conn, new, addresses),
            *self._night(conn, new),
            *self._silence(conn, new, addresses),
            *_endings(views),
            *_holders(views),
            *(self._rest(conn) if settled else ()),
        ]

    def _numbers(self, conn: Connection, new: list[Received], addresses: dict[str, int]) -> list[str]:
        """I8: a number is shown to whom it belongs, or to the other side of a job."""
        if not any(_NUMBER.search(message.text) for message in new):
            return []
        accepted = conn.all(_ASSIGNED.format(offer=_OFFER_OF[self.world.store.dialect]))
        pairs = {(row["client_id"], row["provider_contact"]) for row in accepted}
        pairs |= {(provider, client) for client, provider in pairs}
        found = []
        for message in new:
            reader = addresses[message.address]
            for number in set(_NUMBER.findall(message.text)):
                owner = addresses.get(number)
                if owner != reader and (owner, reader) not in pairs:
                    found.append(f"I8 {message.key} shows the number of contact {owner} to contact {reader}")
        return found

    def _night(self, conn: Connection, new: list[Received]) -> list[str]:
        """I9: in the quiet hours no offer goes out but an urgent one; and none that is over."""
        sent = [(message, _offer_of(message)) for message in new if message.key.startswith("offer:")]
        if not sent:
            return []
        offers = {row["id"]: row for row in conn.all(_OFFERS)}
        return [
            f"I9 {message.key} went out at {message.at}, made at {offers[number]['offered_at']}"
            for message, number in sent
            if (self._is_quiet(message.at) and not offers[number]["urgent"]) or _was_over(offers[number], message.at)
        ]

    def _is_quiet(self, moment: datetime) -> bool:
        return self.quiet is not None and self.quiet.ends_after(moment) is not None

    def _silence(self, conn: Connection, new: list[Received], addresses: dict[str, int]) -> list[str]:
        """Whoever said STOP hears nothing until he writes again."""
        if not new:
            return []
        said: dict[int, list[Row]] = defaultdict(list)
        for row in conn.all(_SILENCED):
            said[row["contact_id"]].append(row)
        return [
            f"STOP: {message.key} reached contact {addresses[message.address]}"
            for message in new
            if _silent_at(said[addresses[message.address]], message.at)
        ]

    def _rest(self, conn: Connection) -> list[str]:
        """Long after everybody fell silent: no request is open, and the providers' figures are a recount's."""
        stuck = [f"stuck: request {row}" for row in conn.all(_LIVE)]
        tally = conn.all(_TALLY.format(provider=_PROVIDER_OF[self.world.store.dialect]))
        wrong = [row for row in tally if (row["jobs_count"], row["rating_count"]) != (row["jobs"], row["ratings"])]
        return stuck + [f"I14 provider {row['id']}: {row}" for row in wrong]


def _offer_of(message: Received) -> int:
    return int(message.key.rpartition(":")[2])


def _was_over(offer: Row, moment: datetime) -> bool:
    """Whether an offer had ended before ``moment``."""
    return offer["answered_at"] is not None and bool(offer["answered_at"] < moment)


def _silent_at(said: list[Row], moment: datetime) -> bool:
    """Whether his last word before ``moment`` was STOP; what went out in the same instant may have been first."""
    before = [row for row in said if row["happened_at"] < moment]
    same = any(row["happened_at"] == moment for row in said)
    return bool(before) and before[-1]["name"] == "person_opted_out" and not same


def _holders(views: Views) -> list[str]:
    """I1: a request that nobody has taken, or that was given back, names no provider."""
    free = [row for row in views.requests if row["status"] in DRAFT | SEARCHING and row["provider_id"] is not None]
    return [f"I1 request {row['id']} is {row['status']} and names provider {row['provider_id']}" for row in free]


def _endings(views: Views) -> list[str]:
    """Nobody is told twice that one matter is over."""
    told: dict[tuple[int, int, str], int] = defaultdict(int)
    for row in views.messages:
        if row["direction"] == "out" and row["kind"] in _ENDINGS and row["request_id"] is not None:
            told[row["contact_id"], row["request_id"], row["kind"]] += 1
    return [f"{kind} of request {number} said {n} times" for (_, number, kind), n in told.items() if n > 1]
