"""One phrase in one scene becomes one letter: its text, its buttons, its template twin, its key."""

from mboa.channels.base import Button, ListChoice, Template
from mboa.notifications.facts import items, words
from mboa.notifications.layout import Layout, Twin, layout_of
from mboa.notifications.letter import Letter, Scene
from mboa.notifications.phrasebook import fill, has_wording, wording

Words = dict[str, str]
# WhatsApp shows three buttons, or a list of ten rows.
MOST_BUTTONS, MOST_ROWS = 3, 10
TEMPLATE_LANGUAGES = {"fr": "fr"}


def compose(phrase: str, scene: Scene) -> Letter:
    """The letter for ``scene.reader``; raises ``KeyError`` for a phrase that no catalogue has."""
    layout, language = layout_of(phrase), scene.reader.language
    known = words(scene)
    listed = items(scene, layout.each) if layout.each else []
    known["list"] = "\n".join(fill(wording(language, "line", layout.each), item) for item in listed)
    buttons, choices = _answers(layout, language, listed or [known])
    return Letter(
        contact_id=scene.reader.id,
        phrase=phrase,
        text=fill(wording(language, "text", phrase), known),
        key=fill(layout.key, known) or None,
        buttons=buttons,
        choices=choices,
        choices_label=wording(language, "title", layout.label) if choices else "",
        ask_phone=layout.ask_phone,
        template=_template(layout.twin, phrase, language, known) if layout.twin else None,
        request_id=scene.request.id if scene.request else None,
        offer_id=scene.offer.id if scene.offer else None,
    )


def _answers(layout: Layout, language: str, listed: list[Words]) -> tuple[tuple[Button, ...], tuple[ListChoice, ...]]:
    """Buttons when they fit, else a list."""
    answers = [
        (fill(payload, item), fill(wording(language, "title", name), item), name, item)
        for item in listed
        for payload, name in (*layout.choices, *layout.buttons)
    ]
    if layout.choices or len(answers) > MOST_BUTTONS:
        rows = answers[:MOST_ROWS]
        return (), tuple(ListChoice(payload, title, _row(language, name, item)) for payload, title, name, item in rows)
    return tuple(Button(payload, title) for payload, title, _, _ in answers), ()


def _row(language: str, name: str, item: Words) -> str:
    return fill(wording(language, "row", name), item) if has_wording(language, "row", name) else ""


def _template(twin: Twin, phrase: str, language: str, known: Words) -> Template:
    """The twin in French or English: Meta knows no Pidgin."""
    if has_wording(language, "update", phrase):
        known["update"] = fill(wording(language, "update", phrase), known)
    return Template(
        twin.name,
        TEMPLATE_LANGUAGES.get(language, "en"),
        tuple(known[word] for word in twin.parameters.values()),
        tuple(fill(payload, known) for payload in twin.payloads),
    )
