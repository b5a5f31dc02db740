"""The web doors of WhatsApp and Twilio: check the signature over the raw bytes, keep, answer."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mboa.channels.intake import Intake, TooLarge, read_body
from mboa.channels.twilio import webhook as twilio
from mboa.channels.whatsapp import webhook as whatsapp
from mboa.operations.metrics import track_metric
from mboa.settings import Settings
from mboa.storage.store import StoreAway

Handler = Callable[[Request], Awaitable[Response]]
# More fields than any form of Twilio's has; a stranger's form of a million would cost memory.
MOST_FIELDS = 1_000
TAKEN = PlainTextResponse("ok")


def refused(status: int, reason: str) -> Response:
    """Say no, and count it; nothing of the body is echoed."""
    track_metric("webhook.refused", 1, reason=reason)
    return PlainTextResponse(reason, status)


def guarded(handler: Handler) -> Handler:
    """What can go wrong around any webhook: a body too large, a sender who hangs up, the database away."""

    async def guard(request: Request) -> Response:
        started = time.perf_counter()
        try:
            return await handler(request)
        except TooLarge:
            return refused(413, "body too large")
        except ClientDisconnect:
            return refused(400, "body incomplete")
        except StoreAway:
            # Whoever sends tries again: Meta for seven days.
            return refused(503, "try again later")
        finally:
            track_metric("webhook.latency", time.perf_counter() - started)

    return guard


@dataclass(frozen=True, slots=True)
class Doors:
    """The handlers, with what they need."""

    settings: Settings
    intake: Intake

    async def handshake(self, request: Request) -> Response:
        """Meta asks whether this is the right place."""
        token = self.settings.whatsapp_verify_token.get_secret_value()
        challenge = whatsapp.handshake(request.query_params, token)
        return PlainTextResponse(challenge) if challenge is not None else refused(403, "wrong verify token")

    async def whatsapp(self, request: Request) -> Response:
        """A batch from Meta: 200 once it is durable, also when it cannot be understood."""
        body = await read_body(request)
        if not whatsapp.verify(body, request.headers.get("x-hub-signature-256"), self.settings.app_secrets):
            return refused(401, "wrong signature")
        await self.intake.keep(whatsapp.parse(body))
        return TAKEN

    async def twilio(self, request: Request) -> Response:
        """One message from Twilio."""
        form = await self._signed_form(request)
        if form is None:
            return refused(401, "wrong signature")
        await self.intake.keep(twilio.parse(form))
        return Response("<Response/>", media_type="application/xml")

    async def twilio_status(self, request: Request) -> Response:
        """What became of one message sent through Twilio."""
        form = await self._signed_form(request)
        if form is None:
            return refused(401, "wrong signature")
        await self.intake.keep(twilio.parse_status(form, request.query_params))
        return Response("<Response/>", media_type="application/xml")

    async def _signed_form(self, request: Request) -> dict[str, str] | None:
        body = await read_body(request)
        token = self.settings.twilio_auth_token.get_secret_value()
        try:
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return None
        form = dict(pairs)
        url = twilio.public_url(self.settings.base_url, request.url.path, request.url.query)
        signature = request.headers.get("x-twilio-signature")
        options = request.headers.get("x-twilio-webhooks-signature-settings")
        return form if token and twilio.verify(url, form, signature, [token], options) else None

    def routes(self) -> list[Route]:
        """The paths of the contract."""
        return [
            Route("/webhooks/whatsapp", guarded(self.handshake), methods=["GET"]),
            Route("/webhooks/whatsapp", guarded(self.whatsapp), methods=["POST"]),
            Route("/webhooks/twilio", guarded(self.twilio), methods=["POST"]),
            Route("/webhooks/twilio/status", guarded(self.twilio_status), methods=["POST"]),
        ]
