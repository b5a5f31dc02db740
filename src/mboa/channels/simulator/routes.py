"""The simulator's doors (only while it is the channel): write as any phone, read what any phone shows."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from mboa.channels.intake import Intake
from mboa.channels.simulator.channel import as_simulated
from mboa.channels.whatsapp.webhook import parse
from mboa.fake_meta.double import MetaDouble
from mboa.storage import phones

Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]


class Location(BaseModel):
    """A pin, in degrees."""

    model_config = ConfigDict(extra="forbid")
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Written(BaseModel):
    """What a simulated person does: types, taps a button, or drops a pin. ``id`` repeated has one effect."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    sender: Phone = Field(alias="from")
    text: str | None = Field(default=None, max_length=65_536)
    button: str | None = Field(default=None, max_length=256)
    location: Location | None = None
    voice: bool = False
    id: str | None = Field(default=None, min_length=1, max_length=255)
    name: str | None = Field(default=None, max_length=100)

    @model_validator(mode="after")
    def _one_thing(self) -> "Written":
        things = (self.text is not None, self.button is not None, self.location is not None, self.voice)
        if sum(things) != 1:
            raise ValueError("give one of text, button, location, voice")
        return self


@dataclass(frozen=True, slots=True)
class SimulatorDoors:
    """Writes webhooks as the double of Meta would, and keeps them through the same door."""

    intake: Intake
    double: MetaDouble

    async def write(self, written: Written) -> dict[str, str]:
        """A person does one thing."""
        if written.name:
            self.double.names[written.sender] = written.name
        body = await self._body(written)
        batch = as_simulated(parse(body), written.id)
        await self.intake.keep(batch)
        return {"id": batch.messages[0].external_id}

    async def _body(self, written: Written) -> bytes:
        if written.text is not None:
            return self.double.text(written.sender, written.text)
        if written.location is not None:
            return self.double.pin(written.sender, written.location.latitude, written.location.longitude)
        if written.button is None:
            return self.double.voice(written.sender)
        store = self.intake.office.store
        title = await store.read(phones.button_title, written.sender, written.button)
        return self.double.tap(written.sender, written.button, title)

    async def read(self, phone: Phone, after: Annotated[int, Query(ge=0)] = 0) -> list[dict[str, Any]]:
        """What this phone shows: both directions, oldest first; only what really went out."""
        return await self.intake.office.store.read(phones.screen, phone, after)

    def router(self) -> APIRouter:
        """The paths of the contract."""
        router = APIRouter()
        router.add_api_route("/simulator/messages", self.write, methods=["POST"], status_code=202)
        router.add_api_route("/simulator/messages", self.read, methods=["GET"])
        return router
