"""Everything that a database holds, as whoever stole it would read it."""

from contextlib import closing
from pathlib import Path

import psycopg

from tests.engines import Database

_COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns c JOIN information_schema.tables t
USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"""


def everything_in(database: Database) -> str:
    """The bytes of the SQLite file and of what lies beside it, or every column of every table."""
    if database.dialect == "sqlite":
        files = sorted(Path(database.address).parent.glob("mboa.db*"))
        return "\n".join(file.read_bytes().decode("latin-1") for file in files)
    with closing(psycopg.connect(database.address)) as db:
        columns = db.execute(_COLUMNS).fetchall()
        found = [db.execute(f'SELECT "{name}"::text FROM "{table}"').fetchall() for table, name in columns]
    return "\n".join(str(value) for rows in found for (value,) in rows)


def spellings(phone: str) -> list[str]:
    """The ways in which a Cameroonian number (E.164) is written, the shortest of which every other one holds."""
    own = phone.removeprefix("+237")
    pairs = [own[at : at + 2] for at in range(1, 9, 2)]
    return [own, " ".join([own[0], *pairs]), " ".join([own[:3], *pairs[1:]]), "-".join([own[:3], own[3:6], own[6:]])]


def traces_of(database: Database, *phones: str) -> list[str]:
    """The spellings of these phones that are found in the database."""
    held = everything_in(database)
    return [spelling for phone in phones for spelling in spellings(phone) if spelling in held]
