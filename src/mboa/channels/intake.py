"""Check, keep, answer: what every webhook does before 200, and nothing more."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.requests import Request

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
# Meta says when a template may be used again; should that word be lost, it is tried after this.
UNTIL_APPROVED = timedelta(hours=6)


# Transactions under way at once, and webhooks in one of them.
AT_ONCE, TOGETHER = 4, 32


class TooLarge(Exception):
    """The body is over the limit; nothing of it was kept."""


async def read_body(request: Request) -> bytes:
    """The raw body, as it was signed; raises :class:`TooLarge` as soon as the limit is passed."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise TooLarge
        chunks.append(chunk)
    return b"".join(chunks)


@dataclass(eq=False, slots=True)
class _Waiting:
    """A batch on its way to the disk; ``kept`` becomes false when the transaction it shared failed."""

    batch: Batch
    is_taken: bool = False
    kept: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Intake:
    """Keeps batches. ``burst`` is how long one person's messages are gathered.

    While a transaction is under way the next batches gather and share the next one: what one commit costs, many share.
    """

    def __init__(self, office: Office, burst: timedelta) -> None:
        self.office = office
        self.burst = burst
        self._waiting: deque[_Waiting] = deque()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def keep(self, batch: Batch) -> None:
        """Make a batch durable; returns after the commit.

        Raises ``StoreAway``, also when the database is silent for 1.5 s: whether it kept the batch is then unknown,
        and whoever sends it again has no second effect.
        """
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                if not await self._keep_with_others(batch):
                    await self._write([batch])
        except TimeoutError as late:
            raise StoreAway(f"not durable within {KEEP_SECONDS} s") from late
        for message in batch.messages:
            track_metric("message.received", 1, channel=message.channel)
        for notice in batch.notices:
            log = logger.info if notice.usable else logger.error
            log("template_notice", extra={"template": f"{notice.name}/{notice.language}", "said": notice.said})
        for parked in batch.parked:
            logger.warning("webhook_parked", extra={"channel": parked.channel, "reason": parked.reason})

    async def _keep_with_others(self, batch: Batch) -> bool:
        """Whether it was kept; else it must be tried alone: one poisonous batch must not take its neighbours along."""
        mine = _Waiting(batch)
        self._waiting.append(mine)
        async with self._turns:
            while not mine.is_taken:
                await self._write_together([self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER))])
        return await mine.kept

    async def _write_together(self, group: list[_Waiting]) -> None:
        for waiting in group:
            waiting.is_taken = True
        kept = False
        try:
            await self._write([waiting.batch for waiting in group])
            kept = True
        except Exception:  # noqa: BLE001 - The web's edge: whose fault it was is seen when each is tried alone.
            logger.info("kept_one_by_one", extra={"batches": len(group)})
        finally:
            for waiting in group:
                if not waiting.kept.done():
                    waiting.kept.set_result(kept)

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
