"""Operators in conversations of the test city."""

from typing import Any

import httpx2

from tests.city import City, Person
from tests.engines import lookup


async def contact_of(city: City, person: Person) -> int:
    """The id under which the house knows somebody."""
    (row,) = await city.rows("SELECT contact_id FROM identities WHERE lookup = :value", value=lookup(person.address))
    return int(row["contact_id"])


class Chair:
    """One operator who deals with one person."""

    def __init__(self, city: City, client: httpx2.AsyncClient, contact_id: int) -> None:
        self.city = city
        self.client = client
        self.path = f"/admin/conversations/{contact_id}"

    async def takes(self, **more: Any) -> httpx2.Response:
        """Take over."""
        return await self._settled(await self.client.put(f"{self.path}/takeover", json={"on": True, **more}))

    async def hands_back(self, **more: Any) -> httpx2.Response:
        """Hand back to the bot."""
        return await self._settled(await self.client.put(f"{self.path}/takeover", json={"on": False, **more}))

    async def writes(self, text: str, **more: Any) -> httpx2.Response:
        """Send words of one's own."""
        return await self._settled(await self.client.post(f"{self.path}/messages", json={"text": text, **more}))

    async def sees(self, query: str = "") -> dict[str, Any]:
        """The conversation's JSON."""
        found: dict[str, Any] = (await self.client.get(self.path + query)).json()
        return found

    async def _settled(self, answer: httpx2.Response) -> httpx2.Response:
        await self.city.settle()
        return answer
