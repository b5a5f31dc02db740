"""What an operator does by hand, and what the people concerned hear of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mboa import intervention
from mboa.dispatch.permission import NotAllowed
from mboa.dispatch.policy import QuietHours
from mboa.dispatch.status import DRAFTS, MOVES, Status
from mboa.office import Office
from mboa.storage import roster
from mboa.storage.roster import Entry
from tests.city import NEED, City, Person

# Only the client's words lead there; these two need a provider.
NOT_BY_STATUS_ALONE = {Status.GATHERING, Status.CONFIRMING, Status.OFFERED, Status.ACCEPTED}


async def does(city: City, act: Callable[..., bool], *args: Any) -> bool:
    """Awa's colleague at the desk does it to request 1, and what follows from it happens."""
    done = await city.mboa.office.transact(act, "operator:7", 1, *args)
    await city.settle()
    return done


async def searching(city: City) -> Person:
    """Mireille, whose request has just been confirmed."""
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    return mireille


async def accepted(city: City) -> tuple[Person, Person]:
    """Mireille, and Paul, who has the job."""
    paul = await city.provider("Paul")
    mireille = await searching(city)
    await paul.writes("OUI")
    return mireille, paul


def at_night(city: City) -> Office:
    """The same office, in its quiet hours."""
    now = city.clock.now().astimezone(city.mboa.office.policy.zone)
    quiet = QuietHours.parse(f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}")
    return replace(city.mboa.office, policy=replace(city.mboa.office.policy, quiet=quiet))


async def corrections(city: City) -> list[dict[str, Any]]:
    rows = await city.rows("SELECT actor, cause, data FROM v_events WHERE name = 'request_corrected' ORDER BY id")
    return [dict(row) for row in rows]


async def test_an_accepted_job_is_cancelled_and_both_hear(city: City) -> None:
    mireille, paul = await accepted(city)
    assert await does(city, intervention.cancel, "doublon")
    assert await city.status() == "cancelled"
    assert "L'équipe Mboa a annulé votre demande MB-1" in mireille.last
    assert "annulée (décision de l'équipe Mboa)" in paul.last
    assert not await does(city, intervention.cancel, "doublon")
    assert (mireille.heard("annulé votre demande"), paul.heard("est annulée")) == (1, 1)


async def test_the_diary_says_who_did_it_and_why(city: City) -> None:
    await accepted(city)
    await does(city, intervention.cancel, "doublon")
    (entry,) = await corrections(city)
    assert (entry["actor"], entry["cause"]) == ("operator", "operator:7")
    assert all(word in str(entry["data"]) for word in ("doublon", "accepted", "account", "7"))


async def test_a_job_given_by_phone_while_another_is_asked(city: City) -> None:
    paul = await city.provider("Paul")
    mireille = await searching(city)
    awa = await city.provider("Awa")
    assert await does(city, intervention.assign, 2, "d'accord au téléphone")
    assert await city.offers() == ["withdrawn", "accepted"]
    assert "décision de l'équipe Mboa" in paul.last
    assert (mireille.heard(awa.address), awa.heard(mireille.address)) == (1, 1)
    await paul.writes("OUI")
    assert paul.last.startswith("Merci, mais")
    assert paul.heard(mireille.address) == 0


async def test_whoever_is_asked_may_be_given_the_job_himself(city: City) -> None:
    paul = await city.provider("Paul")
    mireille = await searching(city)
    await does(city, intervention.assign, 1, "il a rappelé")
    assert (await city.offers(), await city.status()) == (["accepted"], "accepted")
    assert paul.heard("décision de l'équipe") == 0
    assert (mireille.heard(paul.address), paul.heard(mireille.address)) == (1, 1)
    await paul.writes("OUI")
    assert "déjà à vous" in paul.last


async def test_a_job_given_by_hand_is_no_answer_of_his(city: City) -> None:
    await searching(city)
    await city.provider("Awa", zones="makepe")
    await does(city, intervention.assign, 1, "il accepte de venir de Makepe")
    assert await city.rows("SELECT offers_count, answers_count, jobs_count FROM providers") == [
        {"offers_count": 0, "answers_count": 0, "jobs_count": 1}
    ]


async def test_another_provider_takes_the_job_over(city: City) -> None:
    mireille, paul = await accepted(city)
    awa = await city.provider("Awa")
    await does(city, intervention.reassign, "Paul est en panne", 2)
    assert await city.offers() == ["withdrawn", "accepted"]
    assert "ne vous est plus confiée" in paul.last
    assert "Awa vient à la place" in mireille.last
    assert mireille.heard("ne peut finalement pas venir") == 0
    assert (mireille.heard(awa.address), awa.heard(mireille.address)) == (1, 1)


async def test_a_provider_who_gave_the_job_back_can_have_it_again(city: City) -> None:
    mireille, paul = await accepted(city)
    await does(city, intervention.reassign, "ne répond plus")
    assert await city.status() == "unserved"
    await does(city, intervention.assign, 1, "il a rappelé")
    assert await city.offers() == ["accepted"]
    assert (mireille.heard(paul.address), paul.heard(mireille.address)) == (2, 2)


async def test_a_released_job_is_offered_to_the_next(city: City) -> None:
    mireille, paul = await accepted(city)
    awa = await city.provider("Awa")
    await does(city, intervention.reassign, "Paul est en panne")
    assert await city.offers() == ["withdrawn", "open"]
    assert "ne vous est plus confiée" in paul.last
    assert "Paul ne peut finalement pas venir" in mireille.last
    assert len(awa.inbox) == 1


async def test_a_chosen_provider_is_asked_next(city: City) -> None:
    paul = await city.provider("Paul")
    mireille = await searching(city)
    awa = await city.provider("Awa", zones="makepe")
    await does(city, intervention.offer_to, 2, "la plus proche")
    assert await city.offers() == ["withdrawn", "open"]
    assert "décision de l'équipe Mboa" in paul.last
    await awa.writes("OUI")
    assert mireille.heard(awa.address) == 1


async def test_a_chosen_provider_has_his_ten_minutes(city: City) -> None:
    await searching(city)
    await city.provider("Awa", zones="makepe")
    await does(city, intervention.offer_to, 1, "la plus proche")
    await city.passes(minutes=9)
    assert await city.offers() == ["open"]
    await city.passes(minutes=2)
    assert (await city.offers(), await city.status()) == (["expired"], "unserved")


async def test_the_search_goes_beyond_three(city: City) -> None:
    for name in ("Paul", "Awa", "Ebongue", "Ngono"):
        await city.provider(name)
    mireille = await searching(city)
    for _ in range(3):
        await city.passes(minutes=11)
    assert (await city.offers(), await city.status()) == (["expired"] * 3, "unserved")
    assert await does(city, intervention.offer_again, "essayons encore")
    assert await city.offers() == [*["expired"] * 3, "open"]
    await city.passes(minutes=11)
    assert not await does(city, intervention.offer_again, "essayons encore")
    assert (await city.status(), mireille.heard("Délai étendu")) == ("unserved", 1)


async def test_nobody_is_asked_at_night_by_hand_either(city: City) -> None:
    await searching(city)
    await city.provider("Awa", zones="makepe")
    with pytest.raises(NotAllowed, match="quiet"):
        await at_night(city).transact(intervention.offer_to, "operator:7", 1, 1, "vite")
    await at_night(city).transact(intervention.assign, "operator:7", 1, 1, "d'accord au téléphone")
    assert await city.offers() == ["accepted"]


async def check_refused(city: City, provider_id: int, why: str) -> None:
    before = await city.offers()
    with pytest.raises(NotAllowed, match=why):
        await does(city, intervention.offer_to, provider_id, "essai")
    assert await city.offers() == before


async def test_nobody_is_asked_twice(city: City) -> None:
    await city.provider("Paul")
    await searching(city)
    await city.passes(minutes=11)
    await check_refused(city, 1, "asked_before")
    await check_refused(city, 99, "unknown_provider")


async def test_stop_holds_against_operators_too(city: City) -> None:
    paul = await city.provider("Paul")
    await searching(city)
    await paul.writes("STOP")
    await check_refused(city, 1, "opted_out")


async def test_nobody_repairs_his_own_tap(city: City) -> None:
    mireille = await searching(city)
    entry = Entry("Mireille", mireille.address, ("plumbing",), ("makepe",))
    await city.mboa.office.store.write(roster.enter, entry, "whatsapp")
    await check_refused(city, 1, "is_the_client")


async def test_a_cancellation_is_taken_back(city: City) -> None:
    paul = await city.provider("Paul")
    mireille = await searching(city)
    await does(city, intervention.cancel, "erreur")
    await city.provider("Awa")
    await city.passes(minutes=9)
    assert await does(city, intervention.undo, "mauvaise ligne")
    assert (await city.status(), await city.offers()) == ("offered", ["withdrawn", "open"])
    assert (mireille.heard("n'est finalement pas annulée"), paul.heard("décision de l'équipe")) == (1, 1)
    assert "request_reopened" in await city.events()


async def test_a_job_taken_back_from_cancelling_is_searched_anew(city: City) -> None:
    mireille, paul = await accepted(city)
    await does(city, intervention.cancel, "erreur")
    await does(city, intervention.undo, "mauvaise ligne")
    assert (await city.status(), await city.offers()) == ("unserved", ["withdrawn"])
    await does(city, intervention.assign, 1, "il vient quand même")
    assert (mireille.heard(paul.address), paul.heard(mireille.address)) == (2, 2)
    await does(city, intervention.cancel, "cette fois pour de bon")
    assert (mireille.heard("a annulé votre demande"), paul.heard("est annulée")) == (2, 2)


async def test_after_ten_minutes_nothing_is_taken_back(city: City) -> None:
    await searching(city)
    await does(city, intervention.cancel, "erreur")
    await city.passes(minutes=11)
    with pytest.raises(NotAllowed, match="too_late"):
        await does(city, intervention.undo, "mauvaise ligne")
    assert await city.status() == "cancelled"


async def test_only_the_teams_own_cancellation_is_taken_back(city: City) -> None:
    mireille = await searching(city)
    await mireille.writes("annuler")
    with pytest.raises(NotAllowed, match="not_by_operator"):
        await does(city, intervention.undo, "mauvaise ligne")
    assert await city.status() == "cancelled"


async def test_a_new_request_stands_against_the_old_one(city: City) -> None:
    mireille = await searching(city)
    await does(city, intervention.cancel, "erreur")
    await mireille.writes(NEED)
    with pytest.raises(NotAllowed, match="live_twin"):
        await does(city, intervention.undo, "mauvaise ligne")
    assert [row["status"] for row in await city.rows("SELECT status FROM v_requests ORDER BY id")] == [
        "cancelled",
        "confirming",
    ]


async def test_a_draft_is_started_for_a_client_who_agreed_on_the_phone(city: City) -> None:
    mireille, paul = city.client("Mireille"), await city.provider("Paul")
    await mireille.writes(NEED)
    await does(city, intervention.set_status, Status.PENDING, "elle a dit oui au téléphone", None)
    assert (await city.status(), len(paul.inbox)) == ("offered", 1)
    assert "Comme convenu avec vous" in mireille.last
    assert await city.rows("SELECT expecting FROM contacts WHERE name = 'Mireille'") == [{"expecting": None}]
    await mireille.writes("OUI")
    assert await city.offers() == ["open"]


async def test_the_team_closes_a_job_and_the_client_rates_it(city: City) -> None:
    mireille, _ = await accepted(city)
    await does(city, intervention.set_status, Status.COMPLETED, "le client l'a dit au téléphone", None)
    assert (await city.status(), "clos votre demande MB-1" in mireille.last) == ("completed", True)
    await mireille.taps("5 - Excellent")
    assert (await city.rows("SELECT rating FROM v_providers"))[0]["rating"] == 5


async def test_a_job_is_under_way_by_the_desks_word(city: City) -> None:
    mireille, paul = await accepted(city)
    await does(city, intervention.set_status, Status.IN_PROGRESS, "il est parti", None)
    assert (await city.status(), mireille.heard("Paul est en route")) == ("in_progress", 1)
    await does(city, intervention.set_status, Status.PENDING, "il renonce", None)
    assert (await city.status(), "ne vous est plus confiée" in paul.last) == ("unserved", True)


async def test_a_request_is_put_into_the_waiting_pool_and_taken_out_of_it(city: City) -> None:
    mireille = await searching(city)
    assert (await city.status(), mireille.heard("Délai étendu")) == ("unserved", 1)
    awa = await city.provider("Awa")
    await does(city, intervention.set_status, Status.PENDING, "Awa est nouvelle", None)
    assert (await city.status(), len(awa.inbox)) == ("offered", 1)
    await does(city, intervention.set_status, Status.PENDING, "Awa est en panne", None)
    assert (await city.status(), await city.offers()) == ("unserved", ["withdrawn"])


async def brought_to(city: City, status: Status) -> None:
    """Request 1 in this status."""
    if status in DRAFTS:
        words = {Status.GATHERING: "Bonjour, j'ai une fuite d'eau", Status.CONFIRMING: NEED}
        return await city.client("Mireille").writes(words[status])
    if status is Status.UNSERVED:
        await searching(city)
    elif status is Status.OFFERED:
        await city.provider("Paul")
        await searching(city)
    else:
        await accepted(city)
    if status in {Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLED}:
        await does(city, intervention.set_status, status, "mise en place", None)
    elif status is Status.PENDING:
        await does(city, intervention.cancel, "mise en place")
        await at_night(city).transact(intervention.undo, "operator:7", 1)
    return None


@pytest.mark.parametrize("was", list(Status))
async def test_no_move_but_the_tables(city: City, was: Status) -> None:
    await brought_to(city, was)
    assert await city.status() == was
    counts = "(SELECT COUNT(*) FROM v_events) AS events, (SELECT COUNT(*) FROM v_messages) AS said"
    state = f"SELECT version, {counts} FROM v_requests"
    before = await city.rows(state)
    for to in set(Status) - (MOVES[was] - NOT_BY_STATUS_ALONE):
        with pytest.raises(NotAllowed) as refused:
            await does(city, intervention.set_status, to, "essai", None)
        assert (refused.value.was, refused.value.to) == (was, to)
    assert await city.rows(state) == before


async def test_what_changed_meanwhile_is_not_overwritten(city: City) -> None:
    await searching(city)
    (row,) = await city.rows("SELECT version FROM v_requests")
    with pytest.raises(NotAllowed, match="stale"):
        await does(city, intervention.set_status, Status.CANCELLED, "doublon", row["version"] - 1)
    assert await city.status() == "unserved"
    assert await does(city, intervention.set_status, Status.CANCELLED, "doublon", row["version"])
