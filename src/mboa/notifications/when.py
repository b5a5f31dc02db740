"""Moments in words: local time as French and English readers write it."""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from babel.dates import format_date

from mboa.notifications.phrasebook import NARROW_SPACE, fill, wording


def clock(moment: datetime, language: str, zone: tzinfo) -> str:
    """``14 h 12`` in French (the spaces do not break), ``14:12`` in English and Pidgin."""
    local = moment.astimezone(zone)
    if language in {"en", "pcm"}:
        return f"{local:%H:%M}"
    return f"{local.hour}{NARROW_SPACE}h{NARROW_SPACE}{local:%M}"


def day(moment: datetime, now: datetime, language: str, zone: tzinfo) -> str:
    """``aujourd'hui``, ``demain``, or the weekday with its date."""
    local, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if local == today:
        return wording(language, "when", "today")
    if local == today + timedelta(days=1):
        return wording(language, "when", "tomorrow")
    return dated(local, language)


@lru_cache(maxsize=512)
def dated(local: date, language: str) -> str:
    """``mardi 24 novembre``, ``Tuesday 24 November``."""
    return format_date(local, "EEEE d MMMM", locale="en" if language in {"en", "pcm"} else "fr")


def day_and_clock(moment: datetime, now: datetime, language: str, zone: tzinfo) -> str:
    """``demain à 6 h 00``, ``tomorrow at 06:00``."""
    known = {"day": day(moment, now, language, zone), "time": clock(moment, language, zone)}
    return fill(wording(language, "when", "day_and_time"), known)


def stamp(moment: datetime, language: str, zone: tzinfo) -> str:
    """``22/11/2026 à 14:30``, the form that screens use, too."""
    local = moment.astimezone(zone)
    known = {"day": f"{local:%d/%m/%Y}", "time": f"{local:%H:%M}"}
    return fill(wording(language, "when", "stamp"), known)
