"""A wish as an interval on the clock of Douala."""

import calendar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mboa.understanding.facts import Wish

ZONE = ZoneInfo("Africa/Douala")

# Hours of the parts of a day, and of a working day, as people in Douala use the words. "afternoon" ends like "noon" and
# therefore stands before it.
_PARTS = {"morning": (7, 12), "afternoon": (13, 18), "noon": (12, 14), "evening": (17, 21), "night": (19, 23)}
_WHOLE_DAY = (7, 19)
_SOON = timedelta(hours=2)
_FROM_ON = timedelta(days=2)
_EASTER = {"easter": 0, "easter_monday": 1, "good_friday": -2, "ascension": 39}
"""Movable feasts, in days after Easter Sunday."""


def interval(wish: Wish, now: datetime) -> tuple[datetime, datetime] | None:
    """The time a wish asks for, aware, in Africa/Douala; ``None`` when it names none ("n'importe quand").

    ``now`` must be aware. A day without an hour is 7:00 to 19:00, an hour stands for the hour that it begins; what
    would already be over moves to the next day, week, month or year on which it is still ahead.
    """
    local = now.astimezone(ZONE)
    if wish.kind in {"now", "urgent"}:
        return local, local + _SOON
    if wish.kind == "after_delay":
        start = local + timedelta(hours=wish.hour or 0, minutes=wish.minute or 0)
        return start, start + timedelta(hours=1)
    if wish.kind == "later_today":
        return local, _at(local.date(), _WHOLE_DAY[1] + 2)
    days = _days(wish, local)
    if days is None:
        return None
    first, last = days
    from_hour, until_hour = _hours(wish)
    start = _at(first, from_hour) + timedelta(minutes=wish.minute or 0)
    return _bounded(wish, local, _ahead(wish, local, (start, _at(last, until_hour))))


def _bounded(wish: Wish, local: datetime, span: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """ "Before Friday" lasts from now to the end of the span named, "from Monday" for three days."""
    if wish.bound == "until":
        return local, span[1]
    return (span[0], span[1] + _FROM_ON) if wish.bound == "from" else span


def _hours(wish: Wish) -> tuple[int, int]:
    if wish.hour is not None:
        return wish.hour, wish.until_hour or wish.hour + 1
    named = next((hours for part, hours in _PARTS.items() if wish.kind.endswith(part)), _WHOLE_DAY)
    return named[0], wish.until_hour or named[1]


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(0), ZONE) + timedelta(hours=hour)


def _ahead(wish: Wish, local: datetime, span: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """What is wholly past moves on; what has begun starts now."""
    start, end = span
    if end <= start:
        end = start + timedelta(hours=1)
    if end <= local:
        step = timedelta(days=7) if wish.weekday is not None else timedelta(days=1)
        return start + step, end + step
    return max(start, local), end


def _days(wish: Wish, local: datetime) -> tuple[date, date] | None:
    today = local.date()
    ahead = _days_ahead(wish, today)
    if ahead is not None:
        return today + timedelta(days=ahead), today + timedelta(days=ahead)
    if wish.day is not None:
        day = _date(wish.day, wish.month, today)
        return (day, day) if day else None
    return _stretch(wish.kind, today)


def _days_ahead(wish: Wish, today: date) -> int | None:
    if wish.days_ahead is not None:
        return wish.days_ahead
    if wish.weekday is not None:
        days = (wish.weekday - today.weekday()) % 7
        if wish.kind.startswith("eight_"):
            return days + 7
        return days or (7 if wish.kind.startswith("next_") else 0)
    if wish.kind.startswith("tomorrow"):
        return 1
    if wish.kind.startswith("day_after_tomorrow"):
        return 2
    today_kinds = wish.kind in {"today", "hour", "this_noon", *_PARTS} or wish.kind.removeprefix("this_") in _PARTS
    return 0 if today_kinds else None


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm that Nature printed in 1876."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    days = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = epact + days - 7 * ((golden + 11 * epact + 22 * days) // 451) + 114
    return date(year, shift // 31, shift % 31 + 1)


def _feast(kind: str, today: date) -> tuple[date, date]:
    days = timedelta(days=_EASTER[kind])
    coming = next(day for year in (today.year, today.year + 1) if (day := _easter(year) + days) >= today)
    return coming, coming


def _next_month(today: date) -> tuple[date, date]:
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first, first + timedelta(days=6)


def _stretch(kind: str, today: date) -> tuple[date, date] | None:
    if kind in _EASTER:
        return _feast(kind, today)
    if kind.startswith("next_month"):
        return _next_month(today)
    monday = today - timedelta(days=today.weekday())
    if kind.startswith("weekend"):
        return max(monday + timedelta(days=5), today), monday + timedelta(days=6)
    if kind.startswith("this_week"):
        return today, monday + timedelta(days=6)
    if kind.startswith("next_week"):
        return monday + timedelta(days=7), monday + timedelta(days=13)
    if kind.startswith("month_end"):
        last = today.replace(day=calendar.monthrange(today.year, today.month)[1])
        return max(last - timedelta(days=2), today), last
    return None


def _date(day: int, month: int | None, today: date) -> date | None:
    """The next day with this number (and month), today included; ``None`` when no month has it."""
    for step in range(13 if month is None else 61):
        index = today.month - 1 + step
        year, candidate = today.year + index // 12, index % 12 + 1
        if month not in {None, candidate} or day > calendar.monthrange(year, candidate)[1]:
            continue
        found = date(year, candidate, day)
        if found >= today:
            return found
    return None
