"""How the database counts for itself: triggers that keep figures, and views that recount them.

What is counted is the *contribution* of a row (a request, an offer, a message, a receipt). When the row changes, what
it contributed is taken back and what it contributes now is added. A ``recount_…`` view adds up the same contributions
from the rows themselves: figures and recount are equal in every snapshot.

On PostgreSQL nobody waits for a figure: a transaction adds to a row of its key that no other transaction holds, or
makes one more. So a key has as many rows as were once busy at the same time, there is no deadlock, and readers sum.
On SQLite, with its one writer, a key has one row.

Migrations that were released rely on this file: what it makes of a :class:`Count` must not change any more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alembic import op

# A day is Douala's: one hour ahead of UTC, all year round.
SQLITE = {
    "key": "",
    "big": "INTEGER",
    "text": "TEXT",
    "end": ", PRIMARY KEY ({keys})) WITHOUT ROWID",
    "day": "date({0}, '+1 hour')",
    "hour": "CAST(strftime('%H', {0}, '+1 hour') AS INTEGER)",
    "ms": "MAX(0, CAST(ROUND((julianday({1}) - julianday({0})) * 86400000) AS INTEGER))",
    "within": "{ms} BETWEEN {low} AND {high} - 1",
    "category": "json_extract({0}, '$.category')",
    "billable": "json_extract({0}, '$.billable') = 1",
    "differ": "IS NOT",
}
POSTGRESQL = {
    "key": "id BIGINT GENERATED ALWAYS AS IDENTITY, ",
    "big": "BIGINT",
    "text": 'TEXT COLLATE "C"',
    # Room for the next version of a row beside it: no index is touched by a count.
    "end": ") WITH (fillfactor = 50)",
    "day": "to_char({0} AT TIME ZONE 'UTC' + INTERVAL '1 hour', 'YYYY-MM-DD')",
    "hour": "CAST(EXTRACT(HOUR FROM {0} AT TIME ZONE 'UTC' + INTERVAL '1 hour') AS INTEGER)",
    "ms": "GREATEST(0, CAST(ROUND(EXTRACT(EPOCH FROM {1} - {0}) * 1000) AS BIGINT))",
    # Intervals are compared ten times faster than numbers are made of them.
    "within": "{1} - {0} >= INTERVAL '{low} ms' AND {1} - {0} < INTERVAL '{high} ms'",
    "category": "CAST({0} AS jsonb) ->> 'category'",
    "billable": "CAST({0} AS jsonb) ->> 'billable' = 'true'",
    "differ": "IS DISTINCT FROM",
}
Sql = dict[str, str]
# More rows of one key would be more to read; with fewer, connections meet at one and step past each other.
SLOT = "pg_backend_pid() % 16"
# A table's keys and figures.
Tables = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True)
class Count:
    """What the rows of ``source`` contribute to ``table``: SQL of the row ``{r}``. ``watched`` are the expressions
    whose change changes the contribution; without any, a row counts once and for all. ``busy``: every message counts
    there, so on PostgreSQL each connection has a row of its own."""

    table: str
    source: str
    when: str
    keys: Sql
    adds: Sql
    watched: tuple[str, ...] = field(default=())
    busy: bool = False


def _row(text: str, row: str) -> str:
    return text.replace("{r}", row)


def _changed(count: Count, words: Sql) -> str:
    """Whether an update changes what the row contributes."""
    watched = (one for one in count.watched if "{r}" in one)
    differs = " OR ".join(f"{_row(one, 'OLD')} {words['differ']} {_row(one, 'NEW')}" for one in watched)
    return f"(({_row(count.when, 'OLD')}) OR ({_row(count.when, 'NEW')})) AND ({differs})"


def _added(count: Count, row: str, sign: str = "") -> str:
    """SQLite: add (or take back) what a row contributes."""
    names = [*count.keys, *count.adds]
    values = [_row(v, row) for v in count.keys.values()] + [f"{sign}({_row(v, row)})" for v in count.adds.values()]
    return (
        f"INSERT INTO {count.table} ({', '.join(names)}) SELECT {', '.join(values)} WHERE {_row(count.when, row)}"
        f"{_on_conflict(count)}"
    )


def _sqlite_triggers(count: Count, name: str) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {name}_new AFTER INSERT ON {count.source} WHEN {_row(count.when, 'NEW')} "
        f"BEGIN {_added(count, 'NEW')} END"
    )
    if count.watched:
        yield (
            f"CREATE TRIGGER {name}_changed AFTER UPDATE ON {count.source} WHEN {_changed(count, SQLITE)} "
            f"BEGIN {_added(count, 'OLD', '-')} {_added(count, 'NEW')} END"
        )


def _upsert(count: Count, row: str, adds: Sql) -> str:
    """PostgreSQL: add to a row of the key that nobody holds, or make one.

    While somebody still looks at the past, and within one transaction, every version of a row stays: the index is read
    backwards, which meets the newest first, and leads straight to it.
    """
    names = {**count.keys, **({"slot": SLOT} if count.busy else {})}
    at = " AND ".join(f"k.{key} = {_row(value, row)}" for key, value in names.items())
    keys = ", ".join(_row(value, row) for value in names.values())
    return (
        f"UPDATE {count.table} SET {', '.join(f'{name} = {name} + {value}' for name, value in adds.items())} "
        f"WHERE ctid = (SELECT k.ctid FROM {count.table} k WHERE {at} ORDER BY k.id DESC LIMIT 1 "
        f"FOR NO KEY UPDATE SKIP LOCKED); "
        f"IF NOT FOUND THEN INSERT INTO {count.table} ({', '.join((*names, *adds))}) "
        f"VALUES ({keys}, {', '.join(adds.values())}); END IF;"
    )


def _postgresql_triggers(count: Count, name: str) -> Iterator[str]:
    plus = {name: f"({_row(value, 'NEW')})" for name, value in count.adds.items()}
    minus = {name: f"-({_row(value, 'OLD')})" for name, value in count.adds.items()}
    both = {name: f"{plus[name]} {minus[name]}" for name in plus}
    was, now = f"({_row(count.when, 'OLD')})", f"({_row(count.when, 'NEW')})"
    same = " AND ".join(f"{_row(k, 'OLD')} = {_row(k, 'NEW')}" for k in count.keys.values())
    yield _function(f"{name}_new", _upsert(count, "NEW", plus))
    yield _trigger(count, f"{name}_new", "INSERT", now)
    if count.watched:
        apart = (
            f"IF {was} THEN {_upsert(count, 'OLD', minus)} END IF; IF {now} THEN {_upsert(count, 'NEW', plus)} END IF;"
        )
        joined = f"IF {was} AND {now} AND {same} THEN {_upsert(count, 'NEW', both)} ELSE {apart} END IF;"
        yield _function(f"{name}_changed", joined)
        yield _trigger(count, f"{name}_changed", "UPDATE", _changed(count, POSTGRESQL))


def _function(name: str, body: str) -> str:
    # One plan is as good as another: to plan anew costs a connection's first messages more than the count itself.
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan "
        f"AS $$BEGIN {body} RETURN NULL; END$$"
    )


def _trigger(count: Count, name: str, event: str, when: str) -> str:
    return f"CREATE TRIGGER {name} AFTER {event} ON {count.source} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"


def moved(count: Count, parent: str, link: str, names: Sequence[str]) -> Iterator[str]:
    """The rows of ``count`` are filed under ``names`` of their ``parent`` (through their column ``link``): when those
    change there, what they contributed moves along. For SQLite, then for PostgreSQL."""
    changed = " OR ".join(f"COALESCE(OLD.{name}, '') <> COALESCE(NEW.{name}, '')" for name in names)
    name = f"{count.table}_moved"
    yield (
        f"CREATE TRIGGER {name} AFTER UPDATE ON {parent} WHEN {changed} "
        f"BEGIN {_filed(count, link, names, 'OLD')} {_filed(count, link, names, 'NEW')} END"
    )
    both = " ".join(_filed(count, link, names, row).replace(_on_conflict(count), ";") for row in ("OLD", "NEW"))
    yield _function(name, both)
    yield f"CREATE TRIGGER {name} AFTER UPDATE ON {parent} FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION {name}()"


def _filed(count: Count, link: str, names: Sequence[str], row: str) -> str:
    """Add the sums of all rows of a parent under its new names, or take them back under its old ones."""
    sign = "-" if row == "OLD" else ""
    own = {key: f"COALESCE({row}.{key}, '')" if key in names else _row(sql, "r") for key, sql in count.keys.items()}
    sums = {name: f"{sign}SUM({_row(sql, 'r')})" for name, sql in count.adds.items()}
    grouped = ", ".join(sql for key, sql in own.items() if key not in names)
    return (
        f"INSERT INTO {count.table} ({', '.join((*own, *sums))}) SELECT {', '.join((*own.values(), *sums.values()))} "
        f"FROM {count.source} r WHERE r.{link} = NEW.id AND {_row(count.when, 'r')} GROUP BY {grouped}"
        f"{_on_conflict(count)}"
    )


def _on_conflict(count: Count) -> str:
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in count.adds)
    return f" ON CONFLICT ({', '.join(count.keys)}) DO UPDATE SET {sums};"


def recounted(table: str, keys: Sequence[str], figures: Sequence[str], counts: Sequence[Count]) -> str:
    """The view that adds up a table's figures from the rows themselves."""
    parts = []
    for count in counts:
        values = [_row(count.keys[key], "r") + f" AS {key}" for key in keys]
        values += [_row(count.adds.get(figure, "0"), "r") + f" AS {figure}" for figure in figures]
        parts.append(f"SELECT {', '.join(values)} FROM {count.source} r WHERE {_row(count.when, 'r')}")
    sums = ", ".join(f"CAST(SUM({figure}) AS BIGINT) AS {figure}" for figure in figures)
    grouped = ", ".join(keys)
    return (
        f"CREATE VIEW recount_{table} AS SELECT {grouped}, {sums} FROM ({' UNION ALL '.join(parts)}) AS parts "
        f"GROUP BY {grouped}"
    )


def _table(table: str, keys: Sequence[str], figures: Sequence[str], words: Sql, *, busy: bool) -> Iterator[str]:
    kind = {"hour": "INTEGER", "paid": "INTEGER", "provider_id": words["big"], "waited_ms": words["big"]}
    columns = [f"{key} {kind.get(key, words['text'])} NOT NULL" for key in keys]
    columns += [f"{figure} {kind.get(figure, 'INTEGER')} NOT NULL DEFAULT 0" for figure in figures]
    slot = ["slot"] if busy and words["key"] else []
    columns += [f"{name} INTEGER NOT NULL DEFAULT 0" for name in slot]
    end = words["end"].format(keys=", ".join(keys))
    yield f"CREATE TABLE {table} ({words['key']}{', '.join(columns)}{end}"
    if words["key"]:
        yield f"CREATE INDEX {table}_key ON {table} ({', '.join([*keys, *slot])}, id)"


def install(tables: Tables, counts: Sequence[Count]) -> None:
    """Create the tables, fill them from the rows that are there, and count from now on."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, (keys, figures) in tables.items():
        busy = any(count.busy for count in counts if count.table == table)
        for statement in _table(table, keys, figures, SQLITE if on_sqlite else POSTGRESQL, busy=busy):
            op.execute(statement)
        op.execute(recounted(table, keys, figures, [count for count in counts if count.table == table]))
        columns = ", ".join((*keys, *figures))
        op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM recount_{table}")
    for count in counts:
        name = f"{count.table}_{count.source}_{next(iter(count.adds))}"
        for statement in (_sqlite_triggers if on_sqlite else _postgresql_triggers)(count, name):
            op.execute(statement)
