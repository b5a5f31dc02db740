"""Who writes: known people are found by their addresses, newcomers are entered; a few statements for many senders."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mboa.channels.base import Sender
from mboa.channels.numbers import masked
from mboa.storage import names, seal
from mboa.storage.sealing import PERSONAL
from mboa.storage.store import Connection
from mboa.storage.value_lists import listing, numbered, pieces, rows_of

ANY = "any"
# Whoever is answering a closed question, an open offer above all, must not wait for the rest of a burst.
_HAS_OFFER = """EXISTS (
    SELECT 1 FROM providers p JOIN offers o ON o.provider_id = p.id AND o.status = 'open' WHERE p.contact_id = c.id
) AS has_offer"""
ADD_IDENTITY = """
INSERT INTO identities (contact_id, channel, scheme, sealed, lookup, created_at)
VALUES (:contact, :channel, :scheme, :sealed, :lookup, :at) ON CONFLICT DO NOTHING"""
_OWNERS = f"""
SELECT i.lookup, i.contact_id, c.expecting, c.calm_until_at, {_HAS_OFFER}
FROM identities i JOIN contacts c ON c.id = i.contact_id
WHERE i.channel = :channel AND i.scheme = :scheme AND i.lookup IN ({{values}})"""
_NEWCOMERS = "INSERT INTO contacts (channel, name, created_at) VALUES {values} RETURNING id, name"
_FORGET = ("DELETE FROM names WHERE contact_id = :id", "DELETE FROM contacts WHERE id = :id")


@dataclass(eq=False, slots=True)
class Known:
    """Somebody who writes. ``contact_id`` is 0 until he is entered; ``is_new`` that this transaction does so."""

    contact_id: int
    name: str | None = None
    expecting: str | None = None
    has_offer: bool = False
    calm_until_at: datetime | None = None
    is_new: bool = False


class Address(NamedTuple):
    """Whose it is, one person knows. ``channel`` is ``any`` for a phone."""

    channel: str
    scheme: str
    value: str


def addresses_of(channel: str, sender: Sender) -> list[Address]:
    """What a sender shows of himself, the phone first."""
    shown = [Address(ANY, "phone", sender.phone)] if sender.phone else []
    return [*shown, Address(channel, "user_id", sender.user_id)] if sender.user_id else shown


def recognise(conn: Connection, channel: str, sender: Sender) -> Known:
    """The one person who writes, new or known, with every address he shows taken down."""
    return Arrival(conn, channel, [sender]).enter([sender])[0]


class Arrival:
    """Some senders of one channel, who come in one transaction."""

    def __init__(self, conn: Connection, channel: str, senders: Iterable[Sender]) -> None:
        self._conn = conn
        self._channel = channel
        shown = {address for sender in senders for address in addresses_of(channel, sender)}
        self._digests = {address: conn.keys.indexes(address.value, PERSONAL) for address in shown}
        # The digests of a number under two secrets are different: no unique index would see that they are one.
        seal.hold(conn)
        self._known = self._owners()

    def is_known(self, sender: Sender) -> bool:
        """Whether somebody has one of these addresses."""
        return any(address in self._known for address in addresses_of(self._channel, sender))

    def enter(self, senders: Sequence[Sender]) -> list[Known]:
        """Who each of them is, in their order, with every address that they show taken down.

        A phone decides when both addresses are known; two known people are never merged because one message names both.
        """
        added: dict[Address, Known] = {}
        people = [self._settle(sender, added) for sender in senders]
        newcomers = list({id(person): person for person in added.values() if person.is_new}.values())
        self._add_contacts(newcomers)
        if self._take_down(added) < len(added):
            # Another webhook of the same newcomer was first: the addresses, now committed, are his.
            self._give_way(newcomers, added)
        return people

    def _settle(self, sender: Sender, added: dict[Address, Known]) -> Known:
        shown = addresses_of(self._channel, sender)
        person = next((self._known[address] for address in shown if address in self._known), None)
        if person is None:
            person = Known(0, sender.name and masked(sender.name), is_new=True)
        for address in shown:
            if address not in self._known:
                self._known[address] = added[address] = person
        return person

    def _owners(self) -> dict[Address, Known]:
        found: dict[Address, Known] = {}
        people: dict[int, Known] = {}
        by_kind: dict[tuple[str, str], dict[str, Address]] = defaultdict(dict)
        for address, digests in self._digests.items():
            by_kind[address[:2]].update(dict.fromkeys(digests, address))
        for (channel, scheme), by_digest in by_kind.items():
            for row in rows_of(self._conn, _OWNERS, list(by_digest), channel=channel, scheme=scheme):
                address = by_digest[row.pop("lookup")]
                found[address] = people.setdefault(row["contact_id"], Known(**row))
        return found

    def _add_contacts(self, newcomers: list[Known]) -> None:
        nameless: dict[str | None, list[Known]] = defaultdict(list)
        for some in pieces(newcomers):
            sql = listing(_NEWCOMERS, "(:channel, :{}, :at)", len(some))
            values = numbered([person.name for person in some])
            for person in some:
                nameless[person.name].append(person)
            for row in self._conn.all(sql, channel=self._channel, at=self._conn.now, **values):
                # Until they have an address, two newcomers of one name are the same.
                nameless[row["name"]].pop().contact_id = row["id"]
        words = [
            {"word": word, "contact": person.contact_id}
            for person in newcomers
            if person.name
            for word in names.words_of(person.name)
        ]
        if words:
            self._conn.many(names.ADD, words)

    def _take_down(self, added: dict[Address, Known]) -> int:
        keys, now = self._conn.keys, self._conn.now
        rows = [
            {
                "contact": person.contact_id,
                "channel": address.channel,
                "scheme": address.scheme,
                "sealed": keys.seal(address.value, PERSONAL),
                "lookup": self._digests[address][0],
                "at": now,
            }
            for address, person in added.items()
        ]
        # In one order for everybody: two transactions that enter the same newcomers do not wait for each other.
        rows.sort(key=lambda row: (row["scheme"], row["lookup"]))
        return self._conn.many(ADD_IDENTITY, rows) if rows else 0

    def _give_way(self, newcomers: list[Known], added: dict[Address, Known]) -> None:
        owners = self._owners()
        for newcomer in newcomers:
            his = [owners[address] for address, person in added.items() if person is newcomer]
            if newcomer.contact_id not in {owner.contact_id for owner in his}:
                for statement in _FORGET:
                    self._conn.run(statement, id=newcomer.contact_id)
                first = his[0]
                newcomer.contact_id, newcomer.is_new = first.contact_id, False
                newcomer.expecting, newcomer.has_offer = first.expecting, first.has_offer
                newcomer.calm_until_at = first.calm_until_at
