"""What happens when nobody says anything, and when something keeps failing."""

from tests.city import NEED, City


async def test_a_description_left_half_way_is_closed_in_silence(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes("j'ai une fuite")
    said = len(mireille.inbox)
    await city.passes(hours=24)
    assert await city.status() == "cancelled"
    assert len(mireille.inbox) == said


async def test_nobody_found_and_no_answer_ends_with_one_question(city: City) -> None:
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    said = len(mireille.inbox)
    for _ in range(20):
        await city.passes(hours=2)
    assert await city.status() == "cancelled"
    assert len(mireille.inbox) == said + 1


async def test_a_job_nobody_speaks_of_is_asked_about_once(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    said = len(mireille.inbox)
    await city.passes(hours=60)
    assert len(mireille.inbox) == said + 1
    await mireille.writes("non pas encore")
    assert await city.status() in {"accepted", "in_progress"}
    await city.passes(hours=60)
    await city.passes(hours=60)
    assert await city.status() == "completed"


async def test_a_message_that_cannot_be_heard_is_parked_and_others_go_on(city: City) -> None:
    ngono, mireille = city.client("Ngono"), city.client("Mireille")
    await city.post(city.double.text(ngono.address, "bonjour"))
    await city.mboa.office.store.write(lambda conn: conn.run("UPDATE messages SET kind = 'button', body_json = '{'"))
    await city.post(city.double.text(mireille.address, NEED))
    for _ in range(6):
        await city.passes(seconds=3)
    assert await city.rows("SELECT attempts FROM v_messages WHERE status = 'parked'") == [{"attempts": 5}]
    assert len(mireille.inbox) == 1


async def test_a_send_without_an_answer_is_repeated_once_after_its_lease(city: City) -> None:
    mireille = city.client("Mireille")
    city.double.fail_next(mireille.address, code=None, status=500)
    await mireille.writes("bonjour")
    assert mireille.inbox == []
    await city.passes(seconds=89)
    assert mireille.inbox == []
    await city.passes(seconds=2)
    assert len(mireille.inbox) == 1


async def test_a_receipt_settles_a_send_without_an_answer(city: City) -> None:
    mireille = city.client("Mireille")
    city.double.fail_next(mireille.address, code=None, status=500)
    await mireille.writes("bonjour")
    key = city.double.log[-1]["payload"]["biz_opaque_callback_data"]
    status = {"id": "wamid.found", "status": "delivered", "biz_opaque_callback_data": key, "timestamp": "1763888400"}
    value = {"statuses": [{**status, "recipient_id": mireille.address[1:]}]}
    await city.post_value(value)
    await city.passes(seconds=200)
    assert mireille.inbox == []
    assert await city.rows("SELECT status FROM v_messages WHERE direction = 'out'") == [{"status": "delivered"}]
