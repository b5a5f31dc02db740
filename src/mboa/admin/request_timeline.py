"""A request's story as one line of time: what was said, asked, decided and delivered, in the desk's language."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from mboa.admin.veil import veiled
from mboa.admin.words import words
from mboa.dispatch.policy import DOUALA
from mboa.notifications.phrasebook import fill
from mboa.storage.admin.accounts import Account
from mboa.storage.admin.request_page import Story
from mboa.storage.store import Row

Entry = dict[str, Any]
# What one transaction wrote bears one time: the words that began it, what they brought about, what was answered.
RANKS = {"in": 0, "event": 1, "out": 2}


def timeline(story: Story, me: Account) -> list[Entry]:
    """Every entry has ``id`` (``e12`` for an event, ``m34`` for a message), ``at``, ``kind`` (``in``, ``out``,
    ``event``), ``name``, ``text`` and ``who``; oldest first.

    Messages have ``status``, ``deliveries``, ``template``, ``price`` (Meta's category) and ``error``; events have
    ``reason``, and of an offer the ``offer``, with the reasons for it and those ``withheld``.
    """
    said = _Teller(story, me)
    entries = [*map(said.message, story.messages), *map(said.event, story.events)]
    ordered: list[Entry] = veiled(me, sorted(entries, key=lambda entry: (entry["at"], RANKS[entry["kind"]])))
    return ordered


def new_days(entries: Iterable[Entry]) -> set[int]:
    """The places in the timeline at which another day of Douala begins; the first entry always is one."""
    days = [entry["at"].astimezone(DOUALA).date() for entry in entries]
    return {0} | {place for place, (before, day) in enumerate(pairwise(days), 1) if before != day}


class _Teller:
    """Puts rows into words for one account."""

    def __init__(self, story: Story, me: Account) -> None:
        self.t = words(me.language, "request")
        self.story = story
        self.people = {row["provider_contact_id"]: row["provider_name"] for row in story.offers}
        self.people[story.client.id] = story.client.name or self.t["the_client"]
        self.offers = {row["id"]: row for row in story.offers}

    def message(self, row: Row) -> Entry:
        """Words of a person, or the house's."""
        priced: Row = next((one["pricing"] for one in row["receipts"] if one["pricing"]), {})
        return {
            "id": f"m{row['id']}",
            "at": row["created_at"],
            "kind": row["direction"],
            "name": row["kind"],
            "text": row["text"] or self.t["message"].get(row["kind"], row["kind"]),
            "who": self.people.get(row["contact_id"]),
            "status": row["status"],
            "deliveries": [
                {"status": one["status"], "at": one["occurred_at"] or row["created_at"]} for one in row["receipts"]
            ],
            "template": _template(row["body"], priced),
            "price": priced.get("category"),
            "error": row["error"] or _failure(row["receipts"]),
        }

    def event(self, row: Row) -> Entry:
        """Something that happened, and who brought it about."""
        data: Mapping[str, Any] = row["data"]
        offer = self.offers.pop(data.get("offer_id"), None)
        withheld = data.get("withheld") or (offer["withheld"] if offer else [])
        return {
            "id": f"e{row['id']}",
            "at": row["happened_at"],
            "kind": "event",
            "name": row["name"],
            "text": self._told(row["name"], data),
            "who": self._actor(row),
            "reason": data.get("reason") or data.get("comment") or None,
            "offer": {"position": offer["position"], "score": offer["score"], "parts": self.parts(offer)}
            if offer
            else None,
            "withheld": self.withheld(withheld),
        }

    def _told(self, name: str, data: Mapping[str, Any]) -> str:
        known = {
            "provider": self.story.providers.get(data.get("provider_id") or 0, ""),
            "act": self.t["act"].get(data.get("act"), ""),
            "rating": str(data.get("rating") or ""),
        }
        return fill(self.t["event"].get(name, name), known)

    def _actor(self, row: Row) -> str:
        account = (row["cause"] or "").removeprefix("operator:")
        email = self.story.accounts.get(int(account)) if account.isdigit() else None
        return email.partition("@")[0] if email else self.t["actor"].get(row["actor"], row["actor"])

    def parts(self, offer: Row) -> list[tuple[str, float]]:
        """The reasons for a provider by their names, each between 0 and 1."""
        return [(self.t["part"].get(name, name), value) for name, value in offer["reasons"].items()]

    def withheld(self, rows: Iterable[Row]) -> list[tuple[str, str]]:
        """Who was passed over, and why."""
        return [
            (self.story.providers.get(row["provider_id"], "–"), self.t["against"].get(row["reason"], row["reason"]))
            for row in rows
        ]


def _template(body: Row, priced: Row) -> str | None:
    """The template's name if it went out as one: what Meta prices as ``service`` was a plain message."""
    if priced.get("category") in {None, "service"}:
        return None
    name: str | None = (body.get("template") or {}).get("name")
    return name


def _failure(receipts: list[Row]) -> str | None:
    return next((one["error"] or str(one["error_code"]) for one in receipts if one["status"] == "failed"), None)
