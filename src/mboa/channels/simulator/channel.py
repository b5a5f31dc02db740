"""The simulator as a channel: the real WhatsApp payloads, delivered to the double of Meta in this process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx2

from mboa.channels.base import Batch, Limits, Outbound
from mboa.channels.whatsapp.send import WhatsAppChannel
from mboa.channels.whatsapp.webhook import parse
from mboa.fake_meta.double import MetaDouble, Received, asgi

NAME = "simulator"
# Ticks as on a phone with a fair network: delivered, then read.
TICKS_SECONDS = (("delivered", 0.4), ("read", 1.2))


class SimulatorChannel:
    """Sends to a :class:`MetaDouble`; what the phones show is read from the database, so nothing is lost with it.

    A send that this process died in never reached a phone. The few seconds are for a send that is under way: it must
    not look as if it had died.
    """

    name = NAME
    unknown_after_seconds = 5.0
    limits = Limits()

    def __init__(self, double: MetaDouble) -> None:
        self.double = double
        self._whatsapp = WhatsAppChannel(
            "http://double/v1", "1", "simulator", transport=httpx2.ASGITransport(app=asgi(double))
        )
        self._ticking: set[asyncio.Task[None]] = set()

    async def send(self, message: Outbound) -> str:
        """Send one message to a simulated phone; raises ``SendFailed`` as WhatsApp would."""
        return await self._whatsapp.send(message)

    async def close(self) -> None:
        """Stop the ticks and give back the connections."""
        for task in self._ticking:
            task.cancel()
        await self._whatsapp.close()

    def show_ticks(self, keep: Callable[[Batch], Awaitable[None]]) -> None:
        """Report every accepted message as delivered and read, through the same door as Meta would."""

        async def tick(message: Received) -> None:
            for status, after in TICKS_SECONDS:
                await asyncio.sleep(after)
                await keep(as_simulated(parse(self.double.status(message.id, status))))

        def start(message: Received) -> None:
            task = asyncio.get_running_loop().create_task(tick(message))
            self._ticking.add(task)
            task.add_done_callback(self._ticking.discard)

        self.double.on_accept = start


def as_simulated(batch: Batch, external_id: str | None = None) -> Batch:
    """A batch as Meta would send it, marked as the simulator's."""
    messages = (
        replace(message, channel=NAME, external_id=external_id or message.external_id) for message in batch.messages
    )
    return Batch(tuple(messages), tuple(replace(receipt, channel=NAME) for receipt in batch.receipts), batch.parked)
