"""``mboa templates sync`` against the double of Meta: what is submitted, what is said, and that nothing is deleted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner, Result

from mboa.channels.whatsapp.account import Listed
from mboa.channels.whatsapp.comparison import compare, strangers, submission
from mboa.channels.whatsapp.templates import templates
from mboa.cli import main
from tests.processes import Meta

OFFER = templates()["offer", "fr"]
ALL = len(templates())


@pytest.fixture(scope="module")
def server() -> Iterator[Meta]:
    """The double of Meta as a server, for all stories of this file."""
    with Meta() as meta:
        yield meta


@pytest.fixture
def meta(server: Meta, monkeypatch: pytest.MonkeyPatch) -> Meta:
    """Every template of ours approved, and the settings that lead there."""
    registry = type(server.double.registry)()
    server.double.registry = registry
    for name, value in {"API_BASE": f"http://127.0.0.1:{server.port}/v23.0", "ACCOUNT_ID": "1", "TOKEN": "t"}.items():
        monkeypatch.setenv(f"MBOA_WHATSAPP_{name}", value)
    return server


def sync(*options: str) -> Result:
    return CliRunner().invoke(main, ["templates", "sync", *options])


def listed(meta: Meta, name: str) -> list[str]:
    """Languages of a name that Meta has."""
    return [one["language"] for one in meta.double.registry.listed(meta.double.clock(), name=name)]


def change(meta: Meta, **parts: Any) -> None:
    """Meta's offer in French becomes another."""
    now = meta.double.clock()
    known = next(one for one in meta.double.registry.listed(now, name="offer") if one["language"] == "fr")
    meta.double.registry.edit(known["id"], {**submission(replace(OFFER, **parts))})


def test_all_is_well(meta: Meta) -> None:
    result = sync("--check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [f"approved {name} ({code}): approved" for name, code in templates()]


def test_a_check_changes_nothing(meta: Meta) -> None:
    meta.double.registry.remove("offer")
    result = sync("--check")
    assert result.exit_code == 1
    assert "missing  offer (fr): Meta has none of this name and language" in result.stdout
    assert result.stderr == f"Error: 2 of {ALL} are not as they are here, or not approved: offer\n"
    assert listed(meta, "offer") == []


def test_what_is_missing_is_submitted_and_then_all_is_well(meta: Meta) -> None:
    for name, _ in templates():
        meta.double.registry.remove(name)
    result = sync()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.count("waiting") == ALL
    assert "waiting  offer (fr): submitted, approved" in result.stdout
    assert sync("--check").exit_code == 0


@pytest.mark.parametrize(
    ("status", "line"),
    [
        ("PENDING", "waiting  offer (fr): pending: Meta reviews it"),
        ("REJECTED", "refused  offer (fr): rejected: INVALID_FORMAT"),
        ("PAUSED", "refused  offer (fr): paused"),
        ("DISABLED", "refused  offer (fr): disabled"),
    ],
)
def test_what_may_not_be_sent_is_named_with_its_reason(meta: Meta, status: str, line: str) -> None:
    meta.double.registry.review("offer", "fr", status, meta.double.clock())
    result = sync("--check")
    assert (result.exit_code, line in result.stdout.splitlines()) == (1, True)
    assert sync().exit_code == (0 if status == "PENDING" else 1)


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("body", OFFER.body.replace("Demande", "Commande"), "differs in body"),
        ("buttons", ("OUI", "PEUT-ÊTRE"), "differs in buttons"),
        ("footer", "Mboa", "differs in footer"),
        ("header", "Mboa", "differs in header"),
        ("category", "marketing", "differs in category (marketing at Meta)"),
    ],
)
def test_each_difference_is_named_and_left_alone(meta: Meta, part: str, value: Any, words: str) -> None:
    change(meta, **{part: value})
    result = sync()
    assert result.exit_code == 1
    assert f"differs  offer (fr): {words}" in result.stdout.splitlines()
    assert sync("--edit").exit_code == 0
    assert sync("--check").exit_code == 0


def test_nothing_is_ever_deleted(meta: Meta) -> None:
    other = submission(replace(OFFER, name="promo_de_mai"))
    meta.double.registry.add(other, meta.double.clock(), 0)
    result = sync("--edit")
    assert "not ours promo_de_mai: left alone" in result.stdout.splitlines()
    assert listed(meta, "promo_de_mai") == ["fr"]


def test_it_may_be_stopped_and_begun_again(meta: Meta) -> None:
    meta.double.registry.remove("offer")
    meta.double.registry.add(submission(OFFER), meta.double.clock(), 0)
    assert sync().exit_code == 0
    assert sorted(listed(meta, "offer")) == ["en", "fr"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ACCOUNT_ID", "", "MBOA_WHATSAPP_ACCOUNT_ID is not set"),
        ("TOKEN", "", "MBOA_WHATSAPP_TOKEN is not set"),
        ("API_BASE", "http://127.0.0.1:1/v23.0", "no connection"),
        ("ACCOUNT_ID", "1/2", "Meta answered 404"),
    ],
)
def test_what_is_in_the_way_is_one_line(
    meta: Meta, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"MBOA_WHATSAPP_{name}", value)
    result = sync("--check")
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 1)
    assert words in result.stderr


def test_check_and_edit_contradict_each_other(meta: Meta) -> None:
    assert sync("--check", "--edit").exit_code == 2


def test_meta_may_write_the_same_in_another_way() -> None:
    """Components in another order, small types, an example that is gone, a line break at the end."""
    components = [{**part, "type": part["type"].lower()} for part in reversed(submission(OFFER)["components"])]
    components[-1] = {"type": "body", "text": OFFER.body + "\n"}
    meta_s = Listed("7", "offer", "fr", "UTILITY", "APPROVED", components=components)
    assert [one.state for one in compare([OFFER], [meta_s])] == ["approved"]
    assert strangers([OFFER], [meta_s, replace(meta_s, name="other")]) == ["other"]


def test_every_template_is_taken_by_a_strict_meta(meta: Meta) -> None:
    address, token = f"http://127.0.0.1:{meta.port}/v23.0/1/message_templates", {"authorization": "Bearer t"}
    for name, _ in templates():
        meta.double.registry.remove(name)
    answers = [httpx2.post(address, json=submission(file), headers=token) for file in templates().values()]
    assert {answer.status_code for answer in answers} == {200}
