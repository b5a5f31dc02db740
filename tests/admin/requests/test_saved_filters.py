"""Filters under a name: each account's own."""

import pytest

from tests.admin.requests.test_list import URL
from tests.admin.stage import at_desk
from tests.city import City


async def test_a_filter_is_kept_shown_and_forgotten(city: City) -> None:
    async with at_desk(city, "viewer", browser=True) as desk:
        sent = {"name": "Nuit à Akwa", "query": "zone=akwa&status=open&cursor=x&evil=1"}
        kept = await desk.post(f"{URL}/filters", data=sent)
        assert (kept.status_code, kept.headers["location"]) == (303, f"{URL}?zone=akwa&status=open")
        page = (await desk.get(URL)).text
        assert f'<a href="{URL}?zone=akwa&amp;status=open">Nuit à Akwa</a>' in page
        assert (await desk.post(f"{URL}/filters/1/delete")).status_code == 303
        assert "Nuit à Akwa" not in (await desk.get(URL)).text


async def test_a_name_kept_again_means_the_new_filter(city: City) -> None:
    async with at_desk(city) as desk:
        for status in ("open", "cancelled"):
            assert (
                await desk.post(f"{URL}/filters", json={"name": "A", "query": f"status={status}"})
            ).status_code == 201
        assert [one["query"] for one in (await desk.get(f"{URL}/filters")).json()] == ["status=cancelled"]


async def test_nobody_sees_or_forgets_anothers(city: City) -> None:
    async with at_desk(city) as awa, at_desk(city) as paul:
        made = (await awa.post(f"{URL}/filters", json={"name": "A", "query": "status=open"})).json()["id"]
        assert (await paul.get(f"{URL}/filters")).json() == []
        assert (await paul.delete(f"{URL}/filters/{made}")).status_code == 404
        assert (await awa.delete(f"{URL}/filters/{made}")).status_code == 204
        assert (await awa.delete(f"{URL}/filters/{made}")).status_code == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": " ", "query": "status=open"}, "name"),
        ({"name": "x" * 41, "query": "status=open"}, "name"),
        ({"name": "A", "query": "status=nothing"}, "query"),
        ({"name": "A"}, "query"),
    ],
)
async def test_a_filter_without_sense_is_not_kept(city: City, sent: dict[str, str], field: str) -> None:
    async with at_desk(city) as desk:
        answer = await desk.post(f"{URL}/filters", json=sent)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
        assert (await desk.get(f"{URL}/filters")).json() == []


async def test_thirty_are_enough(city: City) -> None:
    async with at_desk(city) as desk:
        for number in range(31):
            answer = await desk.post(f"{URL}/filters", json={"name": f"A{number}", "query": "status=open"})
            assert answer.status_code == (201 if number < 30 else 422)


async def test_a_name_is_text_and_nothing_more(city: City) -> None:
    async with at_desk(city, browser=True) as desk:
        await desk.post(f"{URL}/filters", data={"name": "<script>x</script>", "query": "q=<script>"})
        assert "<script>x" not in (await desk.get(URL)).text
        assert "&lt;script&gt;x" in (await desk.get(URL)).text
