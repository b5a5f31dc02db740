"""``GET /admin/review``: what was not understood this week, word by word; what a word means is taught here."""

import asyncio
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from mboa.admin.bodies import takes
from mboa.admin.desk import AtDesk, Desk
from mboa.admin.gate import Operator, Viewer
from mboa.admin.page import Id, Invalid, Problem, body, see_other, show, wants_json
from mboa.admin.review_files import add_files
from mboa.admin.review_words import groups
from mboa.admin.trial import Trial, objection, plain_words, trial
from mboa.admin.veil import veiled
from mboa.admin.words import words
from mboa.storage import learned
from mboa.storage.admin import audit, unsure
from mboa.storage.admin.accounts import Account
from mboa.storage.store import Connection, Row
from mboa.understanding.facts import Service
from mboa.understanding.learned import Kind, Lesson
from mboa.understanding.understand import understand
from mboa.work.lessons import Lessons

PAGE = "/admin/review"
# So many of the newest messages show what a lesson would change.
TRIED_ON = 200


class Proposal(BaseModel):
    """ "This phrase means plumbing", "… is a place in Makepe": ``meaning`` is a service, or a quarter's name or slug.

    ``dry_run``: only say what it would change. ``message_id``: the message that showed it to be missing.
    """

    phrase: str = Field(max_length=100)
    kind: Kind
    meaning: str = Field(max_length=100)
    message_id: int | None = Field(None, ge=1, le=2**53)
    dry_run: bool = False


class _Form(Proposal):
    """A form has a field for each of the two meanings, leaves some empty, and says by its button what is wanted."""

    meaning: str = ""
    service: str = ""
    zone: str = ""
    do: Literal["", "try", "teach"] = ""

    def __init__(self, **sent: Any) -> None:
        super().__init__(**{name: value for name, value in sent.items() if value != ""})
        if not self.meaning:
            self.meaning = self.zone if self.kind == "place" else self.service
        self.dry_run = self.dry_run or self.do == "try"


@dataclass(frozen=True, slots=True)
class Beside:
    """What the page shows beside the words: a proposal, what was found on its trial, what is wrong with it."""

    proposal: dict[str, Any] | None = None
    trial: Trial | None = None
    errors: dict[str, str] | None = None
    status: int = 200


async def show_review(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """The week's unknown words, and what was taught."""
    asked = {name: http.query_params.get(name, "") for name in ("phrase", "message_id")}
    return await _page(http, desk, me, Beside(asked))


async def _page(http: Request, desk: Desk, me: Account, beside: Beside) -> Response:
    rows, taught = await desk.office.store.read(_look)
    found = await asyncio.to_thread(groups, rows)
    known = {"items": veiled(me, found), "unsure": len(rows), "learned": veiled(me, [_shown(row) for row in taught])}
    shown = {
        **known,
        "proposal": beside.proposal or {},
        "trial": beside.trial,
        "errors": beside.errors or {},
        "kinds": get_args(Kind),
        "services": get_args(Service),
    }
    return show(http, me, "review/page.html", shown, json=known, status=beside.status)


def _look(conn: Connection) -> tuple[list[Row], list[Row]]:
    return unsure.of_the_week(conn), learned.everything(conn)


def _shown(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "phrase", "kind", "meaning", "message_id", "learned_by", "created_at")}


@takes(Proposal)
async def propose(http: Request, desk: AtDesk, me: Operator) -> Response:
    """Teach a word, or only try it: refused where it means something already, or breaks one of the golden messages."""
    try:
        asked = await body(http, _Form)
        lesson = _lesson(asked, me)
    except Invalid as invalid:
        if wants_json(http):
            raise
        return await _page(http, desk, me, Beside(dict(await http.form()), errors=invalid.errors, status=422))
    rows = await desk.office.store.read(unsure.newest, TRIED_ON)
    tried = await asyncio.to_thread(trial, lesson, rows)
    if asked.dry_run or tried.broken:
        return await _tell(http, desk, me, (asked, tried))
    return await _teach(http, desk, me, (asked, lesson))


def _lesson(asked: Proposal, me: Account) -> Lesson:
    """The lesson in the lexicon's own words; raises :class:`Invalid`."""
    said = words(me.language, "review")["refused"]
    meaning = _zone(asked.meaning) if asked.kind == "place" else asked.meaning
    if asked.kind == "place" and meaning is None:
        raise Invalid({"zone": said["zone"]})
    if asked.kind != "place" and (meaning not in get_args(Service) or (meaning == "other" and asked.kind != "trade")):
        raise Invalid({"service": said["service"]})
    lesson = Lesson(" ".join(plain_words(asked.phrase)), asked.kind, str(meaning))
    if why := objection(lesson):
        raise Invalid({"phrase": said[why]})
    return lesson


def _zone(typed: str) -> str | None:
    """The slug of a quarter by its name or slug."""
    place = understand(typed.replace("-", " "), "place").place
    return place.zone if place else None


async def _tell(http: Request, desk: Desk, me: Account, found: tuple[Proposal, Trial]) -> Response:
    """What the lesson would change; 409 when it was to be taught and may not."""
    asked, tried = found
    status = 409 if tried.broken and not asked.dry_run else 200
    if not wants_json(http):
        return await _page(http, desk, me, Beside(asked.model_dump(), tried, status=status))
    said = words(me.language, "review")["breaks"] if tried.broken else words(me.language, "review")["fits"]
    told = {"detail": said, **veiled(me, asdict(tried))}
    return show(http, me, "", json=told, status=status)


async def _teach(http: Request, desk: Desk, me: Account, what: tuple[Proposal, Lesson]) -> Response:
    asked, lesson = what
    lesson_id = await desk.office.store.write(_add, me, lesson, asked.message_id)
    if lesson_id is None:
        raise Problem(409, "stale")
    # Here at once; the other processes look every few seconds.
    await Lessons(desk.office.store).look()
    if not wants_json(http):
        return see_other(http, f"{PAGE}?done=taught")
    return show(http, me, "", json={"id": lesson_id, **asdict(lesson)}, status=201)


def _add(conn: Connection, me: Account, lesson: Lesson, message_id: int | None) -> int | None:
    known = message_id if message_id and unsure.exists(conn, message_id) else None
    lesson_id = learned.add(conn, asdict(lesson), me.id, known)
    if lesson_id is not None:
        audit.note(conn, me.id, "word_learned", f"word:{lesson_id}", after=asdict(lesson))
    return lesson_id


async def revoke(http: Request, desk: AtDesk, me: Operator, lesson_id: Id) -> Response:
    """It does not mean that after all."""
    if not await desk.office.store.write(_revoke, me, lesson_id):
        raise Problem(404, "not_found")
    await Lessons(desk.office.store).look()
    if not wants_json(http):
        return see_other(http, f"{PAGE}?done=revoked")
    return show(http, me, "", json={"id": lesson_id, "revoked": True})


def _revoke(conn: Connection, me: Account, lesson_id: int) -> bool:
    row = learned.revoke(conn, lesson_id, me.id)
    if row is not None:
        before = {name: row[name] for name in ("phrase", "kind", "meaning")}
        audit.note(conn, me.id, "word_revoked", f"word:{lesson_id}", before=before)
    return row is not None


def router() -> APIRouter:
    """The page, the lessons, the two files."""
    made = APIRouter()
    add_files(made)
    made.add_api_route(PAGE, show_review, methods=["GET"], response_model=None)
    made.add_api_route(f"{PAGE}/words", propose, methods=["POST"], response_model=None)
    one = f"{PAGE}/words/{{lesson_id}}"
    made.add_api_route(one, revoke, methods=["DELETE"], response_model=None)
    made.add_api_route(f"{one}/delete", revoke, methods=["POST"], response_model=None)
    return made
