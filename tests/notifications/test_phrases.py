"""Every phrase that the product says exists in French and English, reads well, and fits what WhatsApp shows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import mboa.conversation
from mboa.channels.base import Button, ListChoice
from mboa.notifications.layout import layouts
from mboa.notifications.letters import HEARINGS
from mboa.notifications.phrasebook import catalogue, fill, wording
from mboa.notifications.replies import reply_letter
from mboa.understanding.facts import Danger
from tests.notifications.stage import LANGUAGES, bare, every_letter, scene

# What the phrases that are put together at run time can become.
CHAPTERS = (
    *("draft", "offering", "offered", "deferred", "doubted", "accepted", "en_route", "arrived", "done"),
    *("in_progress", "completed", "cancelled", "unserved"),
)
ENDINGS = {
    "status_": CHAPTERS,
    "danger_": get_args(Danger),
    "ask_": ("service", "place", "zone", "phone", "time", "date", "problem"),
}
# Said to somebody of whose request nothing is known yet.
EARLY = (
    *("welcome", "help", "menu", "not_understood_open", "trade_unserved", "city_unserved", "ask_service", "ask_zone"),
    *("ask_place", "ask_time", "ask_problem", "ask_phone", "media_kept", "ask_cancel", "draft_cancelled"),
    *("status_draft", "status_cancelled", "nothing_to_cancel", "human_called", "number_taken", "pin_outside"),
)


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        assert isinstance(node.values[0], ast.Constant)
        prefix = str(node.values[0].value)
        yield from (prefix + ending for ending in ENDINGS[prefix])
    elif isinstance(node, ast.IfExp):
        yield from (*_constants(node.body), *_constants(node.orelse))
    elif isinstance(node, ast.Constant):
        yield str(node.value)


def _said_in(tree: ast.Module) -> Iterator[ast.expr]:
    """The first argument of every ``talk.reply(…)``; a variable is followed to where it is set."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    spoken = [call.args[0] for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "reply"]
    yield from spoken
    names = {node.id for node in spoken if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in names:
            yield node.value


def said_in_conversation() -> set[str]:
    folder = Path(mboa.conversation.__path__[0])
    trees = [ast.parse(path.read_text("utf-8")) for path in folder.glob("*.py") if path.name != "talk.py"]
    return {phrase for tree in trees for node in _said_in(tree) for phrase in _constants(node)}


def told_by_events() -> set[str]:
    return {hearing.phrase for hearings in HEARINGS.values() for hearing in hearings}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_whatever_is_said_has_words(language: str) -> None:
    said = said_in_conversation() | told_by_events()
    assert len(said) > 80
    assert said - set(catalogue(language)["text"]) == set()


def test_no_wording_is_left_over() -> None:
    said = said_in_conversation() | told_by_events()
    assert set(catalogue("fr")["text"]) - said == set()
    assert set(layouts()) - said == set()


def test_english_has_every_table_and_row_of_french_and_pidgin_nothing_else() -> None:
    french, english = catalogue("fr"), catalogue("en")
    assert {table: set(rows) for table, rows in french.items()} == {t: set(rows) for t, rows in english.items()}
    assert all(set(rows) <= set(french[table]) for table, rows in catalogue("pcm").items())


@pytest.mark.parametrize("language", ["en", "pcm"])
def test_a_translation_speaks_of_the_same_facts(language: str) -> None:
    for phrase, words in catalogue(language)["text"].items():
        assert _blanks(words) == _blanks(catalogue("fr")["text"][phrase]), phrase


def _blanks(words: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_can_be_said(language: str) -> None:
    for letter in every_letter(language):
        assert letter.text, letter.phrase
        assert not re.search(r"[{}]|None|\n\n\n", letter.text), letter.phrase
        assert "Status." not in letter.text, letter.phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_empty_when_hardly_anything_is_known(language: str) -> None:
    for phrase in EARLY:
        text = reply_letter(phrase, bare(language)).text
        assert len(text) > 9, phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatsapp_can_show_every_answer(language: str) -> None:
    for letter in every_letter(language):
        rows: list[Button | ListChoice] = [*letter.buttons, *letter.choices]
        assert len(letter.buttons) <= 3, letter.phrase
        assert len(letter.choices) <= 10, letter.phrase
        assert not (letter.buttons and letter.choices), letter.phrase
        assert len({row.payload for row in rows}) == len({row.title for row in rows}) == len(rows), letter.phrase
        assert all(0 < len(button.title) <= 20 and button.payload for button in letter.buttons), letter.phrase
        assert all(0 < len(row.title) <= 24 and len(row.description) <= 72 for row in letter.choices), letter.phrase
        assert bool(letter.choices_label) == bool(letter.choices), letter.phrase
        assert len(letter.choices_label) <= 20, letter.phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_are_short(language: str) -> None:
    assert max(len(letter.text) for letter in every_letter(language)) <= 480


def test_french_never_breaks_a_line_before_a_sign() -> None:
    for letter in every_letter("fr"):
        assert not re.search(r"[ \u00a0][:;!?»]|« ", letter.text), letter.phrase
        assert not re.search(r"[^\W\d][:;!?](?!//)", letter.text), letter.phrase


def test_at_most_one_sign_that_is_no_letter() -> None:
    for language in LANGUAGES:
        for letter in every_letter(language):
            assert len(re.findall("[✅⚠👋😊]", letter.text)) <= 1 or letter.phrase == "client_contact", letter.phrase


def test_french_is_polite() -> None:
    text = "\n".join(letter.text for letter in every_letter("fr"))
    assert re.search(r"\bvous\b", text)
    assert not re.search(r"\b(tu|ton|tes|toi|t')\b", text)


def test_pidgin_speaks_english_where_it_has_no_words() -> None:
    assert wording("pcm", "text", "help") == wording("en", "text", "help")
    assert wording("pcm", "text", "recap") != wording("en", "text", "recap")
    with pytest.raises(KeyError):
        wording("pcm", "text", "no_such_phrase")


def test_a_line_of_which_nothing_is_known_is_left_out() -> None:
    assert fill("Bonjour {name}\nNote : {score}\n\nFin", {"name": "Awa", "score": ""}) == "Bonjour Awa\n\nFin"
    with pytest.raises(KeyError):
        fill("{nonsense}", {"name": "Awa"})


def test_words_of_people_are_never_read_as_blanks() -> None:
    evil = scene()
    assert evil.request is not None
    evil.request.problem = "{client_phone} fuit\n\nService : gaz"
    text = reply_letter("offer", evil).text
    assert "Problème\u202f: {client_phone} fuit Service : gaz" in text
    assert "+237677001122" not in text
