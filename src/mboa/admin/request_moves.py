"""What an operator does to a request from its page or by JSON: one transaction each, with its note in the audit log."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response

from mboa import intervention
from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Operator
from mboa.admin.page import Id, Invalid, Problem, body, see_other, show, wants_json
from mboa.admin.request_bodies import Correction, ForProvider, StatusChange
from mboa.admin.request_view import Outcome, as_program, look, present
from mboa.admin.words import words
from mboa.dispatch.permission import OF_A_PROVIDER, NotAllowed, UnknownRequest
from mboa.dispatch.request import Request
from mboa.dispatch.status import Status
from mboa.storage.admin import audit, posts
from mboa.storage.admin.accounts import Account
from mboa.storage.unit_of_work import Unit


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that an operator can do: what is sent, how it is done, and how the audit log calls it."""

    model: type[Correction]
    run: Callable[[Unit, int, Any], bool]
    action: str
    to: Status


def _set_status(unit: Unit, request_id: int, sent: StatusChange) -> bool:
    request = intervention.at_version(unit, request_id, sent.version, sent.status)
    if sent.provider_id is None or sent.status not in OF_A_PROVIDER or sent.status not in intervention.allowed(request):
        return intervention.set_status(unit, request_id, sent.status, sent.reason, sent.version)
    give = intervention.assign if sent.status is Status.ACCEPTED else intervention.offer_to
    return give(unit, request_id, sent.provider_id, sent.reason)


def _cancel(unit: Unit, request_id: int, sent: Correction) -> bool:
    if not intervention.cancel(unit, request_id, sent.reason):
        raise NotAllowed(intervention.at_version(unit, request_id, None, Status.CANCELLED).status, Status.CANCELLED)
    return True


def _assign(unit: Unit, request_id: int, sent: ForProvider) -> bool:
    return intervention.assign(unit, request_id, sent.provider_id, sent.reason)


def _offer(unit: Unit, request_id: int, sent: ForProvider) -> bool:
    return intervention.offer_to(unit, request_id, sent.provider_id, sent.reason)


def _offer_again(unit: Unit, request_id: int, sent: Correction) -> bool:
    return intervention.offer_again(unit, request_id, sent.reason)


def _undo(unit: Unit, request_id: int, sent: Correction) -> bool:
    return intervention.undo(unit, request_id, sent.reason)


# By the last word of their address. ``to`` is where the act leads, for the answer that it cannot be.
ACTS = {
    "status": Act(StatusChange, _set_status, "request_status_changed", Status.PENDING),
    "assign": Act(ForProvider, _assign, "request_assigned", Status.ACCEPTED),
    "offer": Act(ForProvider, _offer, "request_offered", Status.OFFERED),
    "offer-again": Act(Correction, _offer_again, "request_offered_again", Status.OFFERED),
    "cancel": Act(Correction, _cancel, "request_cancelled", Status.CANCELLED),
    "undo": Act(Correction, _undo, "request_reopened", Status.PENDING),
}


def add_moves(router: APIRouter) -> None:
    """``POST /admin/requests/{id}/<act>`` for each, and the contract's ``PUT …/status``."""
    for name in ACTS:
        for method in ("POST", "PUT") if name == "status" else ("POST",):
            router.add_api_route(f"/admin/requests/{{request_id}}/{name}", door(name), methods=[method])


def door(name: str) -> Callable[..., Awaitable[Response]]:
    """The endpoint of an act."""

    @takes(ACTS[name].model)
    async def act(http: HttpRequest, desk: AtDesk, me: Operator, request_id: Id) -> Response:
        try:
            sent = await body(http, ACTS[name].model)
            await desk.office.transact(apply, f"operator:{me.id}", me.id, request_id, name, sent)
        except Invalid as error:
            if wants_json(http):
                raise
            return present(http, me, await look(http, desk, me, request_id), Outcome(422, name, error.errors))
        except UnknownRequest as error:
            raise Problem(404, "not_found") from error
        except NotAllowed as error:
            return await _refused(http, desk, me, request_id, error)
        return await _done(http, desk, me, request_id, name)

    return act


def apply(unit: Unit, account_id: int, request_id: int, name: str, sent: Correction) -> bool:
    """Do an act, and note it, in this transaction; a form that came before has done it already.

    Returns whether it came to anything (a search may find nobody); raises ``NotAllowed``, ``UnknownRequest``.
    """
    if not posts.first_time(unit.conn, sent.once):
        return True
    act = ACTS[name]
    before = _seen(intervention.at_version(unit, request_id, sent.version, getattr(sent, "status", act.to)))
    done = act.run(unit, request_id, sent)
    after = {**_seen(intervention.at_version(unit, request_id, None, act.to)), "reason": sent.reason}
    audit.note(unit.conn, account_id, act.action, f"request:{request_id}", before=before, after=after)
    return done


def _seen(request: Request) -> dict[str, Any]:
    return {"status": request.status, "provider_id": request.provider_id}


async def _done(http: HttpRequest, desk: Desk, me: Account, request_id: int, name: str) -> Response:
    if not wants_json(http):
        return see_other(http, f"/admin/requests/{request_id}?done={name}")
    view = await look(http, desk, me, request_id)
    request = view.story.request
    told = {**as_program(view.story, me), "status": request.status, "version": request.version}
    return show(http, me, "request/page.html", json=told)


async def _refused(http: HttpRequest, desk: Desk, me: Account, request_id: int, error: NotAllowed) -> Response:
    """Why not, with the request as it is now."""
    view = await look(http, desk, me, request_id)
    said = words(me.language, "request")["why"][error.why]
    if not wants_json(http):
        return present(http, me, view, Outcome(409, problem=said))
    request = view.story.request
    told = {
        "detail": said,
        "was": error.was,
        "to": error.to,
        "why": error.why,
        "allowed": intervention.allowed(request),
        "version": request.version,
    }
    return show(http, me, "request/page.html", json=told, status=409)
