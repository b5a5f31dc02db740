"""Writes docs/wording.md: every message of Mboa in each language side by side, for reviewers who read no code.

`python scripts/wording_page.py` writes the page, `--check` fails when it is out of date.
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from mboa.channels.whatsapp.templates import templates
from mboa.notifications.layout import Layout, layout_of
from mboa.notifications.phrasebook import LANGUAGES, catalogue, fill, has_wording, wording

PAGE = Path(__file__).parents[1] / "docs" / "wording.md"
# The longest body that WhatsApp takes with buttons, and without (Meta, interactive and text messages).
WITH_ANSWERS, PLAIN = 1024, 4096
LONGEST_BUTTON, LONGEST_ROW = 20, 24
NAMES = {"fr": "Français", "en": "English", "pcm": "Pidgin"}
_BLANK = re.compile(r"\{([a-z_]+)\}")
# What stands in a blank while lengths are counted: about the longest that is usual.
FILLING = {
    "link": "https://mboa.example/suivi/Zk3vQm8sT1yWb5nX0cRd2A",
    "list": "• MB-1204 : Électroménager, Bonamoussadi, derrière la pharmacie\n" * 3,
    "story": "Premier prestataire contacté à 14 h 12 : pas de réponse.\n" * 3,
    "problem": "fuite sous l'évier de la cuisine, l'eau coule depuis hier soir",
    "fault": "fuite sous l'évier de la cuisine, l'eau coule depuis hier soir",
    "pin": "https://maps.google.com/?q=4.085500,9.734000",
    "urgent": "⚠️ URGENT",
    "code": "MB-1204",
    "offer_code": "A7",
    "rating": "5",
    "given": "5",
    "receipt": "E1204",
    "retention_days": "90",
}
LONG_ADDRESS = "Bonamoussadi, derrière la pharmacie du rond-point"
ADDRESSES = frozenset({"place", "address", "area"})
USUAL = "Électroménager"


def page() -> str:
    """The whole page."""
    phrases = list(catalogue("fr")["text"])
    longest = max(length(phrase, language) for phrase in phrases for language in LANGUAGES)
    head = [
        "# Everything Mboa says",
        "",
        "Written by `make wording` (`scripts/wording_page.py`) from `src/mboa/notifications/wording/`:"
        f" {len(phrases)} messages. Lengths are in characters, with the {{blanks}} filled as they usually are;",
        f"WhatsApp takes {WITH_ANSWERS:,} with buttons or a list, {PLAIN:,} without. The longest here has {longest}.",
        "A template twin is what goes out when a person has not written for 24 hours. *English* under Pidgin: it has",
        "no words of its own there.",
        "",
    ]
    return "\n".join([*head, *(line for phrase in phrases for line in section(phrase)), *other_words()]) + "\n"


def section(phrase: str) -> Iterator[str]:
    """One message: its texts side by side, lengths, answers, twin."""
    layout = layout_of(phrase)
    limit = WITH_ANSWERS if layout.buttons or layout.choices else PLAIN
    yield f"## {phrase}"
    yield ""
    yield "| " + " | ".join(NAMES[language] for language in LANGUAGES) + " |"
    yield "|---|---|---|"
    yield "| " + " | ".join(shown(phrase, language) for language in LANGUAGES) + " |"
    yield "| " + " | ".join(fits(length(phrase, language), limit) for language in LANGUAGES) + " |"
    if layout.buttons or layout.choices:
        yield "| " + " | ".join(answers(layout, language) for language in LANGUAGES) + " |"
    yield ""
    twin = layout.twin
    yield (
        f"Template twin: `{twin.name}` ({', '.join(sorted(templates_of(twin.name)))})." if twin else "No template twin."
    )
    yield ""


def shown(phrase: str, language: str) -> str:
    """The text as a cell of a table."""
    own = phrase in catalogue(language)["text"]
    text = wording(language, "text", phrase).strip() if own else "*English*"
    return text.replace("|", "\\|").replace("\n", "<br>")


def length(phrase: str, language: str) -> int:
    """Characters of a message with everything known."""
    pattern = wording(language, "text", phrase)
    return len(fill(pattern, {blank: filling(blank) for blank in _BLANK.findall(pattern)}))


def filling(blank: str) -> str:
    """What is usual in a blank."""
    return FILLING.get(blank, LONG_ADDRESS if blank in ADDRESSES else USUAL).strip()


def fits(count: int, limit: int) -> str:
    """The length, and whether WhatsApp takes it."""
    return f"{count} of {limit:,}" if count <= limit else f"**{count} of {limit:,}: too long**"


def answers(layout: Layout, language: str) -> str:
    """Buttons or rows with their lengths; one that is too long is marked."""
    limit = LONGEST_ROW if layout.choices else LONGEST_BUTTON
    pairs = [(name, wording(language, "title", name)) for _, name in (*layout.choices, *layout.buttons)]
    titles = [(title, len(title) if "{" not in title else 0) for _, title in pairs]
    long = {title: " **too long**" for title, count in titles if count > limit}
    listed = [f"`{title}`" + (f" {count}" if count else "") + long.get(title, "") for title, count in titles]
    return ("List: " if layout.choices else "Buttons: ") + ", ".join(listed) + (", for each" if layout.each else "")


def templates_of(name: str) -> set[str]:
    """The languages in which a template stands in the repository."""
    return {language for known, language in templates() if known == name}


def other_words() -> Iterator[str]:
    """The pieces that messages are made of."""
    for table in [name for name in catalogue("fr") if name != "text"]:
        yield f"## Words: {table}"
        yield ""
        yield "| | " + " | ".join(NAMES[language] for language in LANGUAGES) + " |"
        yield "|---|---|---|---|"
        for name in catalogue("fr")[table]:
            cells = (wording(one, table, name) if has_wording(one, table, name) else "–" for one in LANGUAGES)
            yield f"| {name} | " + " | ".join(cells) + " |"
        yield ""


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is out of date")
    if parser.parse_args().check:
        return int(PAGE.read_text("utf-8") != page())
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
