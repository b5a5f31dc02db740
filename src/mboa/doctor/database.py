"""The database, read beside whoever works on it: reachable, of our schema, durable; and whether the work goes on."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from mboa.doctor.house import ago
from mboa.operations.health import LATE, WORKER_SILENCE
from mboa.preflight import Finding
from mboa.settings import Settings
from mboa.storage import alerts
from mboa.storage.chores import chores
from mboa.storage.engine import settings_in_force
from mboa.storage.migrate import MIGRATIONS, schema_version
from mboa.storage.pulse import pulse
from mboa.storage.quarantine import Held, waiting
from mboa.storage.sqlite_file import network_file_system
from mboa.storage.store import Connection, Row, Store, StoreAway, StoreBusy, WrongKeys

ANSWER_SECONDS = 5.0
# Deadlines are counted by the database's clock; a person is told times by this machine's.
SKEW = timedelta(seconds=2)
# Bytes 18 and 19 of a SQLite file are 2 when it keeps a write-ahead log (https://www.sqlite.org/fileformat.html).
_WAL_AT, _WAL = slice(18, 20), b"\x02\x02"
_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
OLDEST_POSTGRESQL = 150_000


async def database(settings: Settings, open_store: Callable[[], Store]) -> list[Finding]:
    """Every finding about the database; the first that makes the others impossible is the last."""
    path, url = settings.data_dir / "mboa.db", settings.database_url.get_secret_value()
    if not url and not path.exists():
        return [Finding("warn", "database", f"{path} is not there yet: the first `mboa serve` makes it")]
    if settings.env == "production" and not settings.secret_keys:
        return [Finding("FAIL", "database", "not looked at: it is opened with MBOA_SECRET_KEY")]
    try:
        schema = await asyncio.to_thread(schema_version, "postgresql" if url else "sqlite", url or path)
    except (StoreAway, OSError, ValueError) as error:
        return [Finding("FAIL", "database", str(error))]
    found = [_schema(schema)]
    if not url:
        found += list(_sqlite(settings))
    if found[0].level == "FAIL":
        return found
    return [*found, *await _asked(settings, open_store)]


def _schema(version: str | None) -> Finding:
    newest = max(file.stem[1:5] for file in (MIGRATIONS / "versions").glob("v[0-9]*.py"))
    if version == newest:
        return Finding("ok", "schema", f"{version}, the newest")
    if version is not None and version > newest:
        return Finding("FAIL", "schema", f"{version}, this Mboa knows only up to {newest}: start a newer one")
    return Finding("FAIL", "schema", f"{version or 'none'}, the newest is {newest}: run `mboa migrate`")


def _sqlite(settings: Settings) -> Iterator[Finding]:
    path = settings.data_dir / "mboa.db"
    remote = network_file_system(path)
    if remote:
        yield Finding("FAIL", "engine", f"{path} lies on {remote}: SQLite needs a disk of this machine")
    with path.open("rb") as file:
        wal = file.read(20)[_WAL_AT] == _WAL
    yield (
        Finding("ok", "engine", "write-ahead log, every commit is flushed")
        if wal
        else Finding("warn", "engine", "no write-ahead log yet: the next start sets it")
    )


async def _asked(settings: Settings, open_store: Callable[[], Store]) -> list[Finding]:
    try:
        store = open_store()
        async with asyncio.timeout(ANSWER_SECONDS):
            await store.open()
    except (StoreAway, StoreBusy, WrongKeys, OSError, TimeoutError, ValueError) as error:
        return [Finding("FAIL", "database", str(error) or f"does not answer within {ANSWER_SECONDS:.0f} s")]
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            before = datetime.now(UTC)
            begun = time.monotonic()
            seen = await store.read(_seen, store.dialect)
            took = timedelta(seconds=time.monotonic() - begun)
    except (StoreAway, TimeoutError) as error:
        return [Finding("FAIL", "database", str(error) or f"does not answer within {ANSWER_SECONDS:.0f} s")]
    finally:
        await store.close()
    found = [Finding("ok", "database", f"{store.description}, answered in {took.total_seconds() * 1000:.0f} ms")]
    if store.dialect == "postgresql":
        found += [*_postgresql(seen["engine"]), _clock(seen["now"], before, took)]
    if settings.alert_webhook.get_secret_value() and seen["unposted"] is not None:
        found.append(Finding("FAIL", "alerts", f"MBOA_ALERT_WEBHOOK takes none: {seen['unposted']}"))
    return [*found, *_work(seen, production=settings.env == "production")]


def _seen(conn: Connection, dialect: str) -> Row:
    """All in one snapshot."""
    asked = (*_DURABLE, "server_version_num") if dialect == "postgresql" else ()
    return {
        "now": conn.now,
        "engine": settings_in_force(conn, asked),
        "pulse": pulse(conn),
        "chores": chores(conn),
        "held": waiting(conn),
        "unposted": alerts.unposted(conn),
    }


def _postgresql(engine: dict[str, str]) -> Iterator[Finding]:
    off = [name for name in _DURABLE if engine[name] == "off"]
    if off:
        yield Finding("FAIL", "engine", f"{', '.join(off)} off: what was answered 200 may be lost with the power")
    if int(engine["server_version_num"]) < OLDEST_POSTGRESQL:
        yield Finding("FAIL", "engine", "PostgreSQL is older than 15")
    if not off:
        yield Finding("ok", "engine", "fsync, synchronous_commit and full_page_writes are on")


def _clock(theirs: datetime, before: datetime, took: timedelta) -> Finding:
    """The answer was read somewhere between ``before`` and ``before + took``."""
    skew = max(before - theirs, theirs - (before + took), timedelta(0))
    words = f"{skew.total_seconds():.1f} s between this machine and the database"
    return Finding("warn" if skew > SKEW else "ok", "clock", words)


def _work(seen: Row, *, production: bool) -> Iterator[Finding]:
    now, (beaten_at, outbox_at, timer_at) = seen["now"], seen["pulse"]
    if beaten_at is None:
        yield Finding("FAIL" if production else "warn", "worker", "none has ever run on this database")
    elif now - beaten_at > WORKER_SILENCE:
        words = f"the last sign of life is {ago(now - beaten_at)} old: nothing is sent, no deadline is kept"
        yield Finding("FAIL" if production else "warn", "worker", words)
    else:
        yield Finding("ok", "worker", "alive")
    for name, due in (("outbox", outbox_at), ("deadlines", timer_at)):
        if due is not None and now - due > LATE:
            yield Finding("FAIL", name, f"the oldest has been due for {ago(now - due)}")
    for name, row in sorted(seen["chores"].items()):
        if row["failed_at"] and (row["done_at"] is None or row["failed_at"] > row["done_at"]):
            yield Finding("FAIL", f"chore {name}", f"failed {ago(now - row['failed_at'])} ago: {row['error']}")
    yield from _restored(seen["held"], now)


def _restored(held: Held, now: datetime) -> Iterator[Finding]:
    """What a restore brought back and nobody has decided about."""
    if held and held.since_at is not None:
        words = f"{held.messages} message(s) and {held.requests} request(s) have waited for your decision for"
        yield Finding("warn", "restored", f"{words} {ago(now - held.since_at)}: `mboa restore --waiting` says more")
