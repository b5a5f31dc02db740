"""People's names as they are looked up: word by word, without accents and capitals."""

from mboa.storage.store import Connection
from mboa.understanding.normalise import fold

# More is a slogan, not a name.
MOST_WORDS, LONGEST_WORD = 6, 40

ADD = "INSERT INTO names (word, contact_id) VALUES (:word, :contact) ON CONFLICT DO NOTHING"


def words_of(name: str) -> list[str]:
    """The words of a name, each once: ``["ngo", "mireille"]``."""
    letters = "".join(sign if sign.isalnum() else " " for sign in fold(name))
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in letters.split()))[:MOST_WORDS]


def take_down(conn: Connection, contact_id: int, name: str) -> None:
    """Let a person be found by this name."""
    conn.many(ADD, [{"word": word, "contact": contact_id} for word in words_of(name)])
