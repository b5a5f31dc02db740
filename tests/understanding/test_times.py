"""When somebody is wanted."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mboa.understanding.time import interval
from mboa.understanding.understand import understand

DOUALA = ZoneInfo("Africa/Douala")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=DOUALA)  # a Monday


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("demain matin", "tomorrow_morning"),
        ("ce soir", "this_evening"),
        ("now now", "now"),
        ("urgent", "urgent"),
        ("samedi 10h", "weekday"),
        ("dans 2 heures", "after_delay"),
        ("ce week-end", "weekend"),
        ("fin de mois", "month_end"),
        ("le 25", "date"),
        ("n'importe quand", "anytime"),
        ("whenever you can", "anytime"),
        ("lundi prochain", "next_weekday"),
        ("ASAP", "urgent"),
        ("16h30", "hour"),
    ],
)
def test_a_wished_time_has_a_kind(text: str, kind: str) -> None:
    wish = understand(text).time
    assert wish
    assert wish.kind == kind
    assert wish.text in text


@pytest.mark.parametrize(
    "text",
    [
        "plus d'eau depuis ce matin",
        "no light for two days now",
        "le courant a sauté hier",
        "le courant a jump ce matin",
        "ma clim fuit depuis lundi",
        "the tap leaks every night",
        "bonne soirée",
        "good evening",
    ],
)
def test_what_is_over_is_no_wish(text: str) -> None:
    assert understand(text).time is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("demain matin", (24, 7), (24, 12)),
        ("samedi 10h", (28, 10), (28, 11)),
        ("le 25", (25, 7), (25, 19)),
        ("25/11 à 8h", (25, 8), (25, 9)),
        ("entre 14h et 16h", (23, 14), (23, 16)),
        ("après 16h", (23, 16), (23, 20)),
        ("avant midi demain", (24, 7), (24, 12)),
        ("ce week-end", (28, 7), (29, 19)),
        ("ce soir", (23, 17), (23, 21)),
        ("tomorrow at 3pm", (24, 15), (24, 16)),
        ("à 8h", (24, 8), (24, 9)),
        ("dans 3 jours", (26, 7), (26, 19)),
        ("fin du mois", (28, 7), (30, 19)),
    ],
)
def test_a_wish_is_an_interval(text: str, start: tuple[int, int], end: tuple[int, int]) -> None:
    wish = understand(text).time
    assert wish
    found = interval(wish, NOW)
    assert found
    assert [(at.day, at.hour) for at in found] == [start, end]


def test_a_delay_runs_from_now() -> None:
    wish = understand("dans 2 heures").time
    assert wish
    found = interval(wish, NOW.astimezone(UTC))
    assert found
    assert found[0] == datetime(2026, 11, 23, 11, 30, tzinfo=DOUALA)
    assert found[0].tzinfo == DOUALA


def test_any_time_is_no_interval() -> None:
    wish = understand("n'importe quand").time
    assert wish
    assert interval(wish, NOW) is None


def test_an_impossible_date_is_no_interval() -> None:
    wish = understand("le 31/02 à 8h").time
    assert wish
    assert interval(wish, NOW) is None


def test_a_date_wins_over_urgency_and_stays_urgent() -> None:
    wish = understand("c'est urgent, venez demain").time
    assert wish
    assert (wish.kind, wish.urgent) == ("tomorrow", True)
