"""A city that went down at ten past nine: a few stories told at its door, then copied by the thousand."""

from collections.abc import Iterable
from datetime import timedelta

from mboa.storage.store import Connection, Row
from tests.city import NEED, City
from tests.engines import sealed

ELSEWHERE = NEED.replace("Bonamoussadi", "Logpom")
PROVIDERS = 20
# Rows of the first stories have ids below this; copy number i of a row has the row's id and i times this.
STRIDE = 500
LIVE_COPIES, CLOSED_COPIES = 500, 50_000

# The columns that name a row's own story, and by which column a row belongs to it.
_OWN = {
    "contacts": ("id",),
    "identities": ("id", "contact_id"),
    "requests": ("id", "client_id"),
    "offers": ("id", "request_id"),
    "messages": ("id", "contact_id", "request_id", "offer_id"),
    "events": ("id", "request_id", "contact_id"),
}
_OF_STORY = {
    "contacts": "id IN ({clients})",
    "identities": "contact_id IN ({clients})",
    "requests": "id IN ({requests})",
    "offers": "request_id IN ({requests})",
    "messages": "(request_id IN ({requests}) OR contact_id IN ({clients}))",
    "events": "request_id IN ({requests})",
}
# Of what is over, one message and the last event are enough to weigh on every table; the clients came back often.
_LIGHT = {"messages": " AND kind = 'recap'", "events": " AND name IN ('request_completed', 'request_cancelled')"}
_REGULARS = {"contacts": LIVE_COPIES, "identities": LIVE_COPIES}


async def tell_stories(city: City) -> None:
    """One story of each kind, up to the failure: completed, accepted, cancelled, a provider asked, nobody there, and a
    provider's question that is written and not sent yet.
    """
    providers = [await city.provider(f"Paul {number}") for number in range(PROVIDERS)]
    for paul in providers:
        await paul.writes("DISPO")
    for kind in ("completed", "accepted", "cancelled", "offered", "unserved", "unsent"):
        client = city.client(f"Mireille {kind}")
        await client.writes(ELSEWHERE if kind == "unserved" else NEED)
        await city.post(city.double.text(client.address, "OUI"))
        if kind == "unsent":
            await city.mboa.crew.loops["inbox"].step()
            continue
        await city.settle()
        if kind in {"completed", "accepted"}:
            paul = next(one for one in providers if one.heard("Nouvelle demande") > one.heard("est à vous"))
            await paul.writes("OUI")
        if kind == "completed":
            await paul.writes("TERMINE")
            await client.writes("5")
        if kind == "cancelled":
            await client.writes("ANNULER")


def multiply(conn: Connection, dialect: str) -> list[str]:
    """Copy the stories under way and those that are over, each so many times; the phones of all clients."""
    for over, copies in ((False, LIVE_COPIES), (True, CLOSED_COPIES)):
        rows = conn.all(f"SELECT id, client_id FROM requests WHERE closed_at IS {'NOT ' if over else ''}NULL")
        story = {"requests": _listed(row["id"] for row in rows), "clients": _listed(row["client_id"] for row in rows)}
        for table in _OWN:
            where = _OF_STORY[table].format(**story) + (_LIGHT.get(table, "") if over else "")
            _copy(conn, table, where, _REGULARS.get(table, copies) if over else copies)
            if dialect == "postgresql":
                conn.run(f"ANALYZE {table}")  # else foreign keys are checked as if it still had twenty rows
                conn.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
    if dialect == "postgresql":
        conn.run("ANALYZE")
    return [row["value"] for row in conn.all("SELECT sealed AS value_sealed FROM identities WHERE scheme = 'phone'")]


def _listed(ids: Iterable[int]) -> str:
    return ", ".join(map(str, ids))


def _copy(conn: Connection, table: str, where: str, copies: int) -> None:
    if table == "identities":
        _copy_addresses(conn, where, copies)
        return
    example = conn.one(f"SELECT * FROM {table} LIMIT 1") or {}
    # What is sealed comes out under its name without the suffix.
    columns = ["full_sealed" if column == "full" else column for column in example]
    values = ", ".join(_value(table, column) for column in columns)
    conn.run(
        f"INSERT INTO {table} ({', '.join(columns)}) "
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
        f"SELECT {values} FROM {table}, n WHERE {where}",
        last=copies - 1,
    )


def _copy_addresses(conn: Connection, where: str, copies: int) -> None:
    """A number of his own for each copy of a person: numbers are sealed, and SQL cannot do that."""
    rows = conn.all(f"SELECT id, contact_id, channel, scheme, created_at FROM identities WHERE {where}")
    conn.many(
        "INSERT INTO identities (id, contact_id, channel, scheme, sealed, lookup, created_at) "
        "VALUES (:id, :contact_id, :channel, :scheme, :sealed, :lookup, :created_at)",
        [_moved(row, i * STRIDE) for row in rows for i in range(1, copies)],
    )


def _moved(row: Row, by: int) -> Row:
    contact = row["contact_id"] + by
    address = f"+2376{30_000_000 + contact}" if row["scheme"] == "phone" else f"{row['scheme']}-{contact}"
    return {**row, "id": row["id"] + by, "contact_id": contact, **sealed(address)}


def _value(table: str, column: str) -> str:
    """What a copy has in a column: its own ids and addresses, and the next of the providers.

    Providers and their contacts were entered first, and have the numbers from 1.
    """
    someone = f"(({column} - 1 + i) % {PROVIDERS}) + 1"
    if column == "provider_id":
        return someone
    if column in {"client_id", "contact_id"}:
        client = f"{column} + (i % {LIVE_COPIES}) * {STRIDE}"
        return f"CASE WHEN {column} <= {PROVIDERS} THEN {someone} ELSE {client} END"
    if column in _OWN[table]:
        return f"{column} + i * {STRIDE}"
    if column in {"token", "key", "external_id"}:
        return f"{column} || '-' || i"
    return column


async def go_down(city: City) -> None:
    """The evening, and the failure in the middle of it; 2,000 requests are under way, 100,000 are over."""
    await tell_stories(city)
    for phone in await city.mboa.office.store.write(multiply, city.database.dialect):
        city.double.remember(phone, city.clock())
    city.clock.advance(timedelta(minutes=5).total_seconds())
