"""What helps to understand: the language model is asked one made-up question, the transcriber whether it knows us."""

from collections.abc import AsyncIterator

import httpx2

from mboa.channels.base import SendFailed
from mboa.channels.http import HEADERS, open_transport, post
from mboa.llm.model import HttpModel
from mboa.preflight import Finding
from mboa.settings import Settings
from mboa.understanding.llm import NoAnswer, Question, Unusable

# Nobody's words: what is asked of a model here leaves the house, too.
QUESTION = Question("fuite sous l'évier à Makepe, demain matin")
_REFUSED = frozenset({401, 403})


async def aids(settings: Settings) -> list[Finding]:
    """Every finding about those that are configured; the question counts as no call of the day."""
    return [one async for one in _aids(settings)]


async def _aids(settings: Settings) -> AsyncIterator[Finding]:
    if settings.llm_model:
        yield await _model(settings)
    if settings.transcribe_model:
        yield await _transcriber(settings)
        if not settings.whatsapp_phone_id:
            yield Finding("warn", "voice notes", "come by WhatsApp alone, and no number of it is set")


async def _model(settings: Settings) -> Finding:
    key, seconds = settings.llm_api_key.get_secret_value(), settings.llm_timeout_seconds
    model = HttpModel(settings.llm_model, settings.llm_base_url, key, seconds)
    try:
        await model.read(QUESTION)
    except NoAnswer as failed:
        return Finding("FAIL", "language model", f"{settings.llm_model}: {failed}; the offline reading stands")
    except Unusable as failed:
        return Finding("warn", "language model", f"{settings.llm_model} answers what cannot be used: {failed}")
    finally:
        await model.close()
    return Finding("ok", "language model", f"{settings.llm_model} answers as it should within {seconds:g} s")


async def _transcriber(settings: Settings) -> Finding:
    """Whether the address answers to our key. Nothing is sent to be written down: there is no voice to send."""
    base, key = settings.transcribe_base_url, settings.transcribe_api_key.get_secret_value()
    headers = {**HEADERS, **({"authorization": f"Bearer {key}"} if key else {})}
    way = open_transport(base)
    try:
        asked = httpx2.Request("GET", f"{base}/models", headers=headers)
        answer = await post(way, asked, settings.transcribe_timeout_seconds)
    except SendFailed as failed:
        return Finding("FAIL", "voice notes", f"{settings.transcribe_model}: {failed}")
    finally:
        await way.aclose()
    if answer.status in _REFUSED:
        return Finding("FAIL", "voice notes", f"{settings.transcribe_model}: HTTP {answer.status} to our key")
    if answer.status != 200:
        words = f"{base} answers, but with {answer.status} to a question for its models: our key was not tried"
        return Finding("warn", "voice notes", words)
    return Finding("ok", "voice notes", f"{base} knows our key; {settings.transcribe_model} writes them down")
