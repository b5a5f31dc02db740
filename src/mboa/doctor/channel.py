"""The ways out: each API is asked once, with what a send would need."""

from collections.abc import AsyncIterator

import httpx2
import orjson

from mboa.channels.base import SendFailed
from mboa.channels.http import HEADERS, open_transport, post
from mboa.channels.whatsapp.account import Account
from mboa.channels.whatsapp.comparison import compare
from mboa.channels.whatsapp.fields import mapping, words
from mboa.channels.whatsapp.lint import lint
from mboa.channels.whatsapp.templates import templates
from mboa.preflight import Finding, Level
from mboa.settings import Settings

ANSWER_SECONDS = 5.0


async def channels(settings: Settings, transport: httpx2.AsyncBaseTransport | None = None) -> list[Finding]:
    """Every finding about the channels that are configured and their templates."""
    found: list[Finding] = []
    if settings.channel == "simulator":
        found.append(Finding("ok", "channel", "simulator: messages reach pages of this machine, and nobody else"))
    if settings.channel == "whatsapp" or settings.whatsapp_phone_id:
        found += [one async for one in _whatsapp(settings, transport)]
    if settings.channel == "twilio" or settings.twilio_account_sid:
        found.append(await _twilio(settings, transport))
    return found


async def _whatsapp(settings: Settings, transport: httpx2.AsyncBaseTransport | None) -> AsyncIterator[Finding]:
    token = settings.whatsapp_token.get_secret_value()
    if not settings.whatsapp_phone_id or not token:
        yield Finding("FAIL", "whatsapp", "MBOA_WHATSAPP_PHONE_ID and MBOA_WHATSAPP_TOKEN are needed to send")
        return
    account = Account(settings.whatsapp_api_base, token, seconds=ANSWER_SECONDS, transport=transport)
    try:
        yield await _number(account, settings.whatsapp_phone_id)
        yield await _templates(account, settings.whatsapp_account_id)
    finally:
        await account.close()


async def _number(account: Account, phone_id: str) -> Finding:
    try:
        number = await account.number(phone_id)
    except SendFailed as error:
        return Finding("FAIL", "whatsapp", str(error))
    rating = words(number.get("quality_rating"), 40).lower()
    shown = ", ".join(filter(None, (words(number.get("verified_name"), 80), rating and f"quality {rating}")))
    return Finding("warn" if rating == "red" else "ok", "whatsapp", f"Meta knows the number ({shown})")


async def _templates(account: Account, account_id: str) -> Finding:
    unfit = [f"{file.name} ({file.language})" for file in templates().values() if lint(file)]
    if unfit:
        return Finding("FAIL", "templates", f"Meta would refuse {', '.join(unfit)}")
    if not account_id:
        return Finding("warn", "templates", "not compared with Meta's: MBOA_WHATSAPP_ACCOUNT_ID is not set")
    try:
        standings = compare(templates().values(), await account.templates(account_id))
    except SendFailed as error:
        return Finding("FAIL", "templates", str(error))
    wrong = [one for one in standings if one.state != "approved"]
    if not wrong:
        return Finding("ok", "templates", f"{len(standings)} approved")
    level: Level = "warn" if all(one.state == "waiting" for one in wrong) else "FAIL"
    named = ", ".join(f"{one.title} {one.state}" for one in wrong[:3])
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return Finding(level, "templates", f"{named}{more}: `mboa templates sync --check` says why")


async def _twilio(settings: Settings, transport: httpx2.AsyncBaseTransport | None) -> Finding:
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
    if not sid or not token or not settings.twilio_from:
        return Finding("FAIL", "twilio", "MBOA_TWILIO_ACCOUNT_SID, _AUTH_TOKEN and _FROM are needed to send")
    way = transport or open_transport(settings.twilio_api_base)
    address = f"{settings.twilio_api_base}/2010-04-01/Accounts/{sid}.json"
    request = next(httpx2.BasicAuth(sid, token).auth_flow(httpx2.Request("GET", address, headers=HEADERS)))
    try:
        answer = await post(way, request, ANSWER_SECONDS)
    except SendFailed as error:
        return Finding("FAIL", "twilio", str(error))
    finally:
        await way.aclose()
    if answer.status != 200:
        return Finding("FAIL", "twilio", f"Twilio answered {answer.status} to account and token")
    return _standing(answer.body)


def _standing(body: bytes) -> Finding:
    try:
        status = words(mapping(orjson.loads(body)).get("status"), 40)
    except orjson.JSONDecodeError:
        status = ""
    good = status == "active"
    return Finding("ok" if good else "FAIL", "twilio", f"the account is {status or 'of no known status'}")
