"""Which secrets fit this database: one row for each that something may be sealed with."""

from mboa.keyring import CannotOpen, Keyring
from mboa.storage.store import Connection, WrongKeys

PURPOSE = "seal of the database"
PROOF = "this database"

_KNOWN = "SELECT key_name, proof FROM seal ORDER BY key_name"
_NEW = "INSERT INTO seal (key_name, proof) VALUES (:name, :proof) ON CONFLICT DO NOTHING"
_FORGET = "DELETE FROM seal WHERE key_name <> :name"
# While two secrets are in use, a newcomer's number is looked up and written under this lock: the digests of one number
# under two secrets are different, and no unique index sees that they are one.
_ONE_AT_A_TIME = "SELECT key_name FROM seal ORDER BY key_name LIMIT 1 FOR UPDATE"


def fit(conn: Connection) -> None:
    """Raise :class:`WrongKeys` unless every secret of this database is on the ring; the ring's first is taken down."""
    if check(conn):
        conn.run(_NEW, name=conn.keys.name, proof=proof(conn.keys))


def check(conn: Connection) -> bool:
    """As :func:`fit`, but nothing is written; whether the ring's first secret is new here."""
    known = {row["key_name"]: row["proof"] for row in conn.all(_KNOWN)}
    for name, sealed in known.items():
        try:
            conn.keys.open(sealed, PURPOSE)
        except CannotOpen as error:
            raise WrongKeys(_refusal(name, conn.keys)) from error
    return conn.keys.name not in known


def proof(keys: Keyring) -> str:
    """Something that only the ring's first secret can have sealed."""
    return keys.seal(PROOF, PURPOSE)


def forget_others(conn: Connection) -> int:
    """Nothing is sealed any more but with the ring's first secret; how many others there were."""
    return conn.run(_FORGET, name=conn.keys.name)


def hold(conn: Connection) -> None:
    """While the ring has two secrets, be the only one who enters somebody new; until the commit."""
    if len(conn.keys.names) > 1:
        conn.one(_ONE_AT_A_TIME)


def _refusal(name: str, keys: Keyring) -> str:
    return (
        f"MBOA_SECRET_KEY does not open this database: it is sealed with the key {name}, given was "
        f"{' and '.join(keys.names)}. Give the key it was sealed with; while keys are changed, both: new,old "
        "(then `mboa keys rotate`)."
    )
