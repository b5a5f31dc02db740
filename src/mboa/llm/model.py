"""A language model asked over HTTP: one request, no retries, a cap on what is read of the answer."""

import httpx2

from mboa.channels.base import SendFailed
from mboa.channels.http import HEADERS, open_transport, post
from mboa.llm.wire import answer_in, body_of, line_to
from mboa.understanding.llm import Extract, NoAnswer, Question, parse


class HttpModel:
    """One model at one provider; an answer is waited for ``seconds`` in all.

    Raises ``ValueError`` for a model that is at no known provider and has no address.
    """

    def __init__(self, model: str, base_url: str, key: str, seconds: float) -> None:
        self._line = line_to(model, base_url, key)
        self._seconds = seconds
        self._transport = open_transport(self._line.url)

    async def read(self, question: Question) -> Extract:
        """Ask; raises :class:`NoAnswer` or :class:`mboa.understanding.llm.Unusable`."""
        headers = {**HEADERS, **self._line.headers, "content-type": "application/json"}
        request = httpx2.Request("POST", self._line.url, headers=headers, content=body_of(self._line, question))
        try:
            answer = await post(self._transport, request, self._seconds)
        except SendFailed as failed:
            raise NoAnswer(str(failed)) from failed
        if answer.status != 200:
            raise NoAnswer(f"HTTP {answer.status}")
        return parse(answer_in(self._line, answer.body), question)

    async def close(self) -> None:
        """Drop the connections."""
        await self._transport.aclose()
