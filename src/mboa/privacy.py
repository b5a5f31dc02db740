"""Law 2024/017, carried out by itself: whoever asked is forgotten, and words are not kept for ever."""

import logging
from datetime import timedelta

from mboa.office import Office
from mboa.storage import blur, erasure
from mboa.storage.store import Connection
from mboa.storage.unit_of_work import Unit

logger = logging.getLogger(__name__)
ERASE_EVERY_SECONDS, BLUR_EVERY_SECONDS = 30.0, 6 * 3600.0
AT_ONCE = 500


async def forget_whoever_asked(office: Office) -> int:
    """Forget those whose EFFACER has been answered; how many."""
    asked = await office.store.read(erasure.waiting, AT_ONCE)
    for contact_id in asked:
        await office.transact(forget_person, "erasure", contact_id)
    return len(asked)


def forget_person(unit: Unit, contact_id: int) -> None:
    """Erase a person, and note that it was done."""
    erasure.erase(unit.conn, contact_id)
    unit.happened("person_erased", "system", contact_id=contact_id)


async def blur_what_is_old(office: Office) -> int:
    """Take words and addresses out of what is older than the policy keeps them; how many rows were looked at."""
    seen = 0
    for table in ("messages", "requests", "events"):
        while looked_at := await office.store.write(_blur, table, office.policy.retention_days):
            seen += looked_at
    if seen:
        logger.info("words_blurred", extra={"rows": seen, "older_than_days": office.policy.retention_days})
    return seen


def _blur(conn: Connection, table: str, days: int) -> int:
    return blur.blur_next(conn, table, conn.now - timedelta(days=days), AT_ONCE)
