"""The bot under test, as the courier sees it: a callback URL that takes signed webhooks."""

from secrets import token_hex

import httpx2

from mboa.fake_meta.bodies import sign

ANSWER_SECONDS = 10.0


class Receiver:
    """A callback URL and the app secret that signs what is sent there."""

    def __init__(self, url: str, app_secret: str) -> None:
        self.url = url
        self._secret = app_secret
        limits = httpx2.Limits(max_connections=32, max_keepalive_connections=32)
        self._client = httpx2.AsyncClient(timeout=ANSWER_SECONDS, limits=limits)

    async def __call__(self, body: bytes) -> int:
        """Post one body; the status of the answer, 0 when there was none within ten seconds."""
        headers = {"content-type": "application/json", "x-hub-signature-256": sign(body, self._secret)}
        try:
            return (await self._client.post(self.url, content=body, headers=headers)).status_code
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            return 0

    async def handshake(self, verify_token: str) -> bool:
        """Meta's subscription request: whether the challenge came back with 200, bare."""
        challenge = token_hex(8)
        asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        try:
            answer = await self._client.get(self.url, params=asked)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            return False
        return answer.status_code == 200 and answer.text == challenge

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.aclose()
