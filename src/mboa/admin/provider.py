"""``/admin/providers/{id}``: all that the house knows of one provider."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mboa.admin import provider_edit, provider_form
from mboa.admin.desk import AtDesk
from mboa.admin.gate import Viewer
from mboa.admin.page import Id, Problem, show
from mboa.admin.provider_rank import Order, order
from mboa.roster_fields import SERVICES
from mboa.storage.admin import provider_page
from mboa.storage.admin.provider_page import Known
from mboa.storage.store import Connection
from mboa.understanding.gazetteer import centre_of, zone_name

# How a share of answered offers is put into words; fewer offers than these say nothing yet.
ENOUGH_OFFERS = 5
SHARES = ((0.8, "always"), (0.5, "often"), (0.0, "seldom"))


async def show_provider(http: Request, desk: AtDesk, me: Viewer, provider_id: Id) -> Response:
    """His figures, offers, ratings, jobs, and his place in the order for ``service`` and ``zone``."""
    asked = http.query_params.get("service", ""), http.query_params.get("zone", "")
    found = await desk.office.store.read(_look, provider_id, asked)
    if found is None:
        raise Problem(404, "not_found")
    known, ranking = found
    shown = {"provider": provider_form.as_sent(known.row, me), "known": known, "ranking": ranking, **figures(known)}
    areas = dict.fromkeys([*known.row["zones"], *([ranking.zone] if ranking else [])])
    more = {"done": http.query_params.get("done"), "zones": [(slug, zone_name(slug)) for slug in areas]}
    return show(http, me, "providers/page.html", {**shown, **more}, json=_told(shown))


def _look(conn: Connection, provider_id: int, asked: tuple[str, str]) -> tuple[Known, Order | None] | None:
    known = provider_page.known(conn, provider_id)
    if known is None:
        return None
    service = asked[0] if asked[0] in SERVICES else next(iter(known.row["services"]), "")
    zone = asked[1] if centre_of(asked[1]) else next(iter(known.row["zones"]), "")
    return known, order(conn, service, zone, provider_id) if service and zone else None


def figures(known: Known) -> dict[str, Any]:
    """His figures with what they stand on, and his reliability as a word."""
    row, outcomes = known.row, known.outcomes
    share = row["answer_rate"]
    enough = share is not None and row["offers_count"] >= ENOUGH_OFFERS
    reliability = next(word for least, word in SHARES if share >= least) if enough else "unknown"
    return {
        "figures": {
            "offers": sum(outcomes.values()),
            "accepted": outcomes.get("accepted", 0),
            "declined": outcomes.get("declined", 0),
            "expired": outcomes.get("expired", 0),
            "answer_rate": share,
            "answer_median_seconds": known.answer_median,
            "jobs": row["jobs_count"],
            "completed": known.ends.get("completed", 0),
            "cancelled": known.ends.get("cancelled", 0),
            "rating": row["rating"],
            "rating_count": row["rating_count"],
            "ratings": {str(stars): known.given.get(stars, 0) for stars in (5, 4, 3, 2, 1)},
            "reliability": reliability,
        }
    }


def _told(shown: dict[str, Any]) -> dict[str, Any]:
    known, ranking = shown["known"], shown["ranking"]
    told = {name: getattr(known, name) for name in ("offers", "ratings", "jobs", "blocks")}
    return {**shown["provider"], "figures": shown["figures"], **told, "ranking": asdict(ranking) if ranking else None}


def router() -> APIRouter:
    """The page, and what is done from it."""
    made = APIRouter()
    made.add_api_route("/admin/providers/{provider_id}", show_provider, methods=["GET"], response_model=None)
    made.include_router(provider_edit.router())
    return made
