"""Requests with offers, entered by the product's own functions in one transaction, ready to be raced for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mboa import lifecycle
from mboa.channels.base import Receipt, Sender
from mboa.dispatch.policy import Policy
from mboa.dispatch.status import Status
from mboa.fake_meta.double import MetaDouble
from mboa.storage import people, receipts, roster
from mboa.storage.recognition import recognise
from mboa.storage.roster import Entry
from mboa.storage.store import Connection
from mboa.storage.unit_of_work import Unit

POLICY = Policy()
_QUEUED = """
SELECT m.key, m.text, i.sealed AS phone_sealed FROM messages m
JOIN identities i ON i.contact_id = m.contact_id AND i.scheme = 'phone' WHERE m.status = 'queued' ORDER BY m.id"""
_OFFERS = """
SELECT o.id, i.sealed AS phone_sealed FROM offers o JOIN providers p ON p.id = o.provider_id
JOIN identities i ON i.contact_id = p.contact_id AND i.scheme = 'phone'
WHERE o.request_id = :request ORDER BY o.position"""


@dataclass
class Round:
    """One race: who runs in it, and the ids of requests and offers as they were when it began.

    ``offers[i]`` are the offers of ``requests[i]``; offers and providers stand in the order in which they were asked.
    """

    number: int
    clients: list[str]
    providers: list[str]
    requests: list[int] = field(default_factory=list)
    offers: list[list[int]] = field(default_factory=list)

    def forget(self) -> None:
        """The transaction that entered it was undone."""
        self.requests.clear()
        self.offers.clear()


Prepare = Callable[["Ground", Round, datetime], None]


class Ground:
    """Enters people and requests in one transaction. ``double`` learns whose windows are open and what was sent."""

    def __init__(self, conn: Connection, double: MetaDouble) -> None:
        self.conn = conn
        self.double = double

    def at(self, moment: datetime) -> Unit:
        """A transaction of the product at another moment than the database's."""
        unit = Unit(self.conn, POLICY, "https://mboa.test", "seed")
        unit.now = moment
        return unit

    def enter(self, one: Round, moment: datetime) -> None:
        """The round's people, with open windows, and its confirmed requests, each offered to a first provider."""
        zone = f"quarter-{one.number}"
        for phone in one.providers:
            roster.enter(self.conn, Entry(f"Paul {phone}", phone, ("plumbing",), (zone,)), "whatsapp")
            self._open_window(phone, moment)
        for phone in one.clients:
            recognise(self.conn, "whatsapp", Sender(phone=phone, name=f"Mireille {phone}"))
            one.requests.append(self._request(self._open_window(phone, moment), zone, moment))
        self.send()

    def _open_window(self, phone: str, moment: datetime) -> int:
        known = people.find(self.conn, "phone", phone)
        assert known is not None
        person = people.contact(self.conn, known["contact_id"])
        person.last_inbound_at = moment
        people.keep_contact(self.conn, person)
        self.double.remember(phone, moment)
        return person.id

    def _request(self, client_id: int, zone: str, moment: datetime) -> int:
        unit = self.at(moment)
        request = unit.new_request(unit.person(client_id))
        request.service, request.zone, request.city, request.problem = "plumbing", zone, "douala", "fuite"
        request.move(Status.CONFIRMING)
        lifecycle.confirm(unit, request)
        unit.close()
        return request.id

    def expire(self, request_id: int, moment: datetime) -> None:
        """The request's open offer ends unanswered at ``moment``; the next provider is asked, or nobody is left."""
        unit = self.at(moment)
        offer = unit.open_offer(request_id)
        assert offer is not None
        self.conn.run("UPDATE offers SET expires_at = :at WHERE id = :id", id=offer.id, at=moment)
        lifecycle.expire_offer(unit, offer.id)
        unit.close()
        self.send()

    def send(self) -> None:
        """Everything queued reaches the phones, without the wire: the double takes it and reports it delivered."""
        for row in self.conn.all(_QUEUED):
            payload = {"messaging_product": "whatsapp", "to": row["phone"][1:], "type": "text"}
            payload |= {"text": {"body": row["text"]}, "biz_opaque_callback_data": row["key"]}
            status, answer = self.double.accept(payload)
            assert status == 200, answer
            receipt = Receipt("whatsapp", answer["messages"][0]["id"], "delivered", row["key"])
            receipts.keep(self.conn, receipt, timedelta(hours=1))

    def note(self, one: Round) -> None:
        """Write down the round's offers, and put its providers in the order in which the ranking asked them."""
        for request in one.requests:
            rows = self.conn.all(_OFFERS, request=request)
            one.offers.append([row["id"] for row in rows])
            asked = [row["phone"] for row in rows]
            one.providers = asked + [phone for phone in one.providers if phone not in asked]


def seed(conn: Connection, double: MetaDouble, rounds: Sequence[tuple[Round, Prepare]]) -> None:
    """Enter rounds and prepare each, in one transaction, which may be run again from its beginning."""
    ground = Ground(conn, double)
    for one, prepare in rounds:
        one.forget()
        prepare(ground, one, conn.now - timedelta(minutes=1))
        ground.note(one)


def end_at(conn: Connection, first_at: datetime, step: timedelta, offers: Sequence[int]) -> None:
    """Let these offers' minutes end one after the other, ``step`` apart."""
    rows = [{"id": offer, "at": first_at + number * step} for number, offer in enumerate(offers)]
    conn.many("UPDATE offers SET expires_at = :at WHERE id = :id", rows)
