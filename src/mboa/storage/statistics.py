"""What PostgreSQL knows of its tables, gathered again when one has outgrown it.

A plan is made for the table that the statistics know and kept until they change. PostgreSQL looks once a minute whether
they are old (``autovacuum_naptime``): in the first minutes of a busy house every message would read all people there
are, because for the ten that there were that was cheapest. A table is read anew each time it has grown fourfold: ten
times on the way to a million rows, each in a fraction of a second (PostgreSQL looks at 30,000 rows at most).
"""

from mboa.storage.store import Connection

_GROWTH, _SMALLEST_PAGES = 4, 2
_OUTGROWN = """
SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
  AND pg_relation_size(oid) > current_setting('block_size')::bigint * :growth * GREATEST(relpages, :smallest)
ORDER BY relname"""


def keep_up(conn: Connection) -> list[str]:
    """Gather them for every table that has grown fourfold since; the names of these tables. For PostgreSQL only."""
    grown = [row["relname"] for row in conn.all(_OUTGROWN, growth=_GROWTH, smallest=_SMALLEST_PAGES)]
    for table in grown:
        conn.run(f'ANALYZE "{table}"')
    return grown
