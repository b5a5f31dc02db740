"""Providers as a spreadsheet: export, and an import that first shows what it would change."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from mboa.admin import provider_form
from mboa.admin.desk import AtDesk
from mboa.admin.gate import Operator, Viewer
from mboa.admin.page import HEADERS, Problem, phone_for, see_other, show, wants_json
from mboa.admin.provider_acts import Act
from mboa.admin.provider_import import Plan, plan, take_all
from mboa.roster_csv import Problem as Fault
from mboa.roster_csv import decode, read_csv, write_csv
from mboa.storage import roster
from mboa.storage.admin import audit
from mboa.storage.admin.accounts import Account
from mboa.storage.roster import Entry
from mboa.storage.store import Connection

# Some 20,000 providers.
MOST_BYTES = 2_000_000
SHOWN = 100


async def export_csv(desk: AtDesk, me: Viewer) -> Response:
    """Every provider who is not deleted, as a spreadsheet opens it, and as the import takes it back."""
    entries = await desk.office.store.write(_exported, me)
    # French spreadsheets expect the semicolon; the mark before the text tells them that it is UTF-8.
    table = "\ufeff" + write_csv(entries, ";", for_spreadsheets=True)
    headers = {**HEADERS, "Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="providers.csv"'}
    return Response(table, headers=headers, media_type="text/csv; charset=utf-8")


def _exported(conn: Connection, me: Account) -> list[Entry]:
    entries = roster.everybody(conn)
    audit.note(conn, me.id, "providers_exported", "providers", after={"count": len(entries)})
    return [replace(entry, phone=phone_for(me, entry.phone) or "") for entry in entries]


async def import_page(http: Request, me: Operator) -> Response:
    """Where a file is chosen."""
    return _page(http, me, {})


async def import_csv(http: Request, desk: AtDesk, me: Operator) -> Response:
    """Shows what the table would change; with ``confirm`` (JSON clients: unless ``?dry_run=true``) it does so.

    A program sends the table itself as the body. 422 with the problems, each with its line, when any line is refused:
    then nothing is changed.
    """
    text, confirmed, once = await _sent(http)
    entries, faults = read_csv(text)
    problems = [_problem(fault, me.language) for fault in faults]
    shown: dict[str, Any] = {"problems": problems, "csv": text, "lines": len(entries)}
    if problems:
        return _page(http, me, shown, status=422)
    if not confirmed:
        planned = await desk.office.store.read(plan, entries)
        return _page(http, me, {**shown, "plan": planned})
    act = Act(me.id, once=once, channel=desk.settings.channel)
    planned = await take_all(desk.office, act, entries)
    if wants_json(http):
        return _page(http, me, {**shown, "plan": planned})
    return see_other(http, "/admin/providers?done=imported")


async def _sent(http: Request) -> tuple[str, bool, str]:
    """The table, whether it is to be taken, and the mark of the form."""
    if "form" not in http.headers.get("content-type", ""):
        text = _text(await http.body())
        return text, http.query_params.get("dry_run", "").lower() not in {"1", "true", "yes"}, ""
    async with http.form(max_files=1, max_fields=5, max_part_size=2 * MOST_BYTES) as form:
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            return _text(await file.read(MOST_BYTES + 1)), False, ""
        return _text(_field(form, "csv").encode()), bool(_field(form, "confirm")), _field(form, "once")


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _text(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise Problem(413, "too_large")
    return decode(raw).replace("\0", "")


def _problem(fault: Fault, language: str) -> dict[str, Any]:
    message = provider_form.said(fault.fault, language)
    return {"line": fault.line, "column": fault.column, "code": fault.fault.code, "message": message}


def _page(http: Request, me: Account, shown: dict[str, Any], status: int = 200) -> Response:
    planned: Plan = shown.get("plan") or Plan()
    counts = {"new": len(planned.new), "updated": len(planned.updated), "unchanged": planned.unchanged}
    problems = shown.get("problems", [])
    known = {"problems": problems[:SHOWN], "problem_count": len(problems), "csv": "", "lines": 0, "plan": None}
    page = {**known, **shown, "counts": counts, "shown": SHOWN}
    page["problems"] = problems[:SHOWN]
    return show(http, me, "providers/import.html", page, json={**counts, "problems": problems}, status=status)


def router() -> APIRouter:
    """The paths of the table."""
    made = APIRouter()
    made.add_api_route("/admin/providers.csv", export_csv, methods=["GET"], response_model=None)
    made.add_api_route("/admin/providers/import", import_page, methods=["GET"], response_model=None)
    made.add_api_route("/admin/providers/import", import_csv, methods=["POST"], response_model=None)
    return made
