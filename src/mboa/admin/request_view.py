"""One request as operators see it, as a page and as JSON."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Request as HttpRequest
from fastapi.responses import Response

from mboa import intervention
from mboa.admin import request_live
from mboa.admin.desk import Desk
from mboa.admin.live import Live
from mboa.admin.page import Problem, show, wants_json
from mboa.admin.request_live import person_json
from mboa.admin.request_timeline import timeline
from mboa.admin.veil import veiled
from mboa.dispatch.permission import OF_A_PROVIDER
from mboa.storage.admin import request_choice, request_page
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.request_choice import Suitable
from mboa.storage.admin.request_page import Story
from mboa.storage.store import Connection, Row

# The columns of the view ``v_requests`` first, then the details; the follow-up token is the client's alone.
SHOWN = (
    *("id", "code", "client_id", "service", "zone", "status", "urgent", "provider_id", "created_at", "confirmed_at"),
    *("accepted_at", "closed_at", "version", "city", "place_text", "latitude", "longitude", "time_text", "time_kind"),
    *("wished_from_at", "wished_until_at", "problem", "danger", "progress", "cancel_reason", "rating", "comment"),
    *("promised_at", "due_at", "due_kind"),
)
OF_OFFERS = (
    *("id", "request_id", "provider_id", "position", "status", "score", "offered_at", "expires_at", "answered_at"),
)
OF_MESSAGES = (
    *(
        "id",
        "channel",
        "direction",
        "contact_id",
        "request_id",
        "external_id",
        "key",
        "kind",
        "text",
        "status",
        "error",
    ),
    *("attempts", "created_at", "sent_at"),
)


@dataclass(frozen=True, slots=True)
class View:
    """A request's story, and whom an operator might give it to."""

    story: Story
    suitable: list[Suitable]
    found: list[Suitable]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a form: what was wrong in which field of which act, or why it cannot be."""

    status: int = 200
    act: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    problem: str = ""


async def look(http: HttpRequest, desk: Desk, me: Account, request_id: int) -> View:
    """Read it; raises ``Problem`` 404."""
    choosing = me.may("operator") and not wants_json(http)
    wanted = http.query_params.get("find", "").strip()[:80] if choosing else ""
    view = await desk.office.store.read(_view, request_id, choosing, wanted)
    if view is None:
        raise Problem(404, "not_found")
    return view


def _view(conn: Connection, request_id: int, choosing: bool, wanted: str) -> View | None:
    story = request_page.story(conn, request_id)
    if story is None:
        return None
    open_to_choice = choosing and (story.request.is_searching or story.request.is_assigned)
    return View(
        story,
        request_choice.suitable(conn, story.request) if open_to_choice else [],
        request_choice.find_providers(conn, wanted) if open_to_choice and wanted else [],
    )


def present(http: HttpRequest, me: Account, view: View, outcome: Outcome | None = None) -> Response:
    """The page, or the JSON, whichever is asked for."""
    outcome = outcome or Outcome()
    if wants_json(http):
        return show(http, me, "request/page.html", json=as_program(view.story, me), status=outcome.status)
    live: Live = http.app.state.live
    parts = request_live.parts(view.story, me)
    mark = live.seen(request_live.key(me, view.story.request.id), parts)
    shown = {**_shown(view, outcome), "parts": parts, "mark": mark}
    return show(http, me, "request/page.html", shown, status=outcome.status)


def _shown(view: View, outcome: Outcome) -> dict[str, Any]:
    request = view.story.request
    return {
        "request": request,
        "settable": [status for status in intervention.allowed(request) if status not in OF_A_PROVIDER],
        "can_be_undone": view.story.can_be_undone,
        "suitable": view.suitable,
        "found": view.found,
        "outcome": outcome,
    }


def as_program(story: Story, me: Account) -> dict[str, Any]:
    """The JSON of the contract: request, offers, messages, timeline."""
    request = story.request
    known = {name: getattr(request, name) for name in SHOWN}
    provider = person_json(story.provider, me)
    told: dict[str, Any] = {
        "request": {
            **known,
            "client": person_json(story.client, me),
            "provider": provider and {**provider, "id": request.provider_id, "contact_id": provider["id"]},
            "allowed": intervention.allowed(request),
            "can_be_undone": story.can_be_undone,
        },
        "offers": [_offer(row, story) for row in story.offers],
        "messages": [{name: row[name] for name in OF_MESSAGES} for row in story.messages],
        "timeline": timeline(story, me),
    }
    shown: dict[str, Any] = veiled(me, told)
    return shown


def _offer(row: Row, story: Story) -> Row:
    withheld = [{**one, "provider": story.providers.get(one["provider_id"])} for one in row["withheld"]]
    known = {name: row[name] for name in OF_OFFERS}
    return {**known, "provider": row["provider_name"], "reasons": row["reasons"], "withheld": withheld}
