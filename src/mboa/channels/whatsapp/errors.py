"""What Meta's error codes ask of us: try again, give up, send the template, or call the operator.

Codes from Meta's error page of 2026-05-15. Only the code counts: titles and messages change without notice.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from mboa.channels.base import Blamed, Outcome, SendFailed
from mboa.channels.whatsapp.fields import integer, mapping, scrub, words

_THROTTLED = (4, 80007, 130429, 131048, 131056, 133016)
_TRANSIENT = (1, 2, 131000, 131016, 131053, 131057, 135000)
_UNREACHABLE = (130472, 131021, 131026, 131030, 131049, 131050, 131062, 137000)
_TEMPLATE = (131063, 131064, 132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016)
_ACCOUNT = (0, 3, 10, 190, 368, 130497, 131005, 131031, 131037, 131042, 131043, 131044, 131045, 133010)

OUTCOMES: Mapping[int, Outcome] = {
    **dict.fromkeys(_THROTTLED + _TRANSIENT, "retry"),
    **dict.fromkeys(_UNREACHABLE, "unreachable"),
    **dict.fromkeys(_TEMPLATE, "template"),
    **dict.fromkeys(_ACCOUNT, "account"),
    131047: "window_closed",
}
# What must rest after a refusal, where it is more than the message: the pair, the number's pace, the people whose
# window is closed.
BLAMED: Mapping[int, Blamed] = {
    131056: "pair",
    **dict.fromkeys((4, 80007, 130429), "throughput"),
    131048: "cold",
    131053: "message",
}
_REPORTED_OUTCOMES = frozenset({"permanent", "template", "account"})
_REPORTED_CODES = frozenset({131048})  # the number is flagged as spam: it goes on only if a person looks

# Seconds before the first repeat where Meta's rule is longer than an ordinary back-off: the pair limit is one
# message per 6 s, a spam flag and a registration block do not pass in minutes.
_WAITS: Mapping[int, float] = {131056: 6.0, 131048: 3_600.0, 133016: 3_600.0}
_LONGEST_WAIT = 86_400.0


def classify(status: int, code: int | None) -> tuple[Outcome, bool]:
    """What to do about a refusal, and whether a person should know of it.

    ``status`` is the HTTP status, ``code`` the code of Meta's error body (``None`` when the answer bore none).
    A 5xx without Meta's own words may come from anything on the way, before or after the message was taken:
    it is ``unknown``. An unlisted code is final for 4xx and worth a retry for 5xx.
    """
    outcome = _by_status(status) if code is None else _by_code(status, code)
    return outcome, outcome in _REPORTED_OUTCOMES or code in _REPORTED_CODES


def _by_code(status: int, code: int) -> Outcome:
    if 200 <= code <= 299:
        return "account"
    if 132000 <= code <= 132999:
        return OUTCOMES.get(code, "template")
    return OUTCOMES.get(code) or ("retry" if status == 429 or status >= 500 else "permanent")


def _by_status(status: int) -> Outcome:
    if status in {408, 425, 429}:
        return "retry"
    if status in {401, 403, 404} or 300 <= status <= 399:
        return "account"
    return "permanent" if 400 <= status <= 499 else "unknown"


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> SendFailed:
    """The failure that an answer of Meta other than an acceptance stands for; ``headers`` by lower-case name."""
    error = mapping(mapping(_json(body)).get("error"))
    code = integer(error.get("code"))
    outcome, report = classify(status, code)
    details = words(mapping(error.get("error_data")).get("details"), 500) or words(error.get("message"), 500)
    failure = SendFailed(
        f"Meta answered {status}, code {code}: {details or 'no details'}",
        outcome=outcome,
        code=code,
        report=report,
        retry_after_seconds=wait_seconds(headers, code) if outcome == "retry" else None,
    )
    if code is not None and code in BLAMED:
        failure.blamed = BLAMED[code]
    return failure


def wait_seconds(headers: Mapping[str, str], code: int | None) -> float | None:
    """Seconds to wait before a repeat: ``Retry-After`` (whole seconds) or the code's own rule, the longer one."""
    asked = integer(headers.get("retry-after", "").strip())
    waits = [float(asked)] if asked is not None else []
    if code is not None and code in _WAITS:
        waits.append(_WAITS[code])
    return min(max(waits), _LONGEST_WAIT) if waits else None


def _json(body: bytes) -> Any:
    try:
        return scrub(orjson.loads(body))
    except orjson.JSONDecodeError:
        return None
