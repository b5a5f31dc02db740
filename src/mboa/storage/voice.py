"""The words of voice notes, kept as a message's text is."""

from mboa.storage.sealing import guarded
from mboa.storage.store import Connection, Row

_KEEP = "UPDATE messages SET text = :text, body_json = :body_json, full_sealed = :full WHERE id = :id AND text = ''"


def keep_words(conn: Connection, row: Row, text: str) -> None:
    """Write down what a voice note says; ``row`` is the message as it was read, whole."""
    conn.run(_KEEP, id=row["id"], **guarded(conn, text=text, body_json=row["body_json"]))
