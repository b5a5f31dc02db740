"""Opens what is sealed in the rows of a statement, and remembers of each statement whether anything is."""

from mboa.keyring import Keyring
from mboa.storage.sealing import is_sealed, open_rows, opened_name
from mboa.storage.store import Row

_REMEMBERED = 2048


class Opening:
    """For all connections of a store. ``keys`` open what is sealed."""

    def __init__(self, keys: Keyring | None) -> None:
        self.keys = keys
        self._sealed: dict[str, tuple[str, ...]] = {}

    def of(self, sql: str, rows: list[Row]) -> list[Row]:
        """These rows of a statement, opened in place."""
        sealed = self._sealed.get(sql)
        if sealed is None:
            sealed = self._learn(sql, rows)
        if sealed:
            for name in sealed:
                for row in rows:
                    row[opened_name(name)] = row.pop(name)
            open_rows(rows, map(opened_name, sealed), self.keys)
        return rows

    def _learn(self, sql: str, rows: list[Row]) -> tuple[str, ...]:
        if not rows:
            return ()
        if len(self._sealed) > _REMEMBERED:
            self._sealed.clear()
        self._sealed[sql] = found = tuple(filter(is_sealed, rows[0]))
        return found
