"""What the engine says of itself."""

from collections.abc import Iterable

from mboa.storage.store import Connection

_SETTING = "SELECT current_setting(:name) AS value"


def settings_in_force(conn: Connection, names: Iterable[str]) -> dict[str, str]:
    """PostgreSQL's settings of these names, as they are for this connection."""
    return {name: str((conn.one(_SETTING, name=name) or {})["value"]) for name in names}
