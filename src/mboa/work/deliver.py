"""The outbox loop: what may go out now is claimed and sent, side by side, and what became of it is kept.

One turn is one transaction: it records what the channels took since the last turn and claims what may go next. A slow
answer holds up its own message and nobody else's.
"""

import asyncio
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from mboa.channels.base import Channel, SendFailed
from mboa.office import Office
from mboa.operations.context import working_on
from mboa.operations.metrics import track_metric
from mboa.storage import claims, lines, outbox, paces
from mboa.storage.claims import Claim, Claimed, Terms
from mboa.storage.outbox import Sent
from mboa.storage.store import Connection, StoreAway
from mboa.work.loops import AFTER_TROUBLE_SECONDS, Loop, attempt
from mboa.work.refusals import Refused, after, alert, template_refused, undelivered

logger = logging.getLogger(__name__)
AT_ONCE = 64
# Jittered doubling from a second to a minute. 131056 (pair rate) asks for powers of four (Meta, error codes).
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
# Our account is at fault (token, payment): nothing goes out until a person acts, and nothing is lost meanwhile.
ACCOUNT_PAUSE = timedelta(seconds=60)
# Later than this a message would only confuse.
LONGEST_RETRY = timedelta(hours=24)


class Deliver:
    """The loop over messages that are due."""

    def __init__(self, office: Office, channels: Mapping[str, Channel]) -> None:
        self.office = office
        self.channels = channels
        self.terms = Terms(
            {name: channel.limits for name, channel in channels.items()},
            {name: channel.unknown_after_seconds for name, channel in channels.items()},
            office.policy,
        )
        self._under_way: set[asyncio.Task[None]] = set()
        self._taken: list[Sent] = []
        # Claims whose commit was not confirmed.
        self._lost: list[str] = []

    async def start(self) -> None:
        """Before the first step: receipts may have been on their way while nobody listened."""
        await self.office.store.write(outbox.extend_leases, self.terms.lease_seconds)

    async def step(self, loop: Loop) -> float | None:
        """Send everything that is due, at most one message per person at a time."""
        while True:
            loop.turn()
            loop.woken.clear()
            again_at = None if loop.is_stopping else await self._turn(loop)
            # What ended while the turn was under way may have left something to send that the turn did not see.
            if not self._under_way and not self._taken and not loop.woken.is_set():
                return again_at
            if loop.is_stopping and not self._under_way:
                await self.office.store.write(outbox.sent, self._taken, self.office.policy.offer_timeout)
                return None
            await loop.rest(again_at)

    async def _turn(self, loop: Loop) -> float | None:
        """Record and claim; the seconds until there is something to claim again."""
        terms, room = replace(self.terms, claim=uuid4().hex), AT_ONCE - len(self._under_way)
        past = Past(tuple(self._taken), tuple(self._lost))
        try:
            claim, pause = await self.office.store.write(_turn, past, terms, room, self.office.policy.offer_timeout)
        except StoreAway:
            self._lost.append(terms.claim)
            raise
        del self._taken[: len(past.taken)], self._lost[: len(past.lost)]
        for claimed in claim.messages:
            task = asyncio.create_task(attempt(self._deliver(claimed, loop), "deliver", otherwise=None))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            task.add_done_callback(lambda _: loop.woken.set())
        return pause

    async def _deliver(self, claimed: Claimed, loop: Loop) -> None:
        with working_on(message_id=claimed.id, offer_id=claimed.offer_id):
            await self._deliver_one(claimed, loop)

    async def _deliver_one(self, claimed: Claimed, loop: Loop) -> None:
        failure = claimed.refusal or await self._send(claimed)
        while failure is not None:
            try:
                await self._after(claimed, failure)
            except StoreAway:
                # What surely was not sent must not look, after its lease, as if it might have been.
                if loop.is_stopping:
                    raise
                await asyncio.sleep(AFTER_TROUBLE_SECONDS)
            else:
                failure = None

    async def _send(self, claimed: Claimed) -> SendFailed | None:
        try:
            external_id = await self.channels[claimed.channel].send(claimed.message)
        except SendFailed as failure:
            track_metric("message.sent", 1, channel=claimed.channel, outcome=failure.outcome)
            log = logger.warning if failure.report else logger.info
            log("send_failed", extra={"message_id": claimed.id, "outcome": failure.outcome, "code": failure.code})
            return failure
        track_metric("message.sent", 1, channel=claimed.channel, outcome="sent")
        self._taken.append(Sent(claimed.id, claimed.channel, external_id, claimed.offer_id, claimed.ailing))
        return None

    async def _after(self, claimed: Claimed, failure: SendFailed) -> None:
        template = None if claimed.message.window_open else claimed.message.template
        refused = Refused(claimed.id, claimed.channel, claimed.offer_id, template, failure)
        await self._rest(claimed, refused)
        pause = _pause(claimed, failure)
        if failure.outcome == "unknown":
            return  # The lease stays: the receipt settles it, or one repeat does.
        cause = f"send:{claimed.id}"
        if pause is not None and claimed.age < LONGEST_RETRY:
            await self.office.store.write(outbox.again, claimed.id, failure, pause)
        elif failure.outcome == "template":
            await self.office.transact(template_refused, cause, refused, after(tuple(self.channels), claimed.channel))
        else:
            await self.office.transact(undelivered, cause, refused)

    async def _rest(self, claimed: Claimed, refused: Refused) -> None:
        """Let rest what is to blame beyond this message."""
        failure, limits = refused.failure, self.terms.limits[claimed.channel]
        if failure.blamed == "pair":
            await self.office.store.write(paces.exhaust, claimed.id, limits)
        elif failure.blamed in {"line", "throughput", "cold"}:
            policy = self.office.policy
            if await self.office.store.write(lines.failed, claimed.channel, failure, limits, policy):
                alert("channel_paused", refused)
        if claimed.ailing and claimed.refusal is None and failure.blamed not in {"line", "throughput"}:
            # Refused for its own sake: somebody is there and answers.
            await self.office.store.write(lines.recovered, claimed.channel)


@dataclass(frozen=True, slots=True)
class Past:
    """What a turn has to record: messages that channels took, and claims of which nobody heard."""

    taken: tuple[Sent, ...]
    lost: tuple[str, ...]


def _turn(
    conn: Connection, past: Past, terms: Terms, most: int, offer_timeout: timedelta
) -> tuple[Claim, float | None]:
    for lost in past.lost:
        claims.take_back(conn, lost)
    outbox.sent(conn, past.taken, offer_timeout)
    claim = claims.claim(conn, terms, most) if most else Claim()
    return claim, None if claim.again_at is None else (claim.again_at - conn.now).total_seconds()


def _pause(claimed: Claimed, failure: SendFailed) -> timedelta | None:
    """How long to wait before the next try; ``None`` when there is none."""
    if failure.outcome == "account":
        return ACCOUNT_PAUSE
    if failure.outcome == "window_closed":
        return timedelta(0) if claimed.message.template and claimed.message.window_open else None
    if failure.outcome != "retry" or (failure.blamed == "cold" and claimed.offer_id is not None):
        return None
    base = 4.0 if failure.blamed == "pair" else 2.0
    seconds = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * base ** (claimed.attempts - 1))
    jittered = seconds * random.uniform(0.5, 1.0)  # noqa: S311 - spreading load, not a secret
    return timedelta(seconds=max(failure.retry_after_seconds or 0.0, jittered))
