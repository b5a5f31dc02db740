"""Why a provider is asked when he is: the present order for a trade in a zone, and who is passed over and why."""

from dataclasses import dataclass

from mboa.dispatch.matching import reason_against
from mboa.dispatch.ranking import reasons, score
from mboa.storage.admin import provider_page
from mboa.storage.store import Connection

SHOWN, WITHHELD_SHOWN = 10, 20


@dataclass(frozen=True, slots=True)
class Place:
    """One provider in the order: his place from 1, his score 0–1 and its reasons, or why he is passed over."""

    provider_id: int
    name: str
    place: int | None = None
    score: float | None = None
    reasons: dict[str, float] | None = None
    withheld: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The first ten of an order and, if he comes later, the provider in question; the withheld, at most twenty.

    ``asked`` and ``passed_over`` count all of them. The request is thought of in the middle of the zone, by a client
    whom nobody knows: a real client's pin, and pairs kept apart, may change the order.
    """

    service: str
    zone: str
    places: list[Place]
    withheld: list[Place]
    asked: int
    passed_over: int


def order(conn: Connection, service: str, zone: str, provider_id: int) -> Order:
    """The order for this trade and zone, now."""
    spot = provider_page.imagined(conn, service, zone).spot
    ranked: list[tuple[float, int, dict[str, float]]] = []
    left: list[tuple[int, str]] = []
    for candidate in provider_page.covering(conn, service, zone):
        against = reason_against(candidate, conn.now)
        if against is None:
            why = {name: round(value, 4) for name, value in reasons(candidate, spot, conn.now).items()}
            ranked.append((score(why), candidate.provider_id, why))
        else:
            left.append((candidate.provider_id, against))
    # Equal scores go to the lower id, as in the choice itself; of the withheld, he in question comes first.
    ranked.sort(key=lambda one: (-one[0], one[1]))
    left.sort(key=lambda one: one[0] != provider_id)
    placed = [one for one in enumerate(ranked, start=1) if one[0] <= SHOWN or one[1][1] == provider_id]
    names = provider_page.names(conn, [one[1] for _, one in placed] + [one for one, _ in left[:WITHHELD_SHOWN]])
    places = [Place(one, names[one], place, round(total, 4), why) for place, (total, one, why) in placed]
    withheld = [Place(one, names[one], withheld=against) for one, against in left[:WITHHELD_SHOWN]]
    return Order(service, zone, places, withheld, asked=len(ranked), passed_over=len(left))
