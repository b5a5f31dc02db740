"""Buttons and lists in words: free-form messages through Twilio have neither."""

import re

from mboa.channels.base import Outbound
from mboa.channels.whatsapp.lengths import shorten

_TYPED = {
    "fr": {"confirm": "OUI", "accept": "OUI", "decline": "NON", "edit": "MODIFIER", "cancel": "ANNULER"},
    "en": {"confirm": "YES", "accept": "YES", "decline": "NO", "edit": "MODIFY", "cancel": "CANCEL"},
}
_HINT = {"fr": ("Répondez", "ou"), "en": ("Reply", "or")}


def in_words(message: Outbound, limit: int) -> str:
    """The text of a message with its list written out, and a last line that says what to type for its buttons.

    A text over ``limit`` characters is shortened, the last line never.
    Nothing is added when the text already names every word to type. English when the template twin is English.
    """
    english = message.template is not None and message.template.language.startswith("en")
    language = "en" if english else "fr"
    rows = [f"• {c.title}: {c.description}" if c.description else f"• {c.title}" for c in message.choices]
    text = "\n".join([message.text, *rows])
    typed = list(dict.fromkeys(_typed(b.payload, b.title, language) for b in message.buttons))
    if all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in typed):
        return shorten(text, limit)
    hint = f"\n\n{_sentence(typed, language)}"
    return shorten(text, limit - len(hint)) + hint


def _typed(payload: str, title: str, language: str) -> str:
    action = payload.rpartition(":")[2]
    return action if action.isdigit() else _TYPED[language].get(action, title)


def _sentence(typed: list[str], language: str) -> str:
    verb, last = _HINT[language]
    several = ", ".join(typed[:-1])
    return f"{verb} {several} {last} {typed[-1]}." if several else f"{verb} {typed[-1]}."
