"""``POST /admin/requests/bulk``: one act for many requests.

People first see how many it is about, and say why. A long selection is walked for some seconds at a time: then the page
tells how far it came, and a button goes on. The mark of the form and the request's id together make each act happen
once, however often a step is sent.
"""

import re
from collections import Counter
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Operator
from mboa.admin.page import Invalid, body, show, wants_json
from mboa.admin.request_bodies import REASON_CHARS, Number
from mboa.admin.requests_query import MOST_QUERY, cursor, read_cursor, read_text
from mboa.admin.requests_walk import Order, Walk
from mboa.admin.words import words
from mboa.storage.admin import request_list
from mboa.storage.admin.accounts import Account

MOST_CHOSEN = 1_000
_TALLY = re.compile(r"^(?:[a-z_]{1,30}:\d{1,9},)*$", re.ASCII)
_MARK = r"^[\w-]{0,40}$"


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class Bulk(BaseModel):
    """What is to be done to which requests: those ``ids``, or ``all`` that the ``query`` of the list finds.

    The rest is carried from step to step: ``newest`` and ``total`` tell which and how many there were when the operator
    looked, ``after`` where the last step ended, ``tally`` what came of it, and ``once`` is the form's mark.
    """

    model_config = ConfigDict(extra="forbid")
    action: Literal["cancel", "offer-again"]
    ids: Annotated[list[Number], BeforeValidator(_listed), Field(max_length=MOST_CHOSEN)] = []
    all: bool = False
    query: Annotated[str, StringConstraints(max_length=MOST_QUERY)] = ""
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=REASON_CHARS)] = ""
    confirm: bool = False
    newest: Annotated[int, Field(ge=0, le=2**53)] = 0
    total: Annotated[int, Field(ge=0, le=2**53)] = 0
    after: Annotated[str, StringConstraints(max_length=200)] = ""
    tally: Annotated[str, StringConstraints(max_length=500, pattern=_TALLY)] = ""
    once: Annotated[str, StringConstraints(pattern=_MARK)] = ""


@takes(Bulk)
async def bulk(http: Request, desk: AtDesk, me: Operator) -> Response:
    """Ask whether it is meant, or do it; 422 for an empty selection or without a reason."""
    sent = await body(http, Bulk)
    walk = _walk(me, sent)
    await _pin(desk, sent, walk)
    if not sent.total:
        raise Invalid({"ids": words(me.language, "requests")["wrong"]["nothing_chosen"]})
    missing = {} if sent.reason else {"reason": words(me.language, "common")["invalid"]["missing"]}
    if wants_json(http):
        if missing:
            raise Invalid(missing)
    elif missing or not sent.confirm:
        shown = {"sent": sent, "errors": missing if sent.confirm else {}}
        return show(http, me, "requests/list_bulk.html", shown, status=422 if sent.confirm else 200)
    await walk.go_on(desk.office, Order(me.id, sent.action, sent.reason, sent.once))
    return _tell(http, me, sent, walk)


def _walk(me: Account, sent: Bulk) -> Walk:
    said = words(me.language, "requests")["wrong"]
    asked = read_text(sent.query)
    if sent.all and asked.errors:
        raise Invalid({"query": said["query"]})
    after = read_cursor(sent.after, asked.filters.sort)
    if sent.after and after is None:
        raise Invalid({"after": said["cursor"]})
    return Walk(asked.filters, None if sent.all else sent.ids, after, _counted(sent.tally))


async def _pin(desk: Desk, sent: Bulk, walk: Walk) -> None:
    """Hold fast what was there when the operator looked: what comes later stays outside."""
    if walk.ids is not None:
        sent.total = len(set(walk.ids))
        return
    store = desk.office.store
    sent.newest = sent.newest or await store.read(request_list.newest)
    walk.filters = replace(walk.filters, newest_id=sent.newest)
    sent.total = sent.total or await store.read(request_list.count, store.dialect, walk.filters)


def _tell(http: Request, me: Account, sent: Bulk, walk: Walk) -> Response:
    """How far it came, and what came of it."""
    sent.after = cursor(walk.after, walk.filters.sort) if walk.after else ""
    sent.tally = "".join(f"{outcome}:{number}," for outcome, number in sorted(walk.tally.items()))
    behind = walk.tally.total()
    refused = {outcome: n for outcome, n in walk.tally.most_common() if outcome not in {"done", "nobody"}}
    told: dict[str, Any] = {"total": max(sent.total, behind), "behind": behind, "done": walk.tally["done"]}
    told |= {"nobody": walk.tally["nobody"], "refused": refused, "finished": walk.finished}
    going_on = None if walk.finished else sent.model_dump(include={"newest", "total", "after", "tally", "once"})
    shown = {**told, "sent": sent, "why": words(me.language, "request")["why"]}
    return show(http, me, "requests/list_bulk_told.html", shown, json={**told, "next": going_on})


def _counted(tally: str) -> Counter[str]:
    pairs = (pair.split(":") for pair in tally.split(",") if pair)
    return Counter({outcome: int(number) for outcome, number in pairs})


def router() -> APIRouter:
    """The path of what is done to many."""
    made = APIRouter()
    made.add_api_route("/admin/requests/bulk", bulk, methods=["POST"], response_model=None)
    return made
