"""Allowances that all processes share: so much in so much time, spent and growing again.

One number for each says it all (a "generic cell rate", as telephone exchanges count): the second at which the
allowance will be whole again. Whoever takes a share moves it on by that share's time; further ahead than the whole it
must not lie.
"""

from mboa.storage.store import Connection

_TAKE = """
INSERT INTO allowances (subject, spent_until) VALUES (:subject, :from_now)
ON CONFLICT (subject) DO UPDATE SET spent_until =
    CASE WHEN allowances.spent_until > :now THEN allowances.spent_until + :share ELSE :from_now END
WHERE allowances.spent_until + :share <= :furthest OR allowances.spent_until <= :now"""
_SPENT = "SELECT spent_until FROM allowances WHERE subject = :subject"
_FORGET = "DELETE FROM allowances WHERE spent_until < :now"


def take(conn: Connection, subject: str, share: float, whole: float) -> float:
    """Take ``share`` seconds of an allowance of ``whole`` seconds: 0 when they were there, else seconds to wait."""
    now = conn.now.timestamp()
    taken = conn.run(_TAKE, subject=subject, now=now, share=share, from_now=now + share, furthest=now + whole)
    if taken:
        return 0.0
    row = conn.one(_SPENT, subject=subject)
    return max(0.0, float(row["spent_until"]) + share - now - whole) if row else 0.0


def forget(conn: Connection) -> int:
    """Drop the allowances that are whole again; returns how many."""
    return conn.run(_FORGET, now=conn.now.timestamp())
