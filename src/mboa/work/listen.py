"""The inbox loop: everybody whose burst is over is heard, and failed sends are told to the product."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta

import orjson

from mboa.conversation.hear import hear, slow_down
from mboa.conversation.talk import Utterance
from mboa.office import Office
from mboa.operations.context import working_on
from mboa.operations.metrics import track_metric
from mboa.storage import floods, inbox, receipts
from mboa.storage.inbox import Unread
from mboa.storage.store import Connection, Row, StoreAway
from mboa.storage.unit_of_work import Unit
from mboa.understanding.facts import Understanding
from mboa.work.aids import NO_AIDS, Aids
from mboa.work.loops import AFTER_TROUBLE_SECONDS, Loop, attempt
from mboa.work.reading import asked
from mboa.work.refusals import settle_failure

logger = logging.getLogger(__name__)
AT_ONCE = 64
# So many people's messages may wait for a second reading; whoever comes then is heard with the first.
ASKING_AT_ONCE = 8
LOOK_SECONDS = 0.1
PROMPT = timedelta(seconds=1)
FACTS = tuple(field.name for field in fields(Understanding))


class Listen:
    """The loop over people with something unread, and over failures that channels reported."""

    def __init__(self, office: Office, channels: Sequence[str], aids: Aids = NO_AIDS) -> None:
        self.office = office
        self.channels = channels
        self.aids = aids
        self._asking: dict[int, asyncio.Task[bool]] = {}

    async def step(self, loop: Loop) -> float | None:
        """Hear everybody who is due; one person's trouble is tried again later and parked in the end."""
        while not loop.is_stopping:
            loop.turn()
            well = self._collect()
            due = await self.office.store.read(inbox.due, AT_ONCE, self.office.policy.freshness)
            waiting = [unread for unread in due if not self._asks_about(unread, loop)]
            failures = await self.office.store.read(receipts.pending, AT_ONCE)
            if not waiting and not failures and not self._asking:
                return await self.office.store.read(seconds_to_next)
            if self._asking and not waiting:
                await _rest(loop)
            done = await asyncio.gather(
                *(self._hear_person(unread) for unread in waiting),
                *(attempt(self._settle(row), "receipts", otherwise=False) for row in failures),
            )
            if not (well and all(done)):
                return AFTER_TROUBLE_SECONDS
        await asyncio.gather(*self._asking.values())
        return None

    def _asks_about(self, unread: Unread, loop: Loop) -> bool:
        """Whether a second reading of what he wrote is under way, or begins now, beside everybody else's hearing."""
        who = unread.contact_id
        if who in self._asking:
            return True
        if len(self._asking) >= ASKING_AT_ONCE or not self.aids.wants(unread):
            return False
        task = asyncio.create_task(self._hear_person(unread, self.aids), name=f"aided reading for {who}")
        task.add_done_callback(lambda _: loop.woken.set())
        self._asking[who] = task
        return True

    def _collect(self) -> bool:
        """Forget whoever was heard with a second reading meanwhile; whether all of that went well."""
        heard = {who: task.result() for who, task in self._asking.items() if task.done()}
        self._asking = {who: task for who, task in self._asking.items() if who not in heard}
        return all(heard.values())

    async def _hear_person(self, unread: Unread, aids: Aids = NO_AIDS) -> bool:
        """Whether it went well. The database being away counts no attempt towards parking the message."""
        try:
            if await attempt(self._hear(unread, aids), "listen", otherwise=False, let_through=(StoreAway,)):
                return True
            return await self._hear_one_by_one(unread)
        except StoreAway as away:
            logger.warning("store_away", extra={"loop": "listen", "reason": str(away)})
            return False

    async def _hear_one_by_one(self, unread: Unread) -> bool:
        """One of his messages cannot be heard: it must not take the others along."""
        failed = [unread.rows[0]["id"]] if len(unread.rows) == 1 else []
        for row in unread.rows if len(unread.rows) > 1 else ():
            alone = await self.office.store.read(inbox.alone, row["id"], self.office.policy.freshness)
            if alone is not None and not await attempt(
                self._hear(alone), "listen", otherwise=False, let_through=(StoreAway,)
            ):
                failed.append(row["id"])
        await self.office.store.write(inbox.failed, failed, "hearing this message failed")
        return True

    async def _hear(self, unread: Unread, aids: Aids = NO_AIDS) -> bool:
        first = unread.rows[0]["id"] if unread.rows else None
        with working_on(contact_id=unread.contact_id, message_id=first):
            utterances = await aids.read(unread)
            try:
                await self.office.transact(hear_unread, first and f"message:{first}", unread, utterances)
            except Overtaken:
                logger.debug("person_moved_on")
            else:
                _tell(unread, utterances)
        return True

    async def _settle(self, row: Row) -> bool:
        with working_on(receipt_id=row["id"]):
            await self.office.transact(settle_failure, f"receipt:{row['id']}", row, self.channels)
        return True


def _tell(unread: Unread, utterances: list[Utterance]) -> None:
    for said in utterances:
        track_metric("message.understood", 1, intent=said.facts.intent, sure=str(said.facts.sure).lower())
    if unread.is_flood:
        track_metric("flood.calmed")
        logger.warning("flood_calmed", extra={"messages": len(unread.rows)})


async def _rest(loop: Loop) -> None:
    """Until a second reading came, somebody writes, or a burst may be over."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(loop.woken.wait(), LOOK_SECONDS)
    loop.woken.clear()


class Overtaken(Exception):
    """The person's state moved between reading and hearing: read again."""


def hear_unread(unit: Unit, unread: Unread, utterances: list[Utterance]) -> None:
    """Mark as heard what nobody else heard first, and hear it, in one transaction."""
    person = unit.contact(unread.contact_id)
    if person.version != unread.version or person.is_held(unit.now) != unread.is_held:
        raise Overtaken
    mine = [said for said in utterances if _mark(unit.conn, said, unread)]
    left = hear(unit, person, mine)
    if not unread.is_flood and is_heard_at_once(unit, unread):
        floods.pause_in_gust(unit.conn, person.id)
    elif unread.is_flood and floods.calm(unit.conn, person.id) and not (person.opted_out or unread.is_held):
        slow_down(unit, person)
    waiting = [message_id for said in left for message_id in said.message_ids]
    if unread.is_held:
        inbox.leave(unit.conn, [*unread.aside, *waiting], person.held_until_at)
    elif unread.aside:
        inbox.put_aside(unit.conn, unread.aside)


def is_heard_at_once(unit: Unit, unread: Unread) -> bool:
    """Whether he typed it just now, and nothing was waited for that might have come with it."""
    return any(row["kind"] == "text" and unit.now - row["created_at"] < PROMPT for row in unread.rows[:1])


def _mark(conn: Connection, said: Utterance, unread: Unread) -> bool:
    """Keep what was understood, what he had been asked, and with which message the burst was heard."""
    known = {name: getattr(said.facts, name) for name in FACTS}
    around = {"expecting": asked(unread), "heard_with": unread.rows[0]["id"]}
    understood = orjson.dumps(known | around).decode()
    if unread.is_flood:
        return floods.heard(conn, said.message_ids, understood)
    return all(inbox.heard(conn, message_id, understood) for message_id in said.message_ids)


def seconds_to_next(conn: Connection) -> float | None:
    """Seconds until the next burst is over."""
    due_at = inbox.next_due(conn)
    return None if due_at is None else max(0.0, (due_at - conn.now) / timedelta(seconds=1))
