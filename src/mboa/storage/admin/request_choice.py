"""Whom an operator might give a request to."""

import re
from dataclasses import dataclass

from mboa.dispatch.matching import reason_against
from mboa.dispatch.permission import FINAL_REASONS
from mboa.dispatch.ranking import reasons, score
from mboa.dispatch.request import Request
from mboa.storage import offers, providers
from mboa.storage.admin.request_page import names
from mboa.storage.store import Connection
from mboa.understanding.normalise import fold

SUITABLE_SHOWN, FOUND_SHOWN = 12, 20

_BY_NAME = """
SELECT id, name, available FROM providers
WHERE active AND deleted_at IS NULL AND folded LIKE :words ESCAPE '!' ORDER BY folded, id LIMIT :most"""


@dataclass(frozen=True, slots=True)
class Suitable:
    """A provider whom an operator might choose; ``against`` says what speaks against him now."""

    id: int
    name: str
    score: float | None
    against: str | None


def suitable(conn: Connection, request: Request) -> list[Suitable]:
    """Providers who cover trade and zone, the best first; those whom something speaks against come last."""
    ranked = [
        (against, score(reasons(one, request.spot, conn.now)), one.provider_id)
        for one in providers.candidates(
            conn, request, {offer.provider_id for offer in offers.of_request(conn, request.id)}
        )
        if (against := reason_against(one, conn.now)) not in FINAL_REASONS and one.provider_id != request.provider_id
    ]
    ranked.sort(key=lambda one: (one[0] is not None, -one[1], one[2]))
    shown = ranked[:SUITABLE_SHOWN]
    named = names(conn, "providers", "name", {provider_id for _, _, provider_id in shown})
    return [Suitable(provider_id, named[provider_id], worth, against) for against, worth, provider_id in shown]


def find_providers(conn: Connection, words: str) -> list[Suitable]:
    """Active providers with these letters in their name, wherever they work."""
    pattern = re.sub("([!%_])", r"!\1", fold(words))
    rows = conn.all(_BY_NAME, words=f"%{pattern}%", most=FOUND_SHOWN)
    return [Suitable(row["id"], row["name"], None, None if row["available"] else "paused") for row in rows]
