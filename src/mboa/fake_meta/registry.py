"""The templates that the business has registered, each with what Meta's reviewers say of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from mboa.channels.whatsapp.templates import TemplateFile, templates
from mboa.fake_meta.bodies import account_body
from mboa.fake_meta.reading import Json, Refused
from mboa.fake_meta.submitted import read_template

STATES = ("APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED")
_REFUSALS = {"PAUSED": (132015, "is paused"), "DISABLED": (132016, "is disabled")}


@dataclass(slots=True)
class Registered:
    """A template under Meta's id. ``reviewed_at`` is when a ``PENDING`` one is approved by itself, if ever."""

    file: TemplateFile
    state: str = "APPROVED"
    reviewed_at: datetime | None = None
    reason: str = "NONE"

    @property
    def id(self) -> str:
        """Meta's number of it, the same in every run."""
        return str(crc32(f"{self.file.name}/{self.file.language}".encode()) + 10**14)

    def state_at(self, now: datetime) -> str:
        """Its state, with the review that has happened by now."""
        if self.state == "PENDING" and self.reviewed_at and now >= self.reviewed_at:
            self.state = "APPROVED"
        return self.state


class Registry:
    """Our own templates, approved, and whatever is added. Names and languages as in ``POST /messages``."""

    def __init__(self) -> None:
        self._known = {key: Registered(file) for key, file in templates().items()}

    def find(self, name: str, language: str, now: datetime) -> TemplateFile:
        """The template to send; raises :class:`Refused` when it does not exist or is not approved now."""
        known = self._known.get((name, language))
        state = known.state_at(now) if known else "REJECTED"
        if known is None or state in {"PENDING", "REJECTED"}:
            raise Refused(132001, f"template {name} in {language} does not exist or is not approved", 404)
        if state in _REFUSALS:
            code, words = _REFUSALS[state]
            raise Refused(code, f"template {name} in {language} {words}")
        return known.file

    def add(self, submitted: Json, now: datetime, review_seconds: float) -> Registered:
        """Submit a template in Meta's shape; raises :class:`Refused` for what cannot be one or is there already."""
        file = read_template(submitted)
        if (file.name, file.language) in self._known:
            raise Refused(100, f"{file.name} in {file.language} exists already")
        known = Registered(file)
        if review_seconds:
            known.state, known.reviewed_at = "PENDING", now + timedelta(seconds=review_seconds)
        self._known[file.name, file.language] = known
        return known

    def edit(self, template_id: str, submitted: Json) -> Registered:
        """Give a template new components or another category; raises :class:`Refused`."""
        known = self._by_id(template_id)
        file = read_template({**_shown(known), **submitted, "name": known.file.name, "language": known.file.language})
        known.file = file
        return known

    def remove(self, name: str) -> int:
        """Delete a name in all its languages; returns how many there were."""
        keys = [key for key in self._known if key[0] == name]
        for key in keys:
            del self._known[key]
        return len(keys)

    def review(self, name: str, language: str, state: str, now: datetime) -> bytes:
        """Set the state of a template; returns the webhook that announces it. Raises :class:`Refused`."""
        known = self._known.get((name, language))
        if known is None or state not in STATES:
            raise Refused(100, f"{name} in {language} is not known, or {state} is none of {', '.join(STATES)}")
        known.state, known.reviewed_at = state, None
        known.reason = "INVALID_FORMAT" if state == "REJECTED" else "NONE"
        return announcement(known, state, now)

    def listed(self, now: datetime, *, name: str | None = None, status: str | None = None) -> list[Json]:
        """Templates in the shape of ``GET /{account}/message_templates``."""
        shown = [{**_shown(known), "status": known.state_at(now)} for known in self._known.values()]
        return [one for one in shown if name in {None, one["name"]} and status in {None, one["status"]}]

    def _by_id(self, template_id: str) -> Registered:
        for known in self._known.values():
            if known.id == template_id:
                return known
        raise Refused(100, f"there is no template {template_id}", 404)


def announcement(known: Registered, state: str, at: datetime) -> bytes:
    """The webhook ``message_template_status_update``."""
    value: Json = {
        "event": state,
        "message_template_id": int(known.id),
        "message_template_name": known.file.name,
        "message_template_language": known.file.language,
        "message_template_category": known.file.category.upper(),
        "reason": known.reason,
    }
    if state == "DISABLED":
        value["disable_info"] = {"disable_date": int(at.timestamp())}
    return account_body("message_template_status_update", value, at)


def _shown(known: Registered) -> Json:
    file = known.file
    components: list[Json] = []
    if file.header:
        components.append({"type": "HEADER", "format": "TEXT", "text": file.header})
    components.append({"type": "BODY", "text": file.body} | _example(file))
    if file.footer:
        components.append({"type": "FOOTER", "text": file.footer})
    if file.buttons:
        buttons = [{"type": "QUICK_REPLY", "text": text} for text in file.buttons]
        components.append({"type": "BUTTONS", "buttons": buttons})
    shown = {"name": file.name, "language": file.language, "category": file.category.upper(), "status": known.state}
    more = {"rejected_reason": known.reason, "parameter_format": "POSITIONAL", "id": known.id}
    return {**shown, **more, "components": components}


def _example(file: TemplateFile) -> Json:
    return {"example": {"body_text": [list(file.samples)]}} if file.samples else {}
