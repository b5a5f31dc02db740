"""Health and figures: true to the rows, and figures for this machine or a token only."""

import httpx2

from mboa.storage.pulse import beat
from tests.city import NEED, City


async def test_without_a_worker_it_is_not_ready(city: City) -> None:
    assert (await city.web.get("/health/live")).status_code == 200
    answer = await city.web.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]["worker"]) == (503, "down")
    await city.mboa.office.store.write(beat, "w1")
    answer = await city.web.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_late_work_shows(city: City) -> None:
    await city.provider("Paul")
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    city.clock.advance(700)
    await city.mboa.office.store.write(beat, "w1")
    answer = await city.web.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]["deadlines"]) == (503, "late")


async def test_figures_bear_the_missions_names(city: City) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes("OUI")
    await paul.writes("TERMINE")
    await mireille.writes("OUI")
    text = (await city.web.get("/metrics")).text
    for name in ("request_created_total", "provider_response_time_seconds_count", "success_rate 1.0"):
        assert name in text


async def test_figures_are_for_this_machine_or_a_token(city: City) -> None:
    stranger = httpx2.ASGITransport(app=city.mboa.app, client=("41.202.219.1", 4000))
    async with httpx2.AsyncClient(transport=stranger, base_url="https://mboa.test") as web:
        assert (await web.get("/metrics")).status_code == 403
    city.settings.metrics_token = type(city.settings.metrics_token)("figures")
    assert (await city.web.get("/metrics")).status_code == 403
    allowed = await city.web.get("/metrics", headers={"authorization": "Bearer figures"})
    assert allowed.status_code == 200
