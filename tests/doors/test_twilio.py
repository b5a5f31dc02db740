"""The web door of Twilio: a signed form in, an empty TwiML out, the same journey behind it."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from twilio.request_validator import RequestValidator

from mboa.channels.base import Channel
from mboa.channels.twilio.send import TwilioAccount, TwilioChannel
from mboa.work.crew import Crew
from tests.city import City
from tests.engines import Database, HandClock

TOKEN = "twilio-token-of-the-test-city"


class Twilio:
    """Twilio's API as a transport: what it was asked to send."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(dict(httpx2.QueryParams(request.content.decode())))
        return httpx2.Response(201, json={"sid": f"SM{len(self.sent):032}"})


@pytest.fixture
async def twilio(database: Database, clock: HandClock) -> AsyncIterator[tuple[City, Twilio]]:
    city, service = City(database, clock, twilio_auth_token=TOKEN), Twilio()
    await city.open()
    account = TwilioAccount("AC1", "+237233000000", TOKEN)
    channel: Channel = TwilioChannel(account, "https://mboa.test", transport=httpx2.MockTransport(service))
    city.mboa.channels["twilio"] = channel
    city.mboa.crew = Crew(city.mboa.office, city.mboa.channels)
    await city.mboa.crew.deliver.start()
    yield city, service
    await city.close()


async def post(city: City, path: str, form: dict[str, str], token: str = TOKEN) -> httpx2.Response:
    signature = RequestValidator(token).compute_signature(f"https://mboa.test{path}", form)
    return await city.web.post(path, data=form, headers={"x-twilio-signature": signature})


async def test_a_message_is_answered_through_twilio(twilio: tuple[City, Twilio]) -> None:
    city, service = twilio
    form = {
        "MessageSid": "SM1",
        "From": "whatsapp:+237677000001",
        "Body": "fuite d'eau à Makepe, urgent",
        "NumMedia": "0",
    }
    answer = await post(city, "/webhooks/twilio", form)
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    await post(city, "/webhooks/twilio", form)
    await city.settle()
    assert [sent["To"] for sent in service.sent] == ["whatsapp:+237677000001"]
    assert await city.rows("SELECT zone FROM v_requests") == [{"zone": "makepe"}]


async def test_a_status_moves_the_message_forward(twilio: tuple[City, Twilio]) -> None:
    city, service = twilio
    await post(city, "/webhooks/twilio", {"MessageSid": "SM1", "From": "whatsapp:+237677000001", "Body": "bonjour"})
    await city.settle()
    path = httpx2.URL(service.sent[0]["StatusCallback"]).raw_path.decode()
    await post(city, path, {"MessageSid": f"SM{1:032}", "MessageStatus": "delivered"})
    assert await city.rows("SELECT status FROM v_messages WHERE direction = 'out'") == [{"status": "delivered"}]


async def test_a_wrong_signature_stores_nothing(twilio: tuple[City, Twilio]) -> None:
    city, _ = twilio
    form = {"MessageSid": "SM1", "From": "whatsapp:+237677000001", "Body": "bonjour"}
    for path in ("/webhooks/twilio", "/webhooks/twilio/status"):
        assert (await post(city, path, form, token="another")).status_code == 401
    assert await city.rows("SELECT id FROM v_messages") == []
