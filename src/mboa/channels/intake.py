"""Check, keep, answer: what every webhook does before 200, and nothing more."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.requests import ClientDisconnect, Request

from mboa.channels.base import Batch, Template, TemplateNotice
from mboa.office import Office
from mboa.operations.metrics import track_metric
from mboa.storage import arrivals, paces, receipts
from mboa.storage.store import Connection, StoreAway

logger = logging.getLogger(__name__)
# Meta's batches hold up to 1,000 updates; nothing it sends comes near this (contract, section 4).
LARGEST_BODY = 4 * 1024 * 1024
# Meta wants its answer within a second or two and sends again for days: a commit that takes longer is not waited for.
KEEP_SECONDS = 1.5
_TOO_LATE = f"not durable within {KEEP_SECONDS} s"
# Meta says when a template may be used again; should that word be lost, it is tried after this.
UNTIL_APPROVED = timedelta(hours=6)


# Transactions under way at once, and webhooks in one of them.
AT_ONCE, TOGETHER = 4, 32


class TooLarge(Exception):
    """The body is over the limit; nothing of it was kept."""


async def read_body(request: Request) -> bytes:
    """The raw body, as it was signed; raises :class:`TooLarge` as soon as the limit is passed, and
    ``ClientDisconnect`` when the sender hangs up before its end."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size > LARGEST_BODY:
            raise TooLarge
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


@dataclass(eq=False, slots=True)
class _Waiting:
    """A batch on its way to the disk; ``kept`` becomes false when the transaction it shared failed."""

    batch: Batch
    kept: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def give_up(self) -> None:
        """Whoever waits hears that it takes too long; what becomes of the batch does not depend on him."""
        if not self.kept.done():
            self.kept.set_exception(StoreAway(_TOO_LATE))


class Intake:
    """Keeps batches. ``burst`` is how long one person's messages are gathered.

    While a transaction is under way the next batches gather and share the next one: what one commit costs, many share.
    """

    def __init__(self, office: Office, burst: timedelta) -> None:
        self.office = office
        self.burst = burst
        self._waiting: deque[_Waiting] = deque()
        self._writers: set[asyncio.Task[None]] = set()
        self._under_way = 0

    async def keep(self, batch: Batch) -> None:
        """Make a batch durable; returns after the commit.

        Raises ``StoreAway``, also when the database is silent for 1.5 s: whether it kept the batch is then unknown,
        and whoever sends it again has no second effect.
        """
        ends = asyncio.get_running_loop().time() + KEEP_SECONDS
        if not await self._keep_with_others(batch, ends):
            try:
                async with asyncio.timeout_at(ends):
                    await self._write([batch])
            except TimeoutError as late:
                raise StoreAway(_TOO_LATE) from late
        for message in batch.messages:
            track_metric("message.received", 1, channel=message.channel)
        for notice in batch.notices:
            log = logger.info if notice.usable else logger.error
            log("template_notice", extra={"template": f"{notice.name}/{notice.language}", "said": notice.said})
        for parked in batch.parked:
            logger.warning("webhook_parked", extra={"channel": parked.channel, "reason": parked.reason})

    async def _keep_with_others(self, batch: Batch, ends: float) -> bool:
        """Whether it was kept; else it must be tried alone: one poisonous batch must not take its neighbours along."""
        mine = _Waiting(batch)
        self._waiting.append(mine)
        if self._under_way < AT_ONCE:
            self._under_way += 1
            # A task of its own: whoever gives up waiting takes nobody's transaction along.
            writer = asyncio.create_task(self._write_waiting(), name="intake")
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        patience = asyncio.get_running_loop().call_at(ends, mine.give_up)
        try:
            return await mine.kept
        except StoreAway:
            with contextlib.suppress(ValueError):  # a transaction may have taken it
                self._waiting.remove(mine)
            raise
        finally:
            patience.cancel()

    async def _write_waiting(self) -> None:
        """Until nobody waits; all of a transaction are told at once."""
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER))]
                kept = await self._write_together([waiting.batch for waiting in group])
                for waiting in group:
                    if not waiting.kept.done():
                        waiting.kept.set_result(kept)
        finally:
            # Not when the task is seen to have ended: whoever comes in between would wait for nobody.
            self._under_way -= 1

    async def _write_together(self, batches: list[Batch]) -> bool:
        try:
            await self._write(batches)
        except Exception:  # noqa: BLE001 - The web's edge: whose fault it was is seen when each is tried alone.
            logger.info("kept_one_by_one", extra={"batches": len(batches)})
            return False
        return True

    async def _write(self, batches: list[Batch]) -> None:
        await self.office.store.write_first(keep_batches, batches, self.burst, self.office.policy.offer_timeout)


def keep_batches(conn: Connection, batches: Sequence[Batch], burst: timedelta, offer_timeout: timedelta) -> None:
    """Everything that some batches hold, in one transaction; what is known already changes nothing."""
    arrivals.keep(conn, [message for batch in batches for message in batch.messages], burst)
    for batch in batches:
        for parked in batch.parked:
            arrivals.park(conn, parked)
        for receipt in batch.receipts:
            receipts.keep(conn, receipt, offer_timeout)
        for notice in batch.notices:
            _heed(conn, notice)


def _heed(conn: Connection, notice: TemplateNotice) -> None:
    template = Template(notice.name, notice.language)
    if notice.usable:
        paces.resume_template(conn, notice.channel, template)
    else:
        paces.pause_template(conn, notice.channel, template, conn.now + UNTIL_APPROVED, notice.said)
