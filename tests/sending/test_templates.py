"""A template that Meta has paused: the next channel, else the next provider, and no second try."""

from typing import Any

import pytest

from tests.sending.stage import TWILIO, Town, errors, offers_in, raised

with_twilio = pytest.mark.parametrize("settings", [TWILIO])


async def two_cold_one_awake(town: Town) -> tuple[Any, Any, Any]:
    """Paul and Awa never wrote; Serge did."""
    return await town.provider("Paul"), await town.provider("Awa"), await town.awake("Serge")


@with_twilio
async def test_an_offer_takes_the_next_channel(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    paul = await town.provider("Paul")
    town.double.fail_next(paul.address, code=132015)
    with raised("template_paused_total", by=1, channel="whatsapp"):
        await town.asked_for()
    assert await town.offers() == ["open"]
    assert [form["To"] for form in town.road.by_twilio] == [f"whatsapp:{paul.address}"]
    assert errors(caplog.records) == ["template_paused"]
    assert (await town.events()).count("template_paused") == 1


@with_twilio
async def test_the_paused_template_is_not_even_tried_again(town: Town) -> None:
    paul = await town.provider("Paul")
    town.double.fail_next(paul.address, code=132015)
    await town.asked_for()
    tried = len(town.road.attempts)
    await town.asked_for("Ngono")
    assert len(town.road.by_twilio) == 2
    assert len(town.road.attempts) - tried == len(town.double.phone("+237677000003"))
    assert paul.inbox == []


@with_twilio
async def test_the_minutes_count_from_the_sending_on_the_other_channel(town: Town) -> None:
    paul, awa = await town.provider("Paul"), await town.provider("Awa")
    for provider in (paul, awa):
        town.double.fail_next(provider.address, code=132015)
    await town.asked_for()
    await town.passes(minutes=9, seconds=59)
    assert await town.offers() == ["open"]
    await town.passes(seconds=1)
    assert await town.offers() == ["expired", "open"]
    assert [form["To"][9:] for form in town.road.by_twilio] == [paul.address, awa.address]


async def test_without_another_channel_the_next_provider_is_asked_at_once(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    paul, awa, serge = await two_cold_one_awake(town)
    town.double.fail_next(paul.address, code=132015)
    await town.asked_for()
    assert await town.offers() == ["undeliverable", "undeliverable", "open"]
    assert [len(offers_in(each)) for each in (paul, awa, serge)] == [0, 0, 1]
    assert town.refused(132015) == [0.0]
    assert errors(caplog.records) == ["template_paused"]
    assert (await town.events()).count("template_paused") == 1


async def test_metas_word_that_it_is_paused_is_enough(town: Town) -> None:
    paul, _, serge = await two_cold_one_awake(town)
    await town.hears_of_template("PAUSED")
    await town.asked_for()
    assert await town.offers() == ["undeliverable", "undeliverable", "open"]
    assert (paul.inbox, len(offers_in(serge))) == ([], 1)


@pytest.mark.parametrize("first", ["webhook", "refusal"])
async def test_an_approved_template_is_used_again(town: Town, first: str) -> None:
    paul = await town.provider("Paul")
    if first == "webhook":
        await town.hears_of_template("PAUSED")
    else:
        town.double.fail_next(paul.address, code=132015)
    await town.asked_for()
    assert (await town.offers(), paul.inbox) == (["undeliverable"], [])
    await town.hears_of_template("APPROVED")
    await town.asked_for("Ngono")
    assert (await town.offers(), len(offers_in(paul))) == (["undeliverable", "open"], 1)


async def test_a_notice_about_another_language_changes_nothing(town: Town) -> None:
    paul = await town.provider("Paul")
    await town.hears_of_template("PAUSED", language="en_US")
    await town.hears_of_template("PAUSED", name="rating_request")
    await town.asked_for()
    assert len(offers_in(paul)) == 1


async def test_without_a_word_of_meta_it_is_tried_again_after_three_hours(town: Town) -> None:
    paul = await town.provider("Paul")
    town.double.fail_next(paul.address, code=132015)
    await town.asked_for()
    await town.passes(hours=2, minutes=59)
    await town.asked_for("Ngono")
    assert paul.inbox == []
    await town.passes(minutes=1)
    await town.asked_for("Brenda")
    assert len(offers_in(paul)) == 1


async def test_a_receipt_that_says_so_later_has_the_same_effect(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    paul, awa, serge = await two_cold_one_awake(town)
    await town.asked_for()
    with raised("template_paused_total", by=1, channel="whatsapp"):
        await town.is_told(paul.inbox[0], "failed", code=132015)
    assert await town.offers() == ["undeliverable", "undeliverable", "open"]
    assert [len(offers_in(each)) for each in (paul, awa, serge)] == [1, 0, 1]
    assert errors(caplog.records) == ["template_paused"]
    assert (await town.events()).count("template_paused") == 1


@with_twilio
async def test_a_receipt_that_says_so_later_leads_to_the_other_channel(town: Town) -> None:
    paul = await town.provider("Paul")
    await town.asked_for()
    await town.is_told(paul.inbox[0], "failed", code=132015)
    assert await town.offers() == ["open"]
    assert [form["To"][9:] for form in town.road.by_twilio] == [paul.address]


async def test_who_has_an_open_window_does_not_notice(town: Town) -> None:
    await town.hears_of_template("DISABLED")
    paul = await town.awake("Paul")
    await town.asked_for()
    assert (await town.offers(), len(offers_in(paul))) == (["open"], 1)
