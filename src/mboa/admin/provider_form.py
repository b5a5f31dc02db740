"""The form of a provider and the JSON of one: read, checked, and shown again with what was wrong beside each field."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from mboa.admin.page import Invalid, Problem, body, phone_for, show, wants_json
from mboa.admin.words import words
from mboa.notifications.phrasebook import fill
from mboa.roster_fields import READERS, SERVICES, Fault, read_fields
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.provider_changes import PhoneTaken
from mboa.storage.store import Row
from mboa.understanding.gazetteer import Zone, zones

NEEDED = ("name", "phone", "services", "zones")
# What a form sends nothing for when nothing is ticked.
UNTICKED: Mapping[str, Any] = {"services": (), "zones": (), "available": False, "active": False}
ONE_LINE = ("name", "phone", "hours", "capacity", "latitude", "longitude")


class Sent(BaseModel):
    """A provider as it was sent: checked by :mod:`mboa.roster_fields`, which says what is wrong in plain words."""

    name: Any = None
    phone: Any = None
    services: list[Any] | str | None = None
    zones: list[Any] | str | None = None
    available: Any = None
    active: Any = None
    capacity: Any = None
    hours: Any = None
    latitude: Any = None
    longitude: Any = None
    version: int | None = None
    once: str = ""


async def read(http: Request) -> tuple[dict[str, Any], Sent]:
    """The fields that were given, and all that was sent. A form always gives all fields."""
    sent = await body(http, Sent)
    given = {name: getattr(sent, name) for name in sent.model_fields_set & READERS.keys()}
    if not http.headers.get("content-type", "").startswith("application/json"):
        given = {**UNTICKED, **given}
    return given, sent


def check(given: Mapping[str, Any], me: Account, present: Row | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    """The values that can be taken, and a message in the reader's language for each field that cannot.

    ``present`` is the provider who is changed: only what is given is looked at. A new one needs his four fields.
    """
    fields = dict(given)
    if present is None:
        fields = {**dict.fromkeys(NEEDED), **fields}
    else:
        if not fields.get("phone") and present["phone"] is None:
            fields.pop("phone", None)  # WhatsApp hides his number: nobody can be made to know it
        if {"latitude", "longitude"} & fields.keys():
            fields = {"latitude": present["latitude"], "longitude": present["longitude"], **fields}
    values, faults = read_fields(fields)
    return values, {name: said(fault, me.language) for name, fault in faults.items()}


def said(fault: Fault, language: str) -> str:
    """What is wrong, in the reader's language."""
    return fill(words(language, "providers")["fault"][fault.code], {"given": fault.given or "?"})


def as_sent(row: Row, me: Account) -> Row:
    """A provider as JSON and pages show him; viewers see a masked phone."""
    return {**row, "phone": phone_for(me, row["phone"])}


def form(http: Request, me: Account, shown: Mapping[str, Any], status: int = 200) -> Response:
    """The form, new or of ``present``; ``given`` is shown again where something was wrong (``errors``)."""
    present: Row | None = shown.get("present")
    given = shown.get("given", present or {"available": True, "active": True})
    errors = {**dict.fromkeys(READERS), **shown.get("errors", {})}
    known = {
        "present": present,
        "given": {name: _one_line(given.get(name)) for name in ONE_LINE},
        "ticked": {name: _ticked(given.get(name)) for name in ("services", "zones")},
        "flags": {name: given.get(name) not in (None, False, "false", "") for name in ("available", "active")},
        "services": sorted(SERVICES),
        "cities": _cities(),
        "conflict": [],
        "version": present["version"] if present else None,
        "holder": None,
    }
    return show(
        http, me, "providers/form.html", {**known, **shown, "given": known["given"], "errors": errors}, status=status
    )


def _one_line(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _ticked(value: Any) -> frozenset[str]:
    parts = value.split("|") if isinstance(value, str) else value or ()
    return frozenset(part for part in parts if isinstance(part, str))


def _cities() -> dict[str, list[Zone]]:
    """Zones by city, each city's in the order of their names."""
    cities: dict[str, list[Zone]] = {}
    for zone in sorted(zones(), key=lambda zone: zone.name):
        cities.setdefault(zone.city, []).append(zone)
    return dict(sorted(cities.items(), key=lambda city: city[0] != "douala"))


def differences(given: Mapping[str, Any], present: Row) -> list[tuple[str, Any, Any]]:
    """Field, what was sent, and what it is now, where they differ."""
    return [(name, value, present[name]) for name, value in given.items() if _flat(value) != _flat(present[name])]


def _flat(value: Any) -> Any:
    return sorted(value) if isinstance(value, list | tuple) else value


def refused(http: Request, me: Account, shown: dict[str, Any]) -> Response:
    """422: the form again for a browser; for a program, its errors."""
    if wants_json(http):
        raise Invalid(shown["errors"])
    return form(http, me, shown, 422)


def phone_taken(http: Request, me: Account, shown: dict[str, Any], taken: PhoneTaken) -> Response:
    """409: the number is another person's."""
    said = words(me.language, "providers")["phone_taken" if taken.provider_id else "phone_of_client"]
    if wants_json(http):
        raise Problem(409, said, errors={"phone": said}, provider_id=taken.provider_id)
    return form(http, me, {**shown, "errors": {"phone": said}, "holder": taken.provider_id}, 409)


def conflicting(http: Request, me: Account, shown: dict[str, Any], values: Mapping[str, Any]) -> Response:
    """409: somebody was faster. Both versions: side by side for a browser, ``yours`` and ``current`` for a program."""
    present: Row = shown["present"]
    if wants_json(http):
        raise Problem(409, "stale", yours=dict(values), current=as_sent(present, me))
    differing = differences(values, present)
    return form(http, me, {**shown, "conflict": differing, "version": present["version"]}, 409)
