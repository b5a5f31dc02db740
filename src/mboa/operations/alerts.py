"""Telling an operator: once when something goes wrong, once when it is right again, every six hours in between.

State and messages are rows of one transaction, so that nothing is told twice. The webhook is posted to by a chore of
its own; the WhatsApp message takes the way of all others.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import httpx2

from mboa.channels.base import Sender
from mboa.channels.whatsapp.templates import templates
from mboa.notifications.letter import Letter
from mboa.office import Office
from mboa.operations.alert_signs import CLOSINGS, LATELY, Trouble, disk_troubles, troubles
from mboa.operations.alert_words import in_words
from mboa.settings import Settings
from mboa.storage import alerts, outbox, people
from mboa.storage.alerts import News
from mboa.storage.recognition import recognise
from mboa.storage.store import Connection, Row

logger = logging.getLogger(__name__)
EVERY_SECONDS = 4.0
AT_ONCE = 20
CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 10.0
TEMPLATE = "operator_alert"
OPERATOR = "Mboa"


@dataclass(frozen=True, slots=True)
class Addressees:
    """Who is told: a webhook, a phone and the channel to it. ``house`` is our public address."""

    webhook: str
    phone: str
    channel: str
    house: str


class Alerts:
    """The two chores of telling."""

    def __init__(self, settings: Settings, office: Office, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self.office = office
        self.folders: tuple[Path, ...] = (settings.data_dir, settings.backups)
        self.to = Addressees(
            settings.alert_webhook.get_secret_value(), settings.alert_phone, settings.channel, settings.base_url
        )
        self._transport = transport

    async def look(self) -> None:
        """Compare what is wrong with what was wrong, and have the difference told."""
        of_disks = await asyncio.to_thread(disk_troubles, self.folders)
        for news in await self.office.store.write(tell, of_disks, self.to):
            log = logger.info if news.state == "ended" else logger.error
            log(f"alert_{news.state}", extra={"alert": news.name, "since": news.since})

    async def post(self) -> None:
        """Post what waits; what is not taken is tried again later."""
        waiting = await self.office.store.read(alerts.due_posts, AT_ONCE)
        if not waiting or not self.to.webhook:
            return
        timeout = httpx2.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS)
        async with httpx2.AsyncClient(timeout=timeout, transport=self._transport, trust_env=False) as web:
            for row in waiting:
                await self._post(web, row)

    async def _post(self, web: httpx2.AsyncClient, row: Row) -> None:
        try:
            answer = await web.post(
                self.to.webhook, content=row["body_json"], headers={"content-type": "application/json"}
            )
            error = None if answer.is_success else f"HTTP {answer.status_code}"
        except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
            error = type(failure).__name__  # its words may hold the address, which is a secret
        if error is None:
            await self.office.store.write(alerts.posted, row["id"])
        else:
            logger.warning("alert_not_posted", extra={"reason": error, "attempts": row["attempts"] + 1})
            await self.office.store.write(alerts.post_again, row, error)


def tell(conn: Connection, of_disks: list[Trouble], to: Addressees) -> list[News]:
    """The whole of it, in one transaction."""
    found = {trouble.name: trouble for trouble in (*troubles(conn, alerts.signs(conn, CLOSINGS, LATELY)), *of_disks)}
    told = alerts.compare(conn, set(found))
    for news in told:
        facts = found[news.name].facts if news.name in found else {}
        if to.webhook:
            alerts.post(conn, _body(news, facts, to))
        if to.phone:
            _write(conn, news, facts, to)
    return told


def _body(news: News, facts: Mapping[str, Any], to: Addressees) -> Row:
    """``text`` is what chat programs show; the rest is for machines."""
    said = {language: in_words(language, news.name, news.state, facts) for language in ("fr", "en")}
    return {
        "text": f"Mboa : {said['fr']}",
        "text_en": f"Mboa: {said['en']}",
        "alert": news.name,
        "state": news.state,
        "since": news.since.astimezone(UTC),
        "house": to.house,
        "details": facts,
    }


def _write(conn: Connection, news: News, facts: Mapping[str, Any], to: Addressees) -> None:
    known = recognise(conn, to.channel, Sender(phone=to.phone, name=OPERATOR))
    language = "fr" if people.contact(conn, known.contact_id).language == "fr" else "en"
    said = in_words(language, news.name, news.state, facts)
    file = templates()[TEMPLATE, language]
    letter = Letter(known.contact_id, TEMPLATE, file.render([said]), template=file.fill({"trouble": said}))
    key = f"alert:{news.name}:{news.since:%Y%m%dT%H%M%S}:{news.state}"
    if news.state == "goes_on":
        key += f":{(conn.now - news.since) // timedelta(hours=1)}"
    outbox.queue(conn, letter, key, to.channel)
