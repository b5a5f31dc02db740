"""Daily figures, kept by the database itself in the transaction of what they count.

How counting is done stands in ``migrations/counting.py``; what is counted, of which rows and on which day, here.
"""

from collections.abc import Iterator

from alembic import op

from mboa.storage.migrations.counting import POSTGRESQL, SQLITE, Count, Sql, install, moved

revision = "0005"
down_revision = "0004"

# Where the classes of answer times begin, in seconds; the last one is open.
BOUNDS = (0, 5, 10, 15, 20, 30, 45, 60, 80, 100, 120, 150, 180, 240, 300, 360, 420, 480, 540, 600, 900, 1800, 3600)
BOUNDS_MS = tuple(1000 * seconds for seconds in (*BOUNDS, 7200, 21600))
CLASSES = range(len(BOUNDS_MS))
LONGEST_MS = 10**12

COURSE = ("created", "accepted", "completed", "cancelled", "unserved")
OFFERS = ("offers_made", "offers_accepted", "offers_declined", "offers_expired")
# Each table's keys and figures. A request counts on the day it was confirmed, an offer on the day it was made; among a
# provider's months the day is the month's first.
TABLES = {
    "request_figures": (("day", "service", "zone"), (*COURSE, "searching", "rated", "stars", "unmet")),
    "unmet_figures": (("zone", "day", "hour", "service"), ("n",)),
    "unmet_hours": (("day", "hour", "service"), ("n",)),
    "offer_figures": (("day", "service", "zone"), OFFERS),
    "answer_figures": (("day", "service", "zone"), ("n", "waited_ms", *(f"c{number}" for number in CLASSES))),
    "provider_figures": (("provider_id", "day"), (*COURSE, "answered")),
    "provider_months": (("day", "provider_id"), ("created", "answered")),
    "message_figures": (("day",), ("received", "heard", "misunderstood", "sent")),
    "price_figures": (("day", "category", "paid"), ("n",)),
}


# What is no message of a person. Messages are counted when they are read: at the door nobody waits for a figure.
SILENT = "'reaction', 'revoked', 'number_changed', 'identity_changed', 'unreadable'"
# What an operator gave away was never offered: `sent_at` is empty, and nobody answered.
ANSWERED = "{0}.status IN ('accepted', 'declined') AND {0}.sent_at IS NOT NULL AND {0}.answered_at IS NOT NULL"


def _month(day: str) -> str:
    return f"SUBSTR({day}, 1, 8) || '01'"


def _one(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def counts(words: Sql) -> list[Count]:
    """Everything that is counted."""
    return [*_of_requests(words), *_of_offers(words), *_of_messages(words)]


def _of_requests(words: Sql) -> Iterator[Count]:
    status = {name: _one(f"{{r}}.status = '{name}'") for name in ("completed", "cancelled", "unserved")}
    course = {"created": "1", "accepted": _one("{r}.accepted_at IS NOT NULL"), **status}
    rated = {"rated": _one("{r}.rating IS NOT NULL"), "stars": "COALESCE({r}.rating, 0)"}
    unmet = "{r}.fallback_told AND {r}.accepted_at IS NULL AND {r}.status IN ('unserved', 'cancelled')"
    state = {"searching": _one("{r}.status IN ('pending', 'offered')"), "unmet": _one(unmet)}
    day = {"day": words["day"].format("{r}.confirmed_at")}
    where = {name: f"COALESCE({{r}}.{name}, '')" for name in ("service", "zone")}
    month = {"day": _month(day["day"])}
    which = {"provider_id": "{r}.provider_id"}
    hour = {"hour": words["hour"].format("{r}.confirmed_at")}
    confirmed, taken = "{r}.confirmed_at IS NOT NULL", "{r}.provider_id IS NOT NULL"
    seen = ("{r}.confirmed_at", "{r}.service", "{r}.zone", *course.values(), *rated.values(), *state.values())
    yield Count("request_figures", "requests", confirmed, {**day, **where}, {**course, **state, **rated}, seen)
    given, whose = f"{confirmed} AND {taken}", ("{r}.provider_id", "{r}.confirmed_at")
    yield Count("provider_figures", "requests", given, {**day, **which}, course, (*whose, *course.values()))
    yield Count("provider_months", "requests", given, {**month, **which}, {"created": "1"}, whose)
    missed, seen = f"{confirmed} AND {unmet}", (*seen[:3], _one(unmet))
    hours = {**day, **hour, "service": where["service"]}
    yield Count("unmet_figures", "requests", missed, {**hours, **where}, {"n": "1"}, seen)
    yield Count("unmet_hours", "requests", missed, hours, {"n": "1"}, seen)


def _of_offers(words: Sql) -> Iterator[Count]:
    names = ("accepted", "declined", "expired")
    offers = {"offers_made": "1", **{f"offers_{name}": _one(f"{{r}}.status = '{name}'") for name in names}}
    day = {"day": words["day"].format("{r}.offered_at")}
    request = "COALESCE((SELECT q.{0} FROM requests q WHERE q.id = {{r}}.request_id), '')"
    where = {name: request.format(name) for name in ("service", "zone")}
    span = ("{r}.sent_at", "{r}.answered_at")
    ms = words["ms"].format(*span)
    steps = zip(BOUNDS_MS, (*BOUNDS_MS[1:], LONGEST_MS), strict=True)
    within = (words["within"].format(*span, ms=ms, low=low, high=high) for low, high in steps)
    classes = {f"c{number}": _one(condition) for number, condition in enumerate(within)}
    answered, seen = ANSWERED.format("{r}"), tuple(offers.values())
    moves = (_one(answered), *span)
    yield Count("offer_figures", "offers", "TRUE", {**day, **where}, offers, seen)
    yield Count("answer_figures", "offers", answered, {**day, **where}, {"n": "1", "waited_ms": ms, **classes}, moves)
    which, month = {"provider_id": "{r}.provider_id"}, {"day": _month(day["day"])}
    for table, when in (("provider_figures", day), ("provider_months", month)):
        yield Count(table, "offers", answered, {**when, **which}, {"answered": "1"}, moves[:1])


def _of_messages(words: Sql) -> Iterator[Count]:
    read, status = f"{{r}}.direction = 'in' AND {{r}}.kind NOT IN ({SILENT})", "{r}.status"
    sent = "{r}.direction = 'out' AND {r}.sent_at IS NOT NULL"
    created, out = {"day": words["day"].format("{r}.created_at")}, {"day": words["day"].format("{r}.sent_at")}
    table, figures = "message_figures", {"received": "1", "heard": _one(f"{status} = 'understood'")}
    yield Count(table, "messages", f"{read} AND {status} <> 'received'", created, figures, (status,), busy=True)
    yield Count(table, "messages", sent, out, {"sent": "1"}, ("{r}.sent_at",), busy=True)
    misread = {"day": words["day"].format("{r}.happened_at")}
    yield Count(table, "events", "{r}.name = 'message_misunderstood'", misread, {"misunderstood": "1"}, busy=True)
    price = "{r}.pricing_json"
    keys = {
        "day": words["day"].format("{r}.created_at"),
        "category": f"COALESCE({words['category'].format(price)}, 'other')",
        "paid": _one(words["billable"].format(price)),
    }
    yield Count("price_figures", "receipts", f"{{r}}.status = 'sent' AND {price} IS NOT NULL", keys, {"n": "1"})


# Answers alone, with what a share of them took: percentiles are read from here while they are few. And the providers
# with most to do in a month.
INDEXES = (
    "CREATE INDEX offers_answered ON offers (offered_at, id) WHERE status IN ('accepted', 'declined')",
    "CREATE INDEX offers_answered_of ON offers (provider_id, offered_at) WHERE status IN ('accepted', 'declined')",
    "CREATE INDEX provider_months_created ON provider_months (day, created)",
    "CREATE INDEX provider_months_answered ON provider_months (day, answered)",
)
ANSWERS = f"""
CREATE VIEW answers AS
SELECT o.id, o.provider_id, o.offered_at, r.service, r.zone, {{day}} AS day, {{ms}} AS ms
FROM offers o LEFT JOIN requests r ON r.id = o.request_id WHERE {ANSWERED.format("o")}"""


def upgrade() -> None:
    """Create the figures, and everything that keeps them."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    words = SQLITE if on_sqlite else POSTGRESQL
    counted = counts(words)
    install(TABLES, counted)
    for count in counted:
        if count.table in {"offer_figures", "answer_figures"}:
            for_sqlite, *for_postgresql = moved(count, "requests", "request_id", ("service", "zone"))
            for statement in [for_sqlite] if on_sqlite else for_postgresql:
                op.execute(statement)
    for index in INDEXES:
        op.execute(index)
    ms = words["ms"].format("o.sent_at", "o.answered_at")
    op.execute(ANSWERS.format(day=words["day"].format("o.offered_at"), ms=ms))
