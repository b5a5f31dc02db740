"""What clients do: answer piecemeal, correct, hide their number, come back, change their mind."""

from tests.city import NEED, City


async def test_one_thing_is_asked_at_a_time(city: City) -> None:
    await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes("bonjour je cherche un plombier")
    assert "quartier" in mireille.last
    await mireille.writes("Bonamoussadi")
    assert mireille.inbox[-1].buttons[0].title == "Maintenant"
    await mireille.writes("ce soir")
    await mireille.writes("oui")
    assert await city.offers() == ["open"]
    assert len(mireille.inbox) == 4


async def test_a_burst_is_understood_together(city: City) -> None:
    city.settings.burst_seconds = 3
    await city.restart()
    mireille = city.client("Mireille")
    await mireille.writes("Bonjour", "j'ai une fuite", "sous l'évier à Bonamoussadi", "demain matin")
    assert mireille.inbox == []
    await city.passes(seconds=3)
    assert len(mireille.inbox) == 1
    assert "demain matin" in mireille.last


async def test_one_slot_is_corrected_without_starting_over(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("non")
    await mireille.writes("le lieu")
    await mireille.writes("Makepe, face au lycée")
    assert "Makepe" in mireille.last
    assert "fuite sous l'évier" in mireille.last
    zones = await city.rows("SELECT zone, service FROM v_requests")
    assert zones == [{"zone": "makepe", "service": "plumbing"}]


async def test_a_hidden_number_is_asked_for_before_contacts_are_exchanged(city: City) -> None:
    paul, awa = await city.provider("Paul"), city.client("Awa", "CM.1234567890")
    await awa.writes(NEED)
    assert await city.status() == "gathering"
    await city.post(city.double.contact_card(awa.address, "+237677123456"))
    await city.settle()
    await awa.writes("OUI")
    await paul.writes("OUI")
    assert paul.heard("+237677123456") == 1
    assert awa.heard(paul.address) == 1


async def test_the_same_webhook_ten_times_has_one_effect(city: City) -> None:
    mireille = city.client("Mireille")
    body = city.double.text(mireille.address, NEED)
    for _ in range(10):
        await city.post(body)
        await city.settle()
    assert len(mireille.inbox) == 1
    assert len(await city.rows("SELECT id FROM v_requests")) == 1


async def test_a_provider_is_a_client_too(city: City) -> None:
    paul, awa = await city.provider("Paul"), await city.provider("Awa", "electricity")
    await paul.writes("je n'ai plus de courant à Bonamoussadi, urgent")
    await paul.writes("oui")
    await awa.writes("oui")
    assert paul.heard(awa.address) == 1
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("oui")
    assert mireille.heard(paul.address) == 1


async def test_a_restart_in_the_middle_changes_nothing(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await city.restart()
    await mireille.writes("OUI")
    await city.restart()
    await paul.writes("OUI")
    await city.restart()
    assert await city.status() == "accepted"
    assert (mireille.heard(paul.address), paul.heard(mireille.address)) == (1, 1)


async def test_a_rating_comes_late_and_once(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    await paul.writes("TERMINE")
    await city.passes(hours=25)
    assert await city.status() == "completed"
    await mireille.writes("4")
    await mireille.writes("5")
    assert (await city.rows("SELECT rating, rating_count FROM v_providers"))[0] == {"rating": 4, "rating_count": 1}


async def test_the_client_hears_each_change(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    await paul.writes("EN ROUTE")
    assert await city.status() == "in_progress"
    await paul.writes("ARRIVE")
    await paul.writes("TERMINE")
    steps = ["provider_en_route", "provider_arrived", "work_reported_done"]
    assert [name for name in await city.events() if name in steps] == steps
    await mireille.taps("5 - Excellent")
    assert await city.status() == "completed"
    assert len(mireille.inbox) + len(paul.inbox) <= 9


async def test_status_tells_the_story_so_far(city: City) -> None:
    await city.provider("Paul"), await city.provider("Awa")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await city.passes(minutes=11)
    await mireille.writes("STATUT")
    assert "Deuxième prestataire contacté à 9 h 11" in mireille.last
    assert "9 h 21" in mireille.last
    assert "/suivi/" in mireille.last


async def test_cancelling_after_acceptance_tells_the_provider(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    told = len(paul.inbox)
    await mireille.writes("je veux annuler")
    await mireille.writes("j'ai trouvé quelqu'un d'autre")
    assert await city.status() == "cancelled"
    assert len(paul.inbox) == told + 1
    reason = await city.rows("SELECT cancel_reason FROM requests")
    assert reason == [{"cancel_reason": "j'ai trouvé quelqu'un d'autre"}]


async def test_a_changed_quarter_runs_the_search_again(city: City) -> None:
    paul = await city.provider("Paul")
    awa = await city.provider("Awa", zones="akwa")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await mireille.writes("finalement c'est à Akwa")
    assert await city.offers() == ["withdrawn", "open"]
    assert (len(paul.inbox), len(awa.inbox)) == (2, 1)


async def test_stop_is_obeyed_at_once(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    said = len(mireille.inbox)
    await mireille.writes("STOP")
    await paul.writes("OUI")
    await city.passes(hours=48)
    assert len(mireille.inbox) == said
    assert await city.status() == "cancelled"
    assert (await city.rows("SELECT opted_out FROM v_contacts ORDER BY id DESC"))[0]["opted_out"]


async def test_what_still_waits_in_the_outbox_is_not_sent_after_stop(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    city.double.fail_next(mireille.address, code=130429, status=429)
    await paul.writes("OUI")
    said = len(mireille.inbox)
    await mireille.writes("STOP")
    await city.passes(minutes=5)
    assert len(mireille.inbox) == said


async def test_voice_notes_reach_the_provider_after_acceptance(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await city.post(city.double.voice(mireille.address, "voix-1"))
    await city.settle()
    assert mireille.inbox[-1].buttons
    await mireille.taps("Plombier")
    await mireille.writes("Bonamoussadi, ce soir")
    await mireille.writes("OUI")
    assert [message.media_id for message in paul.inbox] == [None]
    await paul.writes("OUI")
    assert "voix-1" in [message.media_id for message in paul.inbox]


async def test_a_pin_beats_words(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("j'ai une fuite d'eau, urgent")
    await city.post(city.double.pin(mireille.address, 4.0853, 9.7553))
    await city.settle()
    row = (await city.rows("SELECT zone, latitude FROM requests"))[0]
    assert row["latitude"] == 4.0853
    assert row["zone"] is not None


async def test_quiet_hours_hold_and_the_morning_goes_on(city: City) -> None:
    city.settings.quiet_hours = "21:30-06:00"
    await city.restart()
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await city.passes(hours=14)
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    assert paul.inbox == []
    assert "6 h 00" in mireille.last
    await city.passes(hours=7)
    assert len(paul.inbox) == 1


async def test_nobody_is_woken_by_a_dispo_at_night(city: City) -> None:
    city.settings.quiet_hours = "21:30-06:00"
    await city.restart()
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    paul = await city.provider("Paul", available=False)
    await city.passes(hours=1, minutes=30)
    await paul.writes("DISPO")
    assert await city.offers() == ["open"]
    await paul.writes("NON")
    awa = await city.provider("Awa", available=False)
    city.clock.advance(13 * 3600)
    await awa.writes("DISPO")
    assert len(awa.inbox) == 1
    assert await city.offers() == ["declined"]


async def test_after_an_outage_the_client_is_asked_once(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await city.provider("Awa")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await city.passes(hours=6)
    assert await city.offers() == ["expired"]
    assert "toujours besoin" in mireille.last
    await mireille.writes("oui")
    assert await city.offers() == ["expired", "open"]
    assert len(paul.inbox) == 1


async def test_a_caption_says_as_much_as_a_message(city: City) -> None:
    mireille = city.client("Mireille")
    await city.post(city.double.photo(mireille.address, "fuite sous l'évier à Makepe, ce soir"))
    await city.settle()
    assert await city.status() == "confirming"
    assert "Makepe" in mireille.last


async def test_the_trade_of_an_accepted_job_stays(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    told = len(paul.inbox)
    await mireille.writes("changez l'heure svp, plutôt samedi 10h")
    assert await city.rows("SELECT service, status FROM v_requests") == [{"service": "plumbing", "status": "accepted"}]
    assert len(paul.inbox) == told + 1
    assert "samedi" in paul.last
