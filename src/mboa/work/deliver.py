"""The outbox loop: window? opted out? still wanted? then send, and keep what became of it."""

import asyncio
import logging
import random
from collections.abc import Mapping
from datetime import timedelta

from mboa.channels.base import Channel, SendFailed
from mboa.office import Office
from mboa.operations.metrics import track_metric
from mboa.storage import outbox
from mboa.storage.outbox import Claimed
from mboa.storage.store import Connection
from mboa.work.listen import undelivered
from mboa.work.loops import attempt

logger = logging.getLogger(__name__)
AT_ONCE = 64
# Jittered doubling from a second to a minute. 131056 (pair rate) asks for powers of four (Meta, error codes).
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
PAIR_RATE_CODE = 131056
# Our account is at fault (token, payment): nothing goes out until a person acts, and nothing is lost meanwhile.
ACCOUNT_PAUSE = timedelta(seconds=60)
# Later than this a message would only confuse.
LONGEST_RETRY = timedelta(hours=24)


class Deliver:
    """The loop over messages that are due."""

    def __init__(self, office: Office, channels: Mapping[str, Channel]) -> None:
        self.office = office
        self.channels = channels
        self.leases = {name: channel.unknown_after_seconds for name, channel in channels.items()}

    async def start(self) -> None:
        """Before the first step: receipts may have been on their way while nobody listened."""
        await self.office.store.write(outbox.extend_leases, self.leases)

    async def step(self) -> float | None:
        """Send everything that is due, at most one message per person at a time."""
        while True:
            claimed = await self.office.store.write(outbox.claim, self.leases, AT_ONCE)
            if not claimed:
                return await self.office.store.read(seconds_to_next)
            await asyncio.gather(*(attempt(self._deliver(one), "deliver", otherwise=None) for one in claimed))

    async def _deliver(self, claimed: Claimed) -> None:
        if claimed.refusal is not None:
            await self._give_up(claimed, SendFailed(claimed.refusal, outcome="permanent"))
        elif not claimed.message.window_open and claimed.message.template is None:
            await self._give_up(claimed, SendFailed("24-hour window closed, no template", outcome="window_closed"))
        else:
            await self._send(claimed)

    async def _send(self, claimed: Claimed) -> None:
        try:
            external_id = await self.channels[claimed.channel].send(claimed.message)
        except SendFailed as failure:
            track_metric("message.sent", 1, channel=claimed.channel, outcome=failure.outcome)
            log = logger.warning if failure.report else logger.info
            log("send_failed", extra={"message_id": claimed.id, "outcome": failure.outcome, "code": failure.code})
            await self._after(claimed, failure)
        else:
            track_metric("message.sent", 1, channel=claimed.channel, outcome="sent")
            await self.office.store.write(outbox.sent, claimed, external_id, self.office.policy.offer_timeout)

    async def _after(self, claimed: Claimed, failure: SendFailed) -> None:
        pause = _pause(claimed, failure)
        if failure.outcome == "unknown":
            return  # The lease stays: the receipt settles it, or one repeat does.
        if pause is not None and claimed.age < LONGEST_RETRY:
            await self.office.store.write(outbox.again, claimed.id, failure, pause)
        else:
            await self._give_up(claimed, failure)

    async def _give_up(self, claimed: Claimed, failure: SendFailed) -> None:
        cause = f"send:{claimed.id}"
        await self.office.transact(undelivered, cause, claimed.id, claimed.offer_id, failure)


def _pause(claimed: Claimed, failure: SendFailed) -> timedelta | None:
    """How long to wait before the next try; ``None`` when there is none."""
    if failure.outcome == "account":
        return ACCOUNT_PAUSE
    if failure.outcome == "window_closed":
        return timedelta(0) if claimed.message.template and claimed.message.window_open else None
    if failure.outcome != "retry":
        return None
    base = 4.0 if failure.code == PAIR_RATE_CODE else 2.0
    seconds = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * base ** (claimed.attempts - 1))
    jittered = seconds * random.uniform(0.5, 1.0)  # noqa: S311 - spreading load, not a secret
    return timedelta(seconds=max(failure.retry_after_seconds or 0.0, jittered))


def seconds_to_next(conn: Connection) -> float | None:
    """Seconds until the next message or lease is due."""
    due_at = outbox.next_due(conn)
    return None if due_at is None else max(0.0, (due_at - conn.now) / timedelta(seconds=1))
