"""Requests that are still being described, by their words.

They stand in no index of words, because they change with every message: they are few, and are read themselves."""

from collections.abc import Iterable

from mboa.dispatch.status import Status
from mboa.storage.admin.request_filters import IS_OPEN, Filters
from mboa.storage.admin.request_search import PREFIX_LETTERS, words_of
from mboa.storage.store import Connection

# The newest ones; who has written nothing for hours is asked once and then closed.
MOST = 1_000
DRAFTS = frozenset({Status.GATHERING, Status.CONFIRMING})
_DRAFTS = f"""
SELECT r.id, r.problem, r.place_text, r.zone, c.name FROM requests r JOIN contacts c ON c.id = r.client_id
WHERE {IS_OPEN} AND r.status IN ('gathering', 'confirming') AND r.confirmed_at IS NULL
ORDER BY r.created_at DESC, r.id DESC LIMIT {MOST}"""


def found(conn: Connection, filters: Filters) -> tuple[int, ...]:
    """The ids of the drafts that have every word that is looked for; none when words are not what is looked for."""
    search = filters.search
    if search is None or search.by_number or not search.words or filters.sort == "waiting":
        return ()
    if filters.statuses and not filters.statuses & DRAFTS:
        return ()
    return tuple(row["id"] for row in conn.all(_DRAFTS) if _has(search.words, row.values()))


def _has(wanted: Iterable[str], values: Iterable[object]) -> bool:
    """Whether each word stands there, the longer ones as beginnings: what the index of words would find."""
    known = set(words_of(" ".join(value for value in values if isinstance(value, str))))
    return all(word in known or (_may_begin(word) and any(one.startswith(word) for one in known)) for word in wanted)


def _may_begin(word: str) -> bool:
    return len(word) >= PREFIX_LETTERS and not word.isdecimal()
