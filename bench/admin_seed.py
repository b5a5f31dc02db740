"""A city with a past, for the admin: a year of requests, messages, offers and diary, made by the database itself.

Numbers are drawn from the ids by arithmetic: the same on every machine and both engines. Indexes and triggers are
taken away for the filling and put back; what the triggers keep is then counted and taken down from the rows.
"""

import re
from datetime import timedelta

from bench.engines import settle, transaction
from bench.seed import addresses
from mboa.storage.admin import figures
from mboa.storage.sqlite_connection import SqliteConnection
from mboa.storage.store import Connection
from mboa.understanding.gazetteer import zones
from tests.engines import Database

CHUNK = 100_000
ZONES = 26
SERVICES = ("plumbing", "electricity", "appliance")
FIRST = ("Mireille", "Paul", "Awa", "Jean", "Chantal", "Serge", "Rose", "Alain", "Brigitte", "Hervé", "Nadège", "Eric")
LAST = ("Ngo", "Ebongue", "Mballa", "Fotso", "Kamga", "Tchoumi", "Ekambi", "Djoumessi", "Nkoulou", "Manga", "Essomba")
FOLDED = ("mireille", "paul", "awa", "jean", "chantal", "serge", "rose", "alain", "brigitte", "herve", "nadege", "eric")
PROBLEMS = ("fuite sous l'évier", "panne de frigo", "plus de courant", "chasse d'eau cassée", "prise qui chauffe")
TABLES = ("contacts", "identities", "messages", "receipts", "requests", "providers", "offers", "events")
STRANGE = ("mazout", "onduleur", "groupe", "serrure")
LIVE = 400

_N = "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :last)"


def draw(salt: int, most: int) -> str:
    """SQL: a whole number from 0 below ``most``, drawn from the id ``i``."""
    return f"((((i + {salt}) * 48271 % 2147483647) * 69621 % 2147483647) % {most})"


def pick(salt: int, names: tuple[str, ...]) -> str:
    """SQL: one of the names, drawn from the id ``i``."""
    cases = " ".join(f"WHEN {number} THEN '{name.replace(chr(39), chr(39) * 2)}'" for number, name in enumerate(names))
    return f"CASE {draw(salt, len(names))} {cases} END"


def slugs() -> tuple[str, ...]:
    """The quarters of the city; the first ones are named twice, so more happens there."""
    found = tuple(sorted(zone.slug for zone in zones() if zone.city == "douala"))[: ZONES - 1]
    return (*found, "bonamoussadi") * 2 + found[:8]


# Each request has its moment of a year that ends now, in the order of the ids, and its course:
# 62 % completed at once or later, 10 % given up by the provider's client, 8 % cancelled while searching, 13 % found
# nobody, 7 % were never confirmed.
_COURSE = f"""
{_N}, drawn AS MATERIALIZED (
  SELECT i, :start + i * 31536000 / :all AS t,
         {draw(1, 100)} AS fate, {draw(2, 100)} AS luck, {draw(3, 86400)} AS later,
         1 + {draw(4, 1000003)} % :clients AS c,
         {pick(5, SERVICES)} AS service, {pick(6, slugs())} AS zone, {pick(7, PROBLEMS)} AS problem,
         1 + {draw(8, 1000003)} % :providers AS p, i > :all - :live AS live
  FROM n
), course AS MATERIALIZED (
  SELECT d.*, CASE WHEN live THEN CASE fate % 5 WHEN 0 THEN 'pending' WHEN 1 THEN 'offered' WHEN 2 THEN 'accepted'
                                                WHEN 3 THEN 'in_progress' ELSE 'unserved' END
                   WHEN fate < 62 THEN 'completed' ELSE 'cancelled' END AS status,
         CASE WHEN live THEN fate % 5 IN (2, 3) ELSE fate < 72 END AS taken,
         CASE WHEN live THEN fate % 5 = 4 ELSE fate BETWEEN 80 AND 92 END AS unmet, live OR fate < 93 AS confirmed,
         CASE WHEN live AND fate % 5 = 0 THEN 0 WHEN live AND fate % 5 = 1 THEN 1
              WHEN luck < 52 THEN 1 WHEN luck < 82 THEN 2 ELSE 3 END AS asked
  FROM drawn d
)"""
_REQUESTS = f"""
INSERT INTO requests (id, client_id, status, service, zone, city, place_text, problem, provider_id, fallback_told,
                      rating, cancel_reason, token, created_at, confirmed_at, promised_at, accepted_at, closed_at)
{_COURSE}
SELECT i, CASE WHEN live THEN :clients - :all + i ELSE c END, status, service, zone, 'douala', 'derrière la pharmacie',
       problem, CASE WHEN taken THEN p END, unmet,
       CASE WHEN status = 'completed' AND later % 10 < 6 THEN 3 + later % 3 END,
       CASE WHEN status = 'cancelled' THEN 'client' END, 's' || i, @[t], CASE WHEN confirmed THEN @[t + 120] END,
       CASE WHEN confirmed THEN @[t + 120] END, CASE WHEN taken THEN @[t + 180 + 200 * asked] END,
       CASE WHEN NOT live THEN @[t + 7200 + later] END FROM course"""
_OFFERS = f"""
INSERT INTO offers (request_id, provider_id, position, code, status, score, reasons_json, withheld_json, offered_at,
                    sent_at, expires_at, answered_at)
{_COURSE}
SELECT i, 1 + (p - 1 + (asked - k) * 7) % :providers, k, 'A' || (1 + i % 9), verdict, 0.5, '{{}}', '[]',
       @[t + 120 + 200 * k], @[t + 121 + 200 * k], @[t + 721 + 200 * k],
       CASE WHEN verdict = 'open' THEN NULL WHEN verdict = 'expired' THEN @[t + 721 + 200 * k]
            ELSE @[t + 126 + 200 * k + (later * k + luck * luck) % 590] END
FROM (SELECT o.*, k, CASE WHEN k = asked AND taken THEN 'accepted' WHEN k = asked AND status = 'offered' THEN 'open'
                          WHEN k = asked AND NOT unmet AND NOT taken THEN 'withdrawn'
                          WHEN (later + k) % 5 < 2 THEN 'declined' ELSE 'expired' END AS verdict
      FROM course o CROSS JOIN (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3) AS places
      WHERE confirmed AND k <= asked) AS made ORDER BY i, k"""
_STEPS = (
    ("request_drafted", "client", "TRUE", 0),
    ("request_created", "client", "confirmed", 120),
    ("offer_made", "system", "confirmed AND asked > 0", 320),
    ("request_accepted", "provider", "taken", 500),
    ("request_unserved", "system", "unmet", 900),
    ("request_completed", "client", "status = 'completed'", 7300),
    ("request_cancelled", "client", "status = 'cancelled'", 7300),
    ("message_misunderstood", "client", "luck % 5 = 0", 30),
)
_EVENTS = (
    f"""
INSERT INTO events (happened_at, name, request_id, contact_id, actor, cause, data_json)
{_COURSE}
SELECT @[t + later_by], name, CASE WHEN name <> 'message_misunderstood' THEN i END, c, actor,
       'message:' || (1 + (i - 1) * :each), '{{}}'
FROM ("""
    + " UNION ALL ".join(
        f"SELECT i, t, c, {place} AS place, '{name}' AS name, '{actor}' AS actor, {by} AS later_by "
        f"FROM course WHERE {when}"
        for place, (name, actor, when, by) in enumerate(_STEPS)
    )
    + ") AS steps ORDER BY i, place"
)
_MESSAGES = f"""
INSERT INTO messages (id, direction, channel, contact_id, request_id, external_id, key, kind, text, understood_json,
                      status, attempts, created_at, sent_at)
{_COURSE}, places(k) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT k + 1 FROM places WHERE k < :each)
SELECT (i - 1) * :each + k, CASE WHEN k % 2 = 1 THEN 'in' ELSE 'out' END, 'whatsapp', c, i,
       'wamid.' || i || '.' || k, CASE WHEN k % 2 = 0 THEN 'seed:' || i || ':' || k END,
       CASE WHEN k % 2 = 1 THEN 'text' ELSE 'recap' END,
       CASE WHEN k > 1 THEN 'OUI' WHEN luck % 5 = 0 THEN {pick(9, STRANGE)} || ' ' || zone
            ELSE problem || ' à ' || zone END,
       CASE WHEN k % 2 = 1 THEN '{{"intent":"new_request","confidence":0.9}}' END,
       CASE WHEN k % 2 = 1 THEN 'understood' ELSE 'delivered' END, 1, @[t + 20 * k],
       CASE WHEN k % 2 = 0 THEN @[t + 20 * k + 1] END
FROM course CROSS JOIN places ORDER BY i, k"""
_RECEIPTS = f"""
INSERT INTO receipts (channel, external_id, key, status, pricing_json, occurred_at, created_at)
{_COURSE}
SELECT 'whatsapp', 'wamid.' || i || '.2', 'seed:' || i || ':2', 'sent',
       CASE WHEN luck < 20 THEN '{{"billable":true,"category":"utility"}}'
            ELSE '{{"billable":false,"category":"service"}}' END, @[t + 42], @[t + 42] FROM course"""
_CONTACTS = f"""
INSERT INTO contacts (id, name, channel, is_provider, last_inbound_at, created_at)
{_N} SELECT i, {pick(10, FIRST)} || ' ' || {pick(11, LAST)}, 'whatsapp', i > :clients,
            @[:start + 31536000 - i % 864000],
            @[:start] FROM n"""
_PROVIDERS = f"""
INSERT INTO providers (id, contact_id, name, folded, services, zones, latitude, longitude, rating_sum, rating_count,
                       offers_count, answers_count, answer_seconds, jobs_count, created_at)
{_N} SELECT i - :clients, i, {pick(10, FIRST)} || ' ' || {pick(11, LAST)},
            {pick(10, FOLDED)} || ' ' || LOWER({pick(11, LAST)}),
            {pick(5, SERVICES)}, {pick(6, slugs())}, 4.05, 9.70, 4 * (i % 40), i % 40, 20, 15, 120, i % 60,
            @[:start] FROM n"""
_COVERAGE = "INSERT INTO provider_coverage (service, zone, provider_id) SELECT services, zones, id FROM providers"
_NAMES = "INSERT INTO names (word, contact_id) SELECT {word}, id FROM contacts"


def fill(database: Database, requests: int = 1_000_000, messages: int = 5_000_000, providers: int = 10_000) -> None:
    """So many requests of the last year, ``messages / requests`` messages for each, 1.6 offers, their diary, a quarter
    as many clients, and providers of one trade and one quarter each. The database must be empty."""
    clients = max(requests // 4, LIVE)
    with transaction(database) as conn:
        taken_away = _bare(conn, database)
        start = int((conn.now - timedelta(days=365)).timestamp())
        known = {
            "start": start,
            "all": requests,
            "clients": clients,
            "providers": providers,
            "each": messages // requests,
            "live": min(LIVE, requests // 200),
        }
        _run(conn, _CONTACTS, (1, clients + providers), known)
        addresses(conn, 1, clients + providers, conn.now - timedelta(days=365), 70_000_000)
        _run(conn, _PROVIDERS, (clients + 1, clients + providers), known)
        conn.run(_COVERAGE)
    for first in range(1, requests + 1, CHUNK):
        with transaction(database) as conn:
            for sql in (_REQUESTS, _OFFERS, _EVENTS, _MESSAGES, _RECEIPTS):
                _run(conn, sql, (first, min(first + CHUNK - 1, requests)), known)
    with transaction(database) as conn:
        _take_down(conn, database)
        for statement in taken_away:
            conn.run(statement)
        _continue_after(conn, database)
    settle(database)


_TIME = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%S.000000Z', {0}, 'unixepoch')",
    "postgresql": "to_timestamp({0})",
}
_MARKED = re.compile(r"@\[(.*?)\]")


def _run(conn: Connection, sql: str, ids: tuple[int, int], known: dict[str, int]) -> None:
    """Run a statement for a range of ids; ``@[…]`` marks seconds since 1970."""
    written = _MARKED.sub(
        lambda found: _TIME["sqlite" if isinstance(conn, SqliteConnection) else "postgresql"].format(found[1]), sql
    )
    conn.run(written, **known, first=ids[0], last=ids[1])


def _bare(conn: Connection, database: Database) -> list[str]:
    """Take triggers and indexes away; the statements that bring them back."""
    if database.dialect == "sqlite":
        found = conn.all(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL "
            "AND name NOT LIKE 'request_search%'"
        )
        for row in found:
            conn.run(f"DROP {row['type']} {row['name']}")
        return [row["sql"] for row in found]
    indexes = conn.all(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    for row in indexes:
        conn.run(f"DROP INDEX {row['indexname']}")
    for table in TABLES:
        conn.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return [row["indexdef"] for row in indexes] + [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES]


def _take_down(conn: Connection, database: Database) -> None:
    """What the triggers would have kept: figures, the words of requests, the words of names."""
    figures.rebuild(conn)
    key = "rowid" if database.dialect == "sqlite" else "request_id"
    conn.run(f"INSERT INTO request_search ({key}, words) SELECT id, words FROM request_words")
    place = "INSTR(name, ' ')" if database.dialect == "sqlite" else "POSITION(' ' IN name)"
    for word in (f"SUBSTR(name, 1, {place} - 1)", f"SUBSTR(name, {place} + 1)"):
        plain = f"REPLACE(REPLACE(LOWER({word}), 'é', 'e'), 'è', 'e')"
        conn.run(_NAMES.format(word=plain))


def _continue_after(conn: Connection, database: Database) -> None:
    """PostgreSQL's counters do not see given ids."""
    if database.dialect == "postgresql":
        for table in TABLES:
            conn.all(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), COALESCE(MAX(id), 1)) FROM {table}")
