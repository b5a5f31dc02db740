"""Which days a page of figures is about, as its address says."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import get_args

from mboa.admin.page import Invalid
from mboa.conversation.draft import SERVED
from mboa.dispatch.policy import DOUALA
from mboa.storage.admin.span import By, Span
from mboa.understanding.gazetteer import slugs

DEFAULT_DAYS = 30
# Longer spans would make pages that nobody reads; there is nothing before the first year.
LONGEST_DAYS = 1100
YEARS = range(2000, 2101)
# A plus in an address is a space once it is decoded.
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
_COUNT = re.compile(r"[1-9][0-9]{0,3}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def span_of(query: Mapping[str, str], now: datetime, said: Mapping[str, str]) -> Span:
    """The span of ``from`` and ``to``, or of the last ``days`` (30): local dates, or ISO times, which mean the day in
    Douala that they fall on (a ``to`` at midnight ends the day before; a time without a zone is Douala's).

    Raises :class:`Invalid`, worded by ``said``.
    """
    today = now.astimezone(DOUALA).date()
    last = _day(query.get("to"), "to", said) or today
    first = _day(query.get("from"), "from", said) or last - timedelta(days=_days(query.get("days"), said) - 1)
    span = Span(first, last, query.get("service") or None, query.get("zone") or None)
    wrong = {
        "from": (first > last and said["order"]) or (span.days > LONGEST_DAYS and said["long"]),
        "service": span.service is not None and span.service not in SERVED and said["unknown_service"],
        "zone": span.zone is not None and span.zone not in slugs() and said["unknown_zone"],
    }
    if errors := {name: text for name, text in wrong.items() if text}:
        raise Invalid(errors)
    return span


def bucket_of(query: Mapping[str, str], said: Mapping[str, str]) -> By:
    """What ``by`` asks for: days when it is missing. Raises :class:`Invalid`, also for providers of one service or
    quarter, which are not counted apart."""
    asked = query.get("by") or "day"
    found: By | None = next((one for one in get_args(By) if one == asked), None)
    if found is None:
        raise Invalid({"by": said["by"]})
    if found == "provider" and (query.get("service") or query.get("zone")):
        raise Invalid({"by": said["not_by_provider"]})
    return found


def _days(text: str | None, said: Mapping[str, str]) -> int:
    """How many days, when no first one is named."""
    if not text:
        return DEFAULT_DAYS
    if not _COUNT.fullmatch(text):
        raise Invalid({"days": said["days"]})
    return int(text)


def _day(text: str | None, name: str, said: Mapping[str, str]) -> date | None:
    if not text or not text.strip():
        return None
    try:
        day = _read(text.strip(), name)
    except (ValueError, OverflowError) as error:
        raise Invalid({name: said["date"]}) from error
    if day.year not in YEARS:
        raise Invalid({name: said["date"]})
    return day


def _read(text: str, name: str) -> date:
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(_LOST_PLUS.sub("+", text) if "T" in text else text)
    local = moment.replace(tzinfo=DOUALA) if moment.tzinfo is None else moment.astimezone(DOUALA)
    ends_before = name == "to" and local.time() == time.min
    return local.date() - timedelta(days=1) if ends_before else local.date()
