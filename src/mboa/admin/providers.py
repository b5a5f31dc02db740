"""``/admin/providers``: the list with its filters, and a new provider."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from mboa.admin import provider, provider_form, providers_csv
from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk
from mboa.admin.gate import Operator, Viewer
from mboa.admin.page import see_other, show, wants_json
from mboa.admin.provider_acts import Act, create
from mboa.roster_fields import NO, SERVICES, YES
from mboa.storage.admin import provider_list, provider_page
from mboa.storage.admin.provider_changes import PhoneTaken
from mboa.storage.admin.provider_list import SORTS, STATES, Wanted
from mboa.storage.store import Connection
from mboa.understanding.gazetteer import zone_name, zones

MOST = 200
Limit = Annotated[int, Query(ge=1, le=MOST)]
FIRST_PAGE = 25


async def list_providers(http: Request, desk: AtDesk, me: Viewer, limit: Limit = FIRST_PAGE) -> Response:
    """The providers that the query asks for: ``q, service, zone, available, state, sort, cursor, limit``.

    A value that means nothing is passed over, as if it were not there.
    """
    wanted = wanted_of(http, limit)
    rows, after, total = await desk.office.store.read(provider_list.listed, wanted)
    items = [provider_form.as_sent(row, me) for row in rows]
    covered = await desk.office.store.read(_zones_in_use) if not wants_json(http) else []
    shown = {"items": items, "next": after, "total": total, "wanted": wanted, "zones": covered, "sorts": list(SORTS)}
    return show(http, me, "providers/list.html", shown, json={"items": items, "next": after, "total": total})


def wanted_of(http: Request, limit: int) -> Wanted:
    """The query as it can be answered."""
    asked = http.query_params
    available, sort, after = asked.get("available", "").lower(), asked.get("sort", ""), asked.get("cursor", "")
    return Wanted(
        q=asked.get("q", "")[:100],
        service=_known(asked.get("service", ""), SERVICES),
        zone=_known(asked.get("zone", ""), {zone.slug for zone in zones()}),
        available=True if available in YES else False if available in NO else None,
        state=_known(asked.get("state", ""), STATES),
        sort=sort if sort.removeprefix("-") in SORTS else "name",
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 16 else None,
        limit=limit,
    )


def _known(code: str, codes: Any) -> str:
    return code if code in codes else ""


def _zones_in_use(conn: Connection) -> list[tuple[str, str]]:
    """Slug and name of the zones that anybody covers."""
    named = {slug: zone_name(slug) for slug in provider_list.zones_covered(conn)}
    return sorted(named.items(), key=lambda zone: zone[1].casefold())


async def new_provider(http: Request, me: Operator) -> Response:
    """An empty form."""
    return provider_form.form(http, me, {})


@takes(provider_form.Sent)
async def create_provider(http: Request, desk: AtDesk, me: Operator) -> Response:
    """201 with the provider; 422 with a message for each field; 409 on the phone of a provider on the roster.

    The phone of a deleted provider brings him back, with his history and as he is written down now.
    """
    given, sent = await provider_form.read(http)
    values, errors = provider_form.check(given, me)
    if errors:
        return provider_form.refused(http, me, {"given": given, "errors": errors})
    act = Act(me.id, once=sent.once, channel=desk.settings.channel)
    try:
        provider_id = await desk.office.transact(create, f"operator:{me.id}", act, values)
    except PhoneTaken as taken:
        return provider_form.phone_taken(http, me, {"given": given}, taken)
    if not wants_json(http):
        return see_other(http, f"/admin/providers/{provider_id}?done=created")
    row = await desk.office.store.read(provider_page.row_of, provider_id)
    assert row is not None
    place = {"Location": f"/admin/providers/{provider_id}"}
    return show(http, me, "", json=provider_form.as_sent(row, me), status=201, headers=place)


def router() -> APIRouter:
    """Every path of the noun; those with a name before those with an id."""
    made = APIRouter()
    made.add_api_route("/admin/providers", list_providers, methods=["GET"], response_model=None)
    made.add_api_route("/admin/providers", create_provider, methods=["POST"], response_model=None)
    made.add_api_route("/admin/providers/new", new_provider, methods=["GET"], response_model=None)
    made.include_router(providers_csv.router())
    made.include_router(provider.router())
    return made
