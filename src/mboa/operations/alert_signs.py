"""Which signs mean trouble that somebody should be woken for."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from mboa.storage.alerts import Signs, days_with_requests
from mboa.storage.store import Connection

DOUALA = ZoneInfo("Africa/Douala")
# Health says "late" after ten seconds; people are called when it does not pass.
OLD = timedelta(minutes=2)
# A line that closed so often in a row has been shut for about half a minute.
CLOSINGS = 5
LATELY = timedelta(minutes=10)
MANY_FAILED = 10
DAY_BEGINS, DAY_ENDS = 8, 20
SILENCE = timedelta(hours=2)
# On so many of the last seven days somebody wrote at this time of day: then silence means something.
USUAL_DAYS = 4
FULL_SHARE = 0.95
# Bytes: all, used, free.
Space = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong now; ``facts`` are what its words and machines may say of it."""

    name: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


def troubles(conn: Connection, signs: Signs) -> Iterator[Trouble]:
    """Everything that is wrong by the rows."""
    yield from _late(signs)
    yield from _not_sent(signs)
    if signs.backup.state == "failed":
        yield Trouble("backup_failed", {"reason": str(signs.backup.error)[:200]})
    elif signs.backup.state == "late":
        yield Trouble("backup_late")
    if signs.held:
        yield Trouble("restored", {"messages": signs.held.messages, "requests": signs.held.requests})
    if _is_too_silent(signs) and days_with_requests(conn, SILENCE) >= USUAL_DAYS:
        yield Trouble("silence", {"hours": int(SILENCE / timedelta(hours=1))})


def _late(signs: Signs) -> Iterator[Trouble]:
    waits = {"inbox_old": signs.unread_at, "outbox_old": signs.outbox_at, "deadlines_late": signs.timer_at}
    for name, since in waits.items():
        if since is not None and signs.now - since > OLD:
            yield Trouble(name, {"minutes": _minutes(signs.now - since)})


def _not_sent(signs: Signs) -> Iterator[Trouble]:
    if signs.paused:
        yield Trouble("channel_paused", {"channel": ", ".join(row["channel"] for row in signs.paused)})
    if signs.failed >= MANY_FAILED:
        yield Trouble("sends_failing", {"count": signs.failed, "minutes": _minutes(LATELY)})


def _is_too_silent(signs: Signs) -> bool:
    """Two hours of daytime without a word from anybody."""
    if signs.heard_at is None or signs.now - signs.heard_at < SILENCE:
        return False
    return _is_daytime(signs.now) and _is_daytime(signs.now - SILENCE)


def _is_daytime(moment: datetime) -> bool:
    local = moment.astimezone(DOUALA)
    return DAY_BEGINS <= local.hour < DAY_ENDS


def disk_troubles(folders: Sequence[Path], ask: Callable[[Path], Space] = shutil.disk_usage) -> list[Trouble]:
    """The fullest of the disks that these folders lie on, if it is too full; one that is not there says nothing."""
    found = []
    for folder in folders:
        try:
            total, _, free = ask(folder)
        except OSError:
            continue
        if total and free <= (1 - FULL_SHARE) * total:
            found.append((free / total, {"percent": round(100 - 100 * free / total), "free_mb": free // 1_000_000}))
    return [Trouble("disk_full", facts) for _, facts in sorted(found, key=itemgetter(0))[:1]]


def _minutes(span: timedelta) -> int:
    return int(span / timedelta(minutes=1))
