"""Ten thousand offers that end in the same second: until the next providers are asked, beside one set-based change."""

import time
from datetime import UTC, datetime, timedelta

from bench import seed
from bench.engines import Engine, engines, reading, transaction
from bench.report import judge
from bench.servers import lead, mboa, receiver
from mboa.storage.store import Row
from tests.engines import Database

OFFERS = 10_000
PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.25

_STATE = """
SELECT COUNT(*) AS offers, COUNT(DISTINCT request_id) AS requests,
       COALESCE(SUM(CASE WHEN status = 'expired' THEN 1 ELSE 0 END), 0) AS expired,
       COALESCE(SUM(CASE WHEN status = 'open' THEN 1 ELSE 0 END), 0) AS open, MAX(offered_at) AS last_at
FROM offers WHERE request_id BETWEEN :first AND :last"""
_EXPIRE = "UPDATE offers SET status = 'expired', answered_at = :at WHERE status = 'open' AND expires_at <= :at"
_ASK = """
INSERT INTO offers (request_id, provider_id, position, code, status, score, reasons_json, withheld_json, offered_at,
                    expires_at)
SELECT request_id, provider_id, 2, 'B2', 'open', 0.5, '[]', '[]', :at, :expires FROM (
    SELECT r.id AS request_id, p.id AS provider_id, ROW_NUMBER() OVER (
        PARTITION BY r.id ORDER BY (p.rating_sum + 20.0) / (p.rating_count + 5) DESC, p.last_job_at, p.id) AS place
    FROM offers x JOIN requests r ON r.id = x.request_id
         JOIN provider_coverage v ON v.service = r.service AND v.zone = r.zone
         JOIN providers p ON p.id = v.provider_id JOIN contacts c ON c.id = p.contact_id
    WHERE x.status = 'expired' AND x.answered_at = :at AND r.status = 'offered' AND p.active AND p.available
      AND NOT c.opted_out AND p.contact_id <> r.client_id
      AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.request_id = r.id AND o.provider_id = p.id)
) AS ranked WHERE place = 1"""
_PROMISE = "UPDATE requests SET promised_at = :at, version = version + 1 WHERE status = 'offered'"
_COUNT = """
UPDATE providers SET offers_count = offers_count + (
    SELECT COUNT(*) FROM offers o WHERE o.provider_id = providers.id AND o.status = 'expired')"""
_DIARY = """
INSERT INTO events (happened_at, name, request_id, contact_id, actor, cause)
SELECT :at, CASE status WHEN 'open' THEN 'offer_made' ELSE 'offer_expired' END, request_id, NULL, 'system', 'timer'
FROM offers WHERE status IN ('open', 'expired')"""
_LETTERS = """
INSERT INTO messages (direction, channel, contact_id, request_id, offer_id, key, kind, text, status, due_at, created_at)
SELECT 'out', 'whatsapp', p.contact_id, o.request_id, o.id, 'offer:' || o.id, 'offer',
       'Nouvelle demande de plomberie : fuite sous l''évier, demain matin. Répondez OUI ou NON.', 'queued', :at, :at
FROM offers o JOIN providers p ON p.id = o.provider_id WHERE o.status = 'open'"""
SET_BASED = (_EXPIRE, _ASK, _PROMISE, _COUNT, _DIARY, _LETTERS)


def run() -> None:
    """Both engines."""
    for engine in engines():
        seconds, reference = measure(engine.fresh()), set_based(engine)
        beside = f"six set-based statements in one transaction, {reference:.2f} s"
        what = f"{engine.name}: {OFFERS:,} offers end, the next are made"
        judge(what, f"{seconds:.1f} s", beside, seconds / reference, ("<=", 5))


def measure(database: Database, first: int = seed.OPEN_FROM, *, with_roster: bool = True) -> float:
    """Seconds from the end of the offers to the transaction of the last next one; raises ``RuntimeError`` when any was
    made twice."""
    if with_roster:
        seed.roster(database)
    seed.open_offers(database, OFFERS, datetime.now(UTC) + timedelta(days=1), first)
    with receiver() as meta:
        end = datetime.now(UTC) + lead(database, meta.port)
        seed.end_together(database, OFFERS, end, first)
        with mboa(database, meta.port):
            if datetime.now(UTC) > end:
                raise RuntimeError("this start took three times as long as the one before")
            state = _wait(database, first)
    counts = [state[name] for name in ("offers", "requests", "expired", "open")]
    if counts != [2 * OFFERS, OFFERS, OFFERS, OFFERS]:
        raise RuntimeError(f"not one next offer each: {state}")
    return float((state["last_at"] - end).total_seconds())


def _wait(database: Database, first: int) -> Row:
    until = time.monotonic() + PATIENCE_SECONDS
    while (state := _state(database, first))["offers"] < 2 * OFFERS:
        if time.monotonic() > until:
            raise TimeoutError(f"after {PATIENCE_SECONDS:.0f} s: {state}")
        time.sleep(LOOK_SECONDS)
    return state


def _state(database: Database, first: int) -> Row:
    with reading(database) as conn:
        return conn.one(_STATE, first=first, last=first + OFFERS - 1) or {}


def set_based(engine: Engine) -> float:
    """Seconds of the same change as whole sets, without a thought for any single one, on a copy."""
    database = engine.fresh()
    seed.roster(database)
    seed.open_offers(database, OFFERS, datetime.now(UTC))
    start = time.perf_counter()
    with transaction(database) as conn:
        times = {"at": conn.now, "expires": conn.now + timedelta(minutes=10)}
        for statement in SET_BASED:
            conn.run(statement, **{name: at for name, at in times.items() if f":{name}" in statement})
    seconds = time.perf_counter() - start
    state = _state(database, seed.OPEN_FROM)
    if state["open"] != OFFERS:
        raise RuntimeError(f"the reference did not do the same: {state}")
    return seconds
