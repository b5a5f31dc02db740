"""A program reads in the description what each door takes, and what it takes is taken."""

from tests.admin.stage import at_desk
from tests.city import City


async def test_the_description_tells_a_program_how_to_enter_a_provider(city: City) -> None:
    async with at_desk(city) as desk:
        told = (await desk.get("/admin/openapi.json")).json()
        body = told["paths"]["/admin/providers"]["post"]["requestBody"]
        fields = body["content"]["application/json"]["schema"]["properties"]
        ebongue = {"name": "Ebongue", "phone": "699 00 00 77", "services": ["plumbing"], "zones": ["akwa"]}
        assert ebongue.keys() <= fields.keys()
        assert (await desk.post("/admin/providers", json=ebongue)).status_code == 201


async def test_every_change_that_needs_words_is_described(city: City) -> None:
    async with at_desk(city) as desk:
        paths = (await desk.get("/admin/openapi.json")).json()["paths"]
    for path in ("/admin/requests/{request_id}/assign", "/admin/users", "/admin/account/password", "/admin/login"):
        assert "requestBody" in paths[path]["post"], path
    # A change by a form has its twin for programs, and both take the same.
    status = paths["/admin/requests/{request_id}/status"]
    assert status["put"]["requestBody"] == status["post"]["requestBody"]
