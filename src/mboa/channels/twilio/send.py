"""Messages out through Twilio: one form POST each."""

from dataclasses import dataclass, field
from urllib.parse import quote

import httpx2
import orjson

from mboa.channels.base import Limits, Outbound, SendFailed
from mboa.channels.http import HEADERS, TOTAL_SECONDS, open_transport, post
from mboa.channels.twilio.answers import in_words
from mboa.channels.twilio.errors import refusal
from mboa.channels.whatsapp.fields import identifier, mapping, scrub, storable
from mboa.channels.whatsapp.send import PAIR_BURST, PAIR_SECONDS

API_BASE = "https://api.twilio.com"
BODY_CHARS = 1_600  # Twilio refuses a longer body (error 21617)


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Whose messages: the account, its token (kept out of ``repr``), and our number there (``+…``)."""

    sid: str
    sender: str
    token: str = field(repr=False)


class TwilioChannel:
    """Twilio's WhatsApp behind :class:`mboa.channels.base.Channel`.

    ``public_base`` is our own address: receipts come back to its ``/webhooks/twilio/status`` with our key.
    A closed window is Twilio's to notice (63016): approved templates are content of the Twilio account, which
    their names alone do not address, so the text goes out as it is.
    """

    name = "twilio"
    unknown_after_seconds = 90.0
    # Behind it is the same WhatsApp; 80 a second is what Twilio gives one sender.
    limits = Limits((80, 20), PAIR_SECONDS, PAIR_BURST)

    def __init__(
        self,
        account: TwilioAccount,
        public_base: str,
        *,
        api_base: str = API_BASE,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._account = account
        self._callback = f"{public_base.rstrip('/')}/webhooks/twilio/status?key="
        self._url = httpx2.URL(f"{api_base.rstrip('/')}/2010-04-01/Accounts/{account.sid}/Messages.json")
        self._auth = httpx2.BasicAuth(account.sid, account.token)
        self._transport = transport or open_transport(api_base)

    async def send(self, message: Outbound) -> str:
        """Send one message and return Twilio's id of it; raises :class:`SendFailed`."""
        request = httpx2.Request("POST", self._url, data=self.form(message), headers=HEADERS)
        request = next(self._auth.auth_flow(request))
        answer = await post(self._transport, request, TOTAL_SECONDS)
        if not 200 <= answer.status <= 299:
            raise refusal(answer.status, answer.headers, answer.body)
        return _message_sid(answer.body)

    def form(self, message: Outbound) -> dict[str, str]:
        """The form of one message; raises :class:`SendFailed` for a person or a medium that Twilio cannot address."""
        address = message.phone or message.user_id
        if not address:
            raise SendFailed("the person has neither a number nor a WhatsApp id", outcome="unreachable")
        fields = {
            "From": f"whatsapp:{self._account.sender.removeprefix('whatsapp:')}",
            "To": f"whatsapp:{address}",
            "StatusCallback": self._callback + quote(message.key, safe=""),
        }
        text = storable(in_words(message, BODY_CHARS))
        if text:
            fields["Body"] = text
        if message.media_id:
            if not message.media_id.startswith("https://"):
                raise SendFailed("Twilio forwards media by URL only", outcome="permanent", report=True)
            fields["MediaUrl"] = message.media_id
        return fields

    async def close(self) -> None:
        """Give back connections."""
        await self._transport.aclose()


def _message_sid(body: bytes) -> str:
    """The id in an acceptance; raises :class:`SendFailed` (``unknown``) when the answer cannot be read."""
    try:
        sid = identifier(scrub(mapping(orjson.loads(body)).get("sid")))
    except orjson.JSONDecodeError as error:
        raise SendFailed("accepted, but the answer is not JSON", outcome="unknown") from error
    if sid is None:
        raise SendFailed("accepted, but the answer holds no message id", outcome="unknown")
    return sid
