"""Offers as rows: opened with their reasons, closed by a conditional write, counted for the provider."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import orjson

from mboa.dispatch.matching import Withheld
from mboa.dispatch.offer import Choice, Offer, code_after
from mboa.dispatch.request import Request
from mboa.dispatch.status import OfferStatus
from mboa.storage.store import Connection, Row
from mboa.storage.value_lists import rows_of

_COLUMNS = "id, request_id, provider_id, position, code, status, score, offered_at, expires_at, sent_at, answered_at"
_BY_ID = f"SELECT {_COLUMNS} FROM offers WHERE id = :id"
_OPEN_OF_REQUEST = f"SELECT {_COLUMNS} FROM offers WHERE request_id = :request AND status = 'open'"
_OPEN_OF_PROVIDER = f"SELECT {_COLUMNS} FROM offers WHERE provider_id = :provider AND status = 'open' ORDER BY id"
_OF_REQUEST = f"SELECT {_COLUMNS} FROM offers WHERE request_id = :request ORDER BY position"
_OF_REQUESTS = f"SELECT {_COLUMNS} FROM offers WHERE request_id IN ({{values}}) ORDER BY position"
_OF_IDS = f"SELECT {_COLUMNS} FROM offers WHERE id IN ({{values}})"
_LAST = f"SELECT {_COLUMNS} FROM offers WHERE provider_id = :provider ORDER BY id DESC LIMIT 1"
_LAST_CODED = f"""
SELECT {_COLUMNS} FROM offers WHERE provider_id = :provider AND code = :code ORDER BY id DESC LIMIT 1"""
_RECENT_CODES = "SELECT code FROM offers WHERE provider_id = :provider ORDER BY id DESC LIMIT 50"
_OPEN = """
INSERT INTO offers (request_id, provider_id, position, code, status, score, reasons_json, withheld_json,
                    offered_at, expires_at)
VALUES (:request, :provider, (SELECT COUNT(*) + 1 FROM offers WHERE request_id = :request), :code, 'open', :score,
        :reasons, :withheld, :at, :expires)
RETURNING id, position"""
_SETTLE = "UPDATE offers SET status = :to, answered_at = :at WHERE id = :id AND status = :was"
_GIVE = "UPDATE offers SET status = 'accepted', answered_at = :at WHERE id = :id"
_START_MINUTES = """
UPDATE offers SET sent_at = :at, expires_at = :expires WHERE id = :id AND status = 'open' AND sent_at IS NULL"""
_FREE = "UPDATE offers SET status = 'withdrawn' WHERE request_id = :request AND status = 'accepted'"
# No join: for what may be many, PostgreSQL would read all requests, each time that one offer is due.
_DUE = """
SELECT o.id FROM (SELECT id, request_id FROM offers WHERE status = 'open' AND expires_at <= :now
                  ORDER BY expires_at LIMIT :most) AS o
ORDER BY (SELECT r.service || ' ' || r.zone FROM requests r WHERE r.id = o.request_id), o.id"""
_COUNT_SILENCE = "UPDATE providers SET offers_count = offers_count + 1 WHERE id = :provider"
# A moving mean: each answer weighs a fifth, so that a provider who wakes up is seen within a few offers.
_COUNT_ANSWER = """
UPDATE providers SET offers_count = offers_count + 1, answers_count = answers_count + 1,
       answer_seconds = CASE WHEN answers_count = 0 THEN :seconds ELSE answer_seconds * 0.8 + :seconds * 0.2 END
WHERE id = :provider"""


def _offer(row: Row | None) -> Offer | None:
    if row is None:
        return None
    row["status"] = OfferStatus(row["status"])
    return Offer(**row)


def _offers(rows: list[Row]) -> list[Offer]:
    return [offer for row in rows if (offer := _offer(row))]


def by_id(conn: Connection, offer_id: int) -> Offer | None:
    """An offer."""
    return _offer(conn.one(_BY_ID, id=offer_id))


def by_ids(conn: Connection, offer_ids: Sequence[int]) -> dict[int, Offer]:
    """Those of these offers that there are."""
    return {offer.id: offer for offer in _offers(rows_of(conn, _OF_IDS, offer_ids))}


def open_of_request(conn: Connection, request_id: int) -> Offer | None:
    """The request's open offer (a unique index allows one)."""
    return _offer(conn.one(_OPEN_OF_REQUEST, request=request_id))


def open_of_provider(conn: Connection, provider_id: int) -> list[Offer]:
    """The provider's open offers, oldest first."""
    return _offers(conn.all(_OPEN_OF_PROVIDER, provider=provider_id))


def of_request(conn: Connection, request_id: int) -> list[Offer]:
    """Every offer of a request, in order."""
    return _offers(conn.all(_OF_REQUEST, request=request_id))


def of_requests(conn: Connection, request_ids: Sequence[int]) -> dict[int, list[Offer]]:
    """Every offer of each of these requests, in order."""
    found: dict[int, list[Offer]] = {request_id: [] for request_id in request_ids}
    for offer in _offers(rows_of(conn, _OF_REQUESTS, request_ids)):
        found[offer.request_id].append(offer)
    return found


def last(conn: Connection, provider_id: int, code: str | None) -> Offer | None:
    """The provider's newest offer, or his newest with this code."""
    if code is None:
        return _offer(conn.one(_LAST, provider=provider_id))
    return _offer(conn.one(_LAST_CODED, provider=provider_id, code=code))


def make(conn: Connection, request: Request, choice: Choice, withheld: list[Withheld], timeout: timedelta) -> Offer:
    """Open an offer. Its minutes count from the sending; until then the same span guards against a dead channel."""
    taken = frozenset(row["code"] for row in conn.all(_RECENT_CODES, provider=choice.provider_id))
    code = code_after(request.id + 5 * choice.provider_id, taken)
    expires = conn.now + timeout
    row = conn.one(
        _OPEN,
        request=request.id,
        provider=choice.provider_id,
        code=code,
        score=choice.score,
        reasons=orjson.dumps(choice.reasons).decode(),
        withheld=orjson.dumps(withheld).decode(),
        at=conn.now,
        expires=expires,
    )
    assert row is not None
    return Offer(
        id=row["id"],
        request_id=request.id,
        provider_id=choice.provider_id,
        position=row["position"],
        code=code,
        status=OfferStatus.OPEN,
        score=choice.score,
        offered_at=conn.now,
        expires_at=expires,
    )


def settle(conn: Connection, offer: Offer, to: OfferStatus) -> bool:
    """Close an offer if it still is what we read, and count the answer; silences are for :func:`count_silences`."""
    if not conn.run(_SETTLE, id=offer.id, was=offer.status, to=to, at=conn.now):
        return False
    late, offer.status, offer.answered_at = offer.status is OfferStatus.EXPIRED, to, conn.now
    if to in {OfferStatus.ACCEPTED, OfferStatus.DECLINED} and not late:
        seconds = (conn.now - (offer.sent_at or offer.offered_at)).total_seconds()
        conn.run(_COUNT_ANSWER, provider=offer.provider_id, seconds=max(0.0, seconds))
    return True


def count_silences(conn: Connection, provider_ids: Iterable[int]) -> None:
    """Each of these providers let an offer end. In one order everywhere: two transactions that count many cannot wait
    for each other."""
    conn.many(_COUNT_SILENCE, [{"provider": provider_id} for provider_id in sorted(provider_ids)])


def give(conn: Connection, offer: Offer) -> None:
    """An operator gives the job away: the offer counts as accepted, and nothing is counted as the provider's answer."""
    conn.run(_GIVE, id=offer.id, at=conn.now)
    offer.status, offer.answered_at = OfferStatus.ACCEPTED, conn.now


def free_acceptance(conn: Connection, request_id: int) -> None:
    """The accepted offer of a released request is withdrawn."""
    conn.run(_FREE, request=request_id)


def start_minutes(conn: Connection, offer_id: int, sent_at: datetime, timeout: timedelta) -> None:
    """The offer went out: the provider's minutes begin now, once."""
    conn.run(_START_MINUTES, id=offer_id, at=sent_at, expires=sent_at + timeout)


def due(conn: Connection, most: int) -> list[int]:
    """Ids of the open offers whose minutes are over, the earliest; those of one trade and zone side by side."""
    return [row["id"] for row in conn.all(_DUE, now=conn.now, most=most)]


def next_due(conn: Connection) -> datetime | None:
    """When the earliest open offer ends."""
    row = conn.one("SELECT MIN(expires_at) AS due_at FROM offers WHERE status = 'open'")
    due_at: datetime | None = row["due_at"] if row else None
    return due_at
