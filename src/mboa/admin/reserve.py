"""What may be sent to a person whose 24-hour window is closed: the templates that fit words of an operator's own."""

from collections.abc import Mapping
from dataclasses import dataclass

from mboa.channels.base import Template
from mboa.channels.whatsapp.templates import TemplateFile, templates
from mboa.notifications.compose import TEMPLATE_LANGUAGES
from mboa.storage import paces
from mboa.storage.store import Connection, Row

# Of the repository's templates those that hand over no contact, offer no job and have no buttons to act for us.
FOR_CLIENTS = ("request_update", "number_request")
FOR_PROVIDERS = ("job_update", *FOR_CLIENTS)


@dataclass(frozen=True, slots=True)
class Spare:
    """A template that may be sent now, with the values that are known for its parameters."""

    name: str
    language: str
    body: str
    parameters: dict[str, str]


def templates_for(conn: Connection, person: Row) -> list[Spare]:
    """What fits this person (``channel``, ``language``, ``is_provider``, ``request_id``); paused ones are left out."""
    paused = paces.paused_templates(conn, person["channel"])
    names = FOR_PROVIDERS if person["is_provider"] else FOR_CLIENTS
    files = [templates()[name, language_of(person)] for name in names]
    return [_spare(file, person) for file in files if (file.name, file.language) not in paused]


def language_of(person: Row) -> str:
    """French or English: Meta knows no Pidgin."""
    return TEMPLATE_LANGUAGES.get(person["language"], "en")


def _spare(file: TemplateFile, person: Row) -> Spare:
    known = {"code": f"MB-{person['request_id']}" if person["request_id"] else ""}
    return Spare(file.name, file.language, file.body, {name: known.get(name, "") for name in file.parameters})


def filled(spare: Spare, values: Mapping[str, str]) -> tuple[str, Template] | None:
    """Its text and the template with these parameters; ``None`` when one is missing or empty."""
    if any(not values.get(name, "").strip() for name in spare.parameters):
        return None
    file = templates()[spare.name, spare.language]
    return file.render([values[name] for name in file.parameters]), file.fill(values)
