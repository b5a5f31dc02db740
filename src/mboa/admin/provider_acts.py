"""What an operator does to a provider, each in one transaction: row, coverage, address, offers, jobs and audit note."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mboa import departure, lifecycle
from mboa.channels.numbers import mask
from mboa.departure import InHand
from mboa.dispatch.events import EventName
from mboa.storage import people, roster
from mboa.storage.admin import audit, posts, provider_changes, provider_page
from mboa.storage.admin.provider_changes import PhoneTaken
from mboa.storage.roster import Entry
from mboa.storage.store import Row
from mboa.storage.unit_of_work import Unit

ENTERED = ("name", "phone", "services", "zones", "available", "latitude", "longitude")
NOTED = ("name", "phone", "services", "zones", "available", "active", "capacity", "hours", "latitude", "longitude")

# What an entry does not say, and what a new provider has of it.
USUAL = {"active": True, "capacity": None, "hours": None}


class Conflict(Exception):
    """Somebody changed the provider since he was read; ``present`` is what he is now."""

    def __init__(self, present: Row) -> None:
        super().__init__("the provider is at another version")
        self.present = present


class Deleted(Exception):
    """He is off the roster: first he must be restored."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, on which provider, having seen which ``version`` of him (``None``: whichever it is).

    ``once`` is the mark of the form: the same form posted again changes nothing. ``channel`` is the default way out.
    """

    account_id: int
    provider_id: int = 0
    version: int | None = None
    once: str = ""
    channel: str = ""


def create(unit: Unit, act: Act, values: Mapping[str, Any]) -> int:
    """A new provider, or a deleted one with this phone who comes back as he is written down now; returns his id.

    Raises :class:`PhoneTaken` when the phone is that of a provider on the roster. A client's phone is none: he keeps
    his past as a client and is a provider from now on.
    """
    conn = unit.conn
    found = provider_changes.holder(conn, values["phone"])
    if act.once and not posts.first_time(conn, act.once):
        return found[1] or 0 if found else 0
    if found:
        people.contact(conn, found[0], lock=True)
        found = provider_changes.holder(conn, values["phone"])
    if found and found[1] and not found[2]:
        raise PhoneTaken(values["phone"], found[1])
    before = provider_page.row_of(conn, found[1]) if found and found[1] else None
    entry = Entry(**{name: values[name] for name in ENTERED if name in values})
    provider_id, new = roster.enter(conn, entry, act.channel)
    if not new and before is None:
        raise PhoneTaken(values["phone"], provider_id)  # somebody else entered him in this very moment
    more = {name: values[name] for name, usual in USUAL.items() if name in values and (before or values[name] != usual)}
    if more:
        provider_changes.change(conn, provider_id, more)
    welcome(unit, provider_id)
    _note(unit, replace(act, provider_id=provider_id), "provider_restored" if before else "provider_created", before)
    return provider_id


def change(unit: Unit, act: Act, values: Mapping[str, Any]) -> None:
    """Change what differs. Blocking him withdraws his open offers, and the next provider is asked; coming back,
    becoming available or covering more, he gets the oldest waiting request, as if he had said DISPO.

    Raises ``LookupError``, :class:`Deleted`, :class:`Conflict` and :class:`PhoneTaken`.
    """
    before = _seen(unit, act)
    if before is None:
        return
    differing = {name: value for name, value in values.items() if _plain(value) != before[name]}
    if not differing:
        return
    held = departure.in_hand(unit, act.provider_id) if differing.get("active") is False else InHand([], [])
    _write(unit, before, differing)
    departure.ask_him_no_more(unit, act.provider_id, held)
    if "available" in differing:
        name: EventName = "provider_available" if differing["available"] else "provider_paused"
        unit.happened(name, "operator", contact_id=before["contact_id"])
    if differing.keys() & {"available", "active", "services", "zones", "hours", "capacity"}:
        welcome(unit, act.provider_id)
    _note(unit, act, "provider_changed", before)


def _seen(unit: Unit, act: Act) -> Row | None:
    """The provider as he is now, locked; ``None`` when this very form was posted before."""
    row = _locked(unit, act.provider_id)
    if act.once and not posts.first_time(unit.conn, act.once):
        return None
    if row["deleted_at"] is not None:
        raise Deleted(f"provider {act.provider_id} is deleted")
    if act.version is not None and act.version != row["version"]:
        raise Conflict(row)
    return row


def _locked(unit: Unit, provider_id: int) -> Row:
    known = provider_changes.lock(unit.conn, provider_id) is not None
    row = provider_page.row_of(unit.conn, provider_id) if known else None
    if row is None:
        raise LookupError(f"no provider {provider_id}")
    return row


def _write(unit: Unit, before: Row, differing: Mapping[str, Any]) -> None:
    conn, provider_id = unit.conn, before["id"]
    if "phone" in differing:
        provider_changes.change_phone(conn, before["contact_id"], differing["phone"])
    provider_changes.change(conn, provider_id, {name: differing[name] for name in differing if name != "phone"})
    if "name" in differing:
        provider_changes.rename(conn, before["contact_id"], before["name"], differing["name"])
    if differing.keys() & {"services", "zones"}:
        now = {**before, **differing}
        provider_changes.cover(conn, provider_id, now["services"], now["zones"])
    unit.known.forget_provider(provider_id)


def remove(unit: Unit, act: Act) -> bool:
    """Take him off the roster: open offers go to the next provider at once, jobs under way are taken back and searched
    for again, his history stays. False when he was off it already. Raises ``LookupError`` and :class:`Conflict`."""
    row = _locked(unit, act.provider_id)
    if row["deleted_at"] is not None:
        return False
    if act.version is not None and act.version != row["version"]:
        raise Conflict(row)
    held = departure.in_hand(unit, act.provider_id)
    provider_changes.delete(unit.conn, act.provider_id)
    unit.known.forget_provider(act.provider_id)
    departure.leave(unit, act.provider_id, held, "provider_deleted")
    after = {"asked": [one.id for one in held.asked], "jobs": [one.id for one in held.jobs]}
    subject = f"provider:{act.provider_id}"
    audit.note(unit.conn, act.account_id, "provider_deleted", subject, before=_told(row), after=after)
    return True


def restore(unit: Unit, act: Act) -> bool:
    """Put him back as he was; jobs that were taken back stay with whoever has them now. Raises ``LookupError``."""
    _locked(unit, act.provider_id)
    if not provider_changes.restore(unit.conn, act.provider_id):
        return False
    unit.known.forget_provider(act.provider_id)
    welcome(unit, act.provider_id)
    _note(unit, act, "provider_restored", None)
    return True


def keep_apart(unit: Unit, act: Act, client_id: int, apart: bool) -> bool:
    """Offer a client's requests to this provider never again, or again. False: nobody has this id, or it was so."""
    row = _locked(unit, act.provider_id)
    done = provider_changes.block if apart else provider_changes.unblock
    if client_id == row["contact_id"] or not done(unit.conn, act.provider_id, client_id):
        return False
    name = "provider_kept_from_client" if apart else "provider_allowed_to_client"
    audit.note(unit.conn, act.account_id, name, f"provider:{act.provider_id}", after={"client_id": client_id})
    return True


def welcome(unit: Unit, provider_id: int) -> None:
    """If he may be asked now, the oldest request that waits for somebody like him is offered to him."""
    provider = unit.provider(provider_id)
    if provider.available and provider.active:
        lifecycle.offer_waiting(unit, provider)


def _note(unit: Unit, act: Act, name: str, before: Row | None) -> None:
    after = provider_page.row_of(unit.conn, act.provider_id)
    now, was = _told(after) if after else {}, _told(before) if before else None
    if was is not None:
        changed = {field for field in NOTED if now[field] != was[field]}
        now, was = ({field: told[field] for field in NOTED if field in changed} for told in (now, was))
    audit.note(unit.conn, act.account_id, name, f"provider:{act.provider_id}", before=was, after=now)


def _told(row: Row) -> dict[str, Any]:
    """What the audit log keeps for good of a provider: of his number, enough to tell one from another."""
    return {**{field: row[field] for field in NOTED}, "phone": row["phone"] and mask(row["phone"])}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
