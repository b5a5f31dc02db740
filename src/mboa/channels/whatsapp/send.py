"""Messages out through Meta's Cloud API."""

import httpx2
import orjson

from mboa.channels.base import Limits, Outbound, SendFailed
from mboa.channels.http import HEADERS, TOTAL_SECONDS, Answer, open_transport, post
from mboa.channels.whatsapp.errors import refusal
from mboa.channels.whatsapp.fields import identifier, mapping, scrub
from mboa.channels.whatsapp.payload import build

# What Meta sells one number: 1,000 messages a second after an upgrade, 80 at first, 20 beside the phone's own app; and
# to one person one message in 6 s, 45 ahead of that pace (Cloud API overview: throughput, pair rate limits).
LEVELS = (1_000, 80, 20)
PAIR_SECONDS, PAIR_BURST = 6.0, 45


class WhatsAppChannel:
    """The Cloud API behind :class:`mboa.channels.base.Channel`.

    ``base_url`` holds the version (``https://graph.facebook.com/v23.0``). ``transport`` stands in for the network.
    Meta has no idempotency key: a send whose answer was lost waits 90 s for the status that echoes its key.
    """

    name = "whatsapp"
    unknown_after_seconds = 90.0
    limits = Limits(LEVELS, PAIR_SECONDS, PAIR_BURST)

    def __init__(
        self,
        base_url: str,
        phone_id: str,
        token: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._url = httpx2.URL(f"{base_url.rstrip('/')}/{phone_id}/messages")
        self._headers = httpx2.Headers(
            {
                **HEADERS,
                "authorization": f"Bearer {token}",
                "content-type": "application/json",
            }
        )
        self._total_seconds = total_seconds
        self._transport = transport or open_transport(base_url)

    async def send(self, message: Outbound) -> str:
        """Send one message and return Meta's id of it; raises :class:`SendFailed`."""
        body = orjson.dumps(scrub(build(message)))
        request = httpx2.Request("POST", self._url, content=body, headers=self._headers)
        answer = await post(self._transport, request, self._total_seconds)
        if not 200 <= answer.status <= 299:
            raise refusal(answer.status, answer.headers, answer.body)
        return _message_id(answer)

    async def close(self) -> None:
        """Give back connections."""
        await self._transport.aclose()


def _message_id(answer: Answer) -> str:
    """The id in an acceptance; raises :class:`SendFailed` (``unknown``) when the answer cannot be read."""
    try:
        accepted = mapping(orjson.loads(answer.body)).get("messages")
    except orjson.JSONDecodeError as error:
        raise SendFailed("accepted, but the answer is not JSON", outcome="unknown") from error
    first = mapping(accepted[0]) if isinstance(accepted, list) and accepted else {}
    external_id = identifier(scrub(first.get("id")))
    if external_id is None:
        raise SendFailed("accepted, but the answer holds no message id", outcome="unknown")
    return external_id
