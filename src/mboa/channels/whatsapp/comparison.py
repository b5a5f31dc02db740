"""Our message templates beside those that Meta has: what is missing, what differs, what may not be sent now."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mboa.channels.whatsapp.account import Listed
from mboa.channels.whatsapp.templates import TemplateFile

State = Literal["approved", "missing", "differs", "waiting", "refused"]
# What passes by itself, and what somebody has to do something about.
_WAITING = frozenset({"PENDING", "IN_APPEAL"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How one template of ours stands at Meta; ``words`` say it, ``listed`` is what Meta has, if anything."""

    file: TemplateFile
    state: State
    words: str
    listed: Listed | None = None

    @property
    def title(self) -> str:
        """Name and language: ``offer (fr)``."""
        return f"{self.file.name} ({self.file.language})"


def compare(ours: Iterable[TemplateFile], theirs: Sequence[Listed]) -> list[Standing]:
    """How each of ours stands."""
    known = {(one.name, one.language): one for one in theirs}
    return [_standing(file, known.get((file.name, file.language))) for file in ours]


def strangers(ours: Iterable[TemplateFile], theirs: Sequence[Listed]) -> list[str]:
    """Names that Meta has and we have not: of another program, or of an older version."""
    return sorted({one.name for one in theirs} - {file.name for file in ours})


def _standing(file: TemplateFile, listed: Listed | None) -> Standing:
    if listed is None:
        return Standing(file, "missing", "Meta has none of this name and language")
    reason = f": {listed.reason}" if listed.reason else ""
    if listed.status not in {"APPROVED", *_WAITING}:
        return Standing(file, "refused", f"{listed.status.lower().replace('_', ' ') or 'unknown'}{reason}", listed)
    different = list(_differences(submission(file), listed))
    if different:
        return Standing(file, "differs", f"differs in {', '.join(different)}", listed)
    if listed.status in _WAITING:
        return Standing(file, "waiting", f"{listed.status.lower().replace('_', ' ')}: Meta reviews it", listed)
    return Standing(file, "approved", "approved", listed)


def _differences(ours: dict[str, Any], theirs: Listed) -> Iterator[str]:
    if ours["category"] != theirs.category:
        yield f"category ({theirs.category.lower()} at Meta)"
    mine, other = _read(ours["components"]), _read(theirs.components)
    yield from (kind.lower() for kind in sorted(mine.keys() | other.keys()) if mine.get(kind) != other.get(kind))


def _read(components: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a reader sees of components: texts and titles by kind. Examples are for Meta's reviewers alone."""
    seen: dict[str, Any] = {}
    for part in components:
        kind = str(part.get("type")).upper()
        buttons = part.get("buttons")
        if isinstance(buttons, list):
            seen[kind] = [(str(one.get("type")).upper(), str(one.get("text"))) for one in buttons if one]
        else:
            seen[kind] = str(part.get("text") or "").strip()
    return seen


def submission(file: TemplateFile) -> dict[str, Any]:
    """A template in the shape that Meta takes."""
    body: dict[str, Any] = {"type": "BODY", "text": file.body}
    if file.samples:
        body["example"] = {"body_text": [list(file.samples)]}
    components = [body]
    if file.header:
        components.insert(0, {"type": "HEADER", "format": "TEXT", "text": file.header})
    if file.footer:
        components.append({"type": "FOOTER", "text": file.footer})
    if file.buttons:
        replies = [{"type": "QUICK_REPLY", "text": title} for title in file.buttons]
        components.append({"type": "BUTTONS", "buttons": replies})
    named = {"name": file.name, "language": file.language, "category": file.category.upper()}
    return {**named, "parameter_format": "POSITIONAL", "components": components}
