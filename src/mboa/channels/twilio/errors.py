"""What Twilio's error codes ask of us, in the words of :class:`SendFailed`.

Codes from twilio.com/docs/api/errors and from Twilio's table of the WhatsApp errors behind its own
(twilio.com/docs/whatsapp/tutorial/error-codes).
"""

from collections.abc import Mapping
from typing import Any

import orjson

from mboa.channels.base import Outcome, SendFailed
from mboa.channels.whatsapp.errors import classify as classify_status
from mboa.channels.whatsapp.errors import wait_seconds
from mboa.channels.whatsapp.fields import integer, mapping, scrub, words

_RETRY = (20429, 63012, 63018, 63038)
_THROUGHPUT = (20429, 63018)
_UNREACHABLE = (21211, 21610, 21614, 63003, 63024, 63032)
_TEMPLATE = (63027, 63028, 63029, 63040, 63041, 63042)
_ACCOUNT = (20003, 21408, 21606, 63001, 63007, 63020, 63022)

OUTCOMES: Mapping[int, Outcome] = {
    **dict.fromkeys(_RETRY, "retry"),
    **dict.fromkeys(_UNREACHABLE, "unreachable"),
    **dict.fromkeys(_TEMPLATE, "template"),
    **dict.fromkeys(_ACCOUNT, "account"),
    63016: "window_closed",
}


def classify(status: int, code: int | None) -> tuple[Outcome, bool]:
    """What to do about a refusal, and whether a person should know; by the code where it is known, else by HTTP.

    A 5xx with Twilio's own error body is a retry, without one ``unknown``.
    """
    if code is None:
        return classify_status(status, None)
    fallback: Outcome = "retry" if status == 429 or status >= 500 else "permanent"
    outcome = OUTCOMES.get(code, fallback)
    return outcome, outcome in {"permanent", "template", "account"}


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> SendFailed:
    """The failure that an answer of Twilio other than 2xx stands for; ``headers`` by lower-case name."""
    error = _error(body)
    code = integer(error.get("code"))
    outcome, report = classify(status, code)
    failure = SendFailed(
        f"Twilio answered {status}, code {code}: {words(error.get('message'), 500) or 'no details'}",
        outcome=outcome,
        code=code,
        report=report,
        retry_after_seconds=wait_seconds(headers, None) if outcome == "retry" else None,
    )
    if code in _THROUGHPUT:
        failure.blamed = "throughput"
    return failure


def _error(body: bytes) -> dict[str, Any]:
    try:
        return mapping(scrub(orjson.loads(body)))
    except orjson.JSONDecodeError:
        return {}
