"""What must be true of the settings before anybody is served in production, and what had better be.

Pure: it reads settings and nothing else. :mod:`mboa.exposed` looks at files. No value of a secret ever stands in a
finding.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import chain
from typing import Literal
from urllib.parse import urlsplit

from mboa.settings import Settings

Level = Literal["ok", "warn", "FAIL"]

# 32 random characters of base64 are 192 bits, of hexadecimal 128; of those not one in ten million has fewer than eight
# different ones.
KEY_CHARS, DIFFERENT_CHARS = 32, 8
TOKEN_CHARS, WORD_CHARS = 20, 12
# What stands where a secret should: words of documents, samples and impatience.
_EXAMPLES = re.compile(
    r"change.?me|example|exemple|placeholder|your[-_. ]|secret[-_]?key|password|passwort|motdepasse|123456789"
    r"|abcdefgh|qwerty|azerty|s3cret|^(any|admin|default|mboa|postgres|root|secret|test|token|verify|x+|\.+|…)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, its name, and words for a person."""

    level: Level
    name: str
    words: str


def refusals(settings: Settings) -> list[Finding]:
    """Why a production house may not start: a ``FAIL`` for each setting; empty when it may."""
    return [one for one in findings(settings) if one.level == "FAIL"]


def findings(settings: Settings) -> list[Finding]:
    """Everything that production asks of the settings and that is not so."""
    return list(chain(_keys(settings), _channels(settings), _addresses(settings), _database(settings), _rest(settings)))


def weakness(secret: str, chars: int) -> str | None:
    """Why this is no secret, in words that tell nothing of it; ``None`` when it is one."""
    if not secret:
        return "is missing"
    if _EXAMPLES.search(secret):
        return "is an example or a default: make a random one"
    if len(secret) < chars:
        return f"is weak: {len(secret)} characters, at least {chars} are needed"
    if len(set(secret)) < min(DIFFERENT_CHARS, chars // 3) or _repeats(secret):
        return "is weak: too few different characters"
    return None


def _repeats(secret: str) -> bool:
    """Whether it is one piece said several times."""
    return secret in (secret + secret)[1:-1]


def _secret(name: str, secret: str, chars: int, hint: str = "") -> Iterator[Finding]:
    why = weakness(secret, chars)
    if why is not None:
        yield Finding("FAIL", name, why + (f" ({hint})" if hint and not secret else ""))


def _keys(settings: Settings) -> Iterator[Finding]:
    first, *older = settings.secret_keys or [""]
    yield from _secret("MBOA_SECRET_KEY", first, KEY_CHARS, "openssl rand -base64 48")
    for why in filter(None, (weakness(key, KEY_CHARS) for key in older)):
        yield Finding("warn", "MBOA_SECRET_KEY", f"an older key {why}; finish the rotation and take it out")
    if settings.metrics_token.get_secret_value():
        yield from _secret("MBOA_METRICS_TOKEN", settings.metrics_token.get_secret_value(), TOKEN_CHARS)


def _channels(settings: Settings) -> Iterator[Finding]:
    if settings.channel == "simulator":
        yield Finding("FAIL", "MBOA_CHANNEL", "is simulator: anybody could write as anybody; set whatsapp or twilio")
    if settings.channel == "whatsapp" or settings.whatsapp_phone_id:
        yield from _whatsapp(settings)
    if settings.channel == "twilio" or settings.twilio_account_sid:
        yield from _twilio(settings)


def _whatsapp(settings: Settings) -> Iterator[Finding]:
    if not settings.whatsapp_phone_id:
        yield Finding("FAIL", "MBOA_WHATSAPP_PHONE_ID", "is missing")
    elif not settings.whatsapp_phone_id.isdecimal():
        yield Finding("FAIL", "MBOA_WHATSAPP_PHONE_ID", "is Meta's id of the number, digits alone, not the number")
    yield from _secret("MBOA_WHATSAPP_TOKEN", settings.whatsapp_token.get_secret_value(), TOKEN_CHARS)
    for secret in settings.app_secrets or [""]:
        yield from _secret("MBOA_WHATSAPP_APP_SECRET", secret, TOKEN_CHARS)
    yield from _secret("MBOA_WHATSAPP_VERIFY_TOKEN", settings.whatsapp_verify_token.get_secret_value(), WORD_CHARS)
    if not settings.whatsapp_account_id:
        yield Finding("warn", "MBOA_WHATSAPP_ACCOUNT_ID", "is not set: templates are not compared with Meta's")


def _twilio(settings: Settings) -> Iterator[Finding]:
    if not settings.twilio_account_sid:
        yield Finding("FAIL", "MBOA_TWILIO_ACCOUNT_SID", "is missing")
    yield from _secret("MBOA_TWILIO_AUTH_TOKEN", settings.twilio_auth_token.get_secret_value(), TOKEN_CHARS)
    if not settings.twilio_from:
        yield Finding("FAIL", "MBOA_TWILIO_FROM", "is missing")


def _addresses(settings: Settings) -> Iterator[Finding]:
    public = urlsplit(settings.base_url)
    if public.scheme != "https":
        yield Finding("FAIL", "MBOA_BASE_URL", "must begin with https://: links and cookies go over it")
    if not public.hostname or is_this_machine(public.hostname):
        yield Finding("FAIL", "MBOA_BASE_URL", "must be the public address: nobody else reaches this machine by it")
    for name in ("whatsapp_api_base", "twilio_api_base"):
        yield from _spoken_in_secret(f"MBOA_{name.upper()}", getattr(settings, name))
    yield from _spoken_in_secret("MBOA_ALERT_WEBHOOK", settings.alert_webhook.get_secret_value())


def _spoken_in_secret(name: str, address: str) -> Iterator[Finding]:
    """A token goes to this address: it must be encrypted, but to this machine."""
    parts = urlsplit(address)
    if address and parts.scheme != "https" and not is_this_machine(parts.hostname or ""):
        yield Finding("FAIL", name, "must begin with https://: what goes there is secret")


def _database(settings: Settings) -> Iterator[Finding]:
    url = urlsplit(settings.database_url.get_secret_value())
    if not url.scheme or not url.hostname or is_this_machine(url.hostname):
        return
    if not url.password:
        yield Finding("warn", "MBOA_DATABASE_URL", f"names no password for {url.hostname}, which is another machine")
    elif _EXAMPLES.search(url.password):
        yield Finding("FAIL", "MBOA_DATABASE_URL", "its password is an example or a default: make a random one")


def _rest(settings: Settings) -> Iterator[Finding]:
    if not settings.trusted_proxies:
        words = "is empty: behind a proxy everybody has the proxy's address, and shares its limits"
        yield Finding("warn", "MBOA_TRUSTED_PROXIES", words)
    if not settings.backup_every_hours:
        yield Finding("warn", "MBOA_BACKUP_EVERY_HOURS", "is 0: no backup is made unless somebody does it")
    if not settings.alert_webhook.get_secret_value() and not settings.alert_phone:
        words = "and MBOA_ALERT_PHONE are empty: when something goes wrong nobody is told"
        yield Finding("warn", "MBOA_ALERT_WEBHOOK", words)


def is_this_machine(host: str) -> bool:
    """Whether a host name or address leads back to this machine, or nowhere."""
    try:
        address = ip_address(host)
    except ValueError:
        return host.lower() in {"localhost", ""} or host.lower().endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def lines(found: Iterable[Finding], form: Callable[[Finding], str] | None = None) -> str:
    """One line for each: ``MBOA_SECRET_KEY: is missing``."""
    said = form or (lambda one: f"{one.name}: {one.words}")
    return "\n".join(dict.fromkeys(said(one) for one in found))
