"""Sixty clients who answer like people: trade, place and time are right after two questions at most."""

import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mboa.understanding.interval import ZONE
from tests.city import City, Person

CLIENTS = tomllib.loads(Path(__file__).with_name("dialogues.toml").read_text("utf-8"))["client"]
FEWEST_RIGHT, MOST_QUESTIONS = 54, 2
ASKED = ("service", "place", "time", "problem", "both", "outage", "zone")


@dataclass
class Played:
    """What came of a dialogue."""

    name: str
    questions: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


async def say(city: City, person: Person, words: str) -> None:
    if words == "voice":
        await city.post(city.double.voice(person.address))
    elif words.startswith("pin:"):
        latitude, longitude = map(float, words.removeprefix("pin:").split(","))
        await city.post(city.double.pin(person.address, latitude, longitude))
    elif words.startswith("tap:"):
        await person.taps(words.removeprefix("tap:"))
    else:
        await person.writes(words)
    await city.settle()


async def asked_last(city: City, person: Person) -> str:
    rows = await city.rows("SELECT id, expecting FROM contacts ORDER BY id DESC LIMIT 1")
    return str(rows[0]["expecting"] or "").partition(":")[0]


async def play(city: City, case: dict[str, Any]) -> Played:
    played, person = Played(case["name"]), city.client(case["name"])
    await city.passes(seconds=5)  # so many people at once would wait for the line
    for words in case["says"]:
        await say(city, person, words)
    await _answer(city, person, case, played)
    for words in case.get("corrects", ()):
        await say(city, person, words)
    rows = await city.rows(
        "SELECT r.id, r.service, r.zone, r.urgent, r.wished_from_at, r.status FROM requests r"
        " WHERE r.client_id = (SELECT MAX(id) FROM contacts) AND r.status <> 'cancelled' ORDER BY r.id"
    )
    played.wrong += wrong(case, rows)
    if len(played.questions) > MOST_QUESTIONS:
        played.wrong.append(f"{len(played.questions)} questions")
    return played


async def _answer(city: City, person: Person, case: dict[str, Any], played: Played) -> None:
    """Answer what is asked until the recap stands."""
    answers = dict(case.get("answers", {}))
    opening = case.get("opens")
    while (asked := await asked_last(city, person)) != "confirmation" and len(played.questions) < 6:
        if asked in answers:
            words = answers.pop(asked)
        elif opening and not asked:
            words, opening = opening, None
        else:
            played.wrong.append(f"asked {asked or 'nothing'}: {person.last[:60]!r}")
            return
        if asked in ASKED:
            played.questions.append(asked)
        await say(city, person, words)


def wrong(case: dict[str, Any], rows: list[dict[str, Any]]) -> list[str]:
    """Every slot that is not as the person meant it."""
    found = []
    if [row["service"] for row in rows] != case["service"].split():
        found.append(f"service {[row['service'] for row in rows]}")
    for row in rows:
        if row["zone"] != case["zone"]:
            found.append(f"zone {row['zone']}")
        at = row["wished_from_at"]
        local = at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M") if at else ""
        if not (row["urgent"] if case["from"] == "now" else local[:13] == case["from"][:13]):
            found.append(f"from {local or None}, urgent {row['urgent']}")
        if row["status"] != "confirming" and row is rows[0]:
            found.append(f"status {row['status']}")
    return found


def report(played: list[Played]) -> str:
    failed = [one for one in played if one.wrong]
    asked = sum(len(one.questions) for one in played) / len(played)
    lines = [f"\n{len(played) - len(failed)} of {len(played)} right, {asked:.1f} questions each"]
    lines += [f"  {one.name}: {'; '.join(one.wrong)} (asked: {', '.join(one.questions)})" for one in failed]
    return "\n".join([*lines, ""])


async def test_sixty_clients_are_understood_after_two_questions_at_most(
    city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    played = [await play(city, case) for case in CLIENTS]
    failed = [one for one in played if one.wrong]
    with capsys.disabled():
        sys.stdout.write(report(played))
    assert len(played) == 60
    assert len(played) - len(failed) >= FEWEST_RIGHT
