"""What Meta's API knows of our account: the number, and the message templates (the Business Management API)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import orjson

from mboa.channels.base import SendFailed
from mboa.channels.http import HEADERS, open_transport, post
from mboa.channels.whatsapp.errors import refusal
from mboa.channels.whatsapp.fields import mapping, scrub, words

ANSWER_SECONDS = 15.0
# A template of the longest words is 3 kB with its example, and an answer is read up to 64 kB.
PAGE = 15
# More pages than any account has templates (Meta's limit is 6,000).
_MOST_PAGES = 500
_FIELDS = "id,name,language,category,status,rejected_reason,components"


@dataclass(frozen=True, slots=True)
class Listed:
    """A template as Meta has it. ``reason`` says why it was rejected, if it was; ``components`` are Meta's objects."""

    id: str
    name: str
    language: str
    category: str
    status: str
    reason: str = ""
    components: list[dict[str, Any]] = field(default_factory=list)


class Account:
    """Meta's API with our token. ``base_url`` holds the version, ``transport`` stands in for the network.

    Every method raises :class:`SendFailed` when Meta refuses or does not answer within ``seconds``.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        seconds: float = ANSWER_SECONDS,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._headers = {**HEADERS, "authorization": f"Bearer {token}", "content-type": "application/json"}
        self._seconds = seconds
        self._transport = transport or open_transport(base_url)

    async def close(self) -> None:
        """Give back connections."""
        await self._transport.aclose()

    async def number(self, phone_id: str) -> dict[str, Any]:
        """The sending number: ``display_phone_number``, ``verified_name``, ``quality_rating``, as far as Meta tells."""
        asked = {"fields": "id,display_phone_number,verified_name,quality_rating"}
        return await self._ask("GET", phone_id, params=asked)

    async def templates(self, account_id: str) -> list[Listed]:
        """Every template of a WhatsApp Business Account."""
        return [_listed(one) async for one in self._pages(f"{account_id}/message_templates")]

    async def submit(self, account_id: str, template: dict[str, Any]) -> tuple[str, str]:
        """Hand a new template in for review; the status and the category that Meta gives it."""
        answer = await self._ask("POST", f"{account_id}/message_templates", content=template)
        return words(answer.get("status"), 40) or "PENDING", words(answer.get("category"), 40)

    async def edit(self, template_id: str, template: dict[str, Any]) -> None:
        """Give a template other components; Meta reviews it again."""
        await self._ask("POST", template_id, content={name: template[name] for name in ("category", "components")})

    async def _pages(self, path: str) -> AsyncIterator[dict[str, Any]]:
        asked = {"fields": _FIELDS, "limit": str(PAGE)}
        for _ in range(_MOST_PAGES):
            page = await self._ask("GET", path, params=asked)
            for one in page.get("data") or []:
                yield mapping(one)
            paging = mapping(page.get("paging"))
            after = mapping(paging.get("cursors")).get("after")
            if not after or not paging.get("next"):
                return
            asked = {**asked, "after": str(after)}

    async def _ask(
        self, method: str, path: str, *, params: dict[str, str] | None = None, content: Any = None
    ) -> dict[str, Any]:
        body = None if content is None else orjson.dumps(content)
        request = httpx2.Request(method, f"{self._base}/{path}", params=params, content=body, headers=self._headers)
        answer = await post(self._transport, request, self._seconds)
        if not 200 <= answer.status <= 299:
            raise refusal(answer.status, answer.headers, answer.body)
        try:
            return mapping(scrub(orjson.loads(answer.body)))
        except orjson.JSONDecodeError as error:
            raise SendFailed("Meta's answer is not JSON", outcome="unknown") from error


def _listed(one: dict[str, Any]) -> Listed:
    given = {name: words(one.get(name), 512) for name in ("id", "name", "language", "category", "status")}
    reason = words(one.get("rejected_reason"), 200)
    components = [mapping(part) for part in one.get("components") or []]
    return Listed(**given, reason="" if reason == "NONE" else reason, components=components)
