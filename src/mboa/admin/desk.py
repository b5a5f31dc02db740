"""What every page of the admin needs: the office behind it, and the settings."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from mboa.channels.base import Channel
from mboa.channels.whatsapp.media import MediaSource
from mboa.office import Office
from mboa.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """The operators' place. ``channels`` are the ways out that are configured, by name; ``media`` is where
    people's voice notes and pictures are fetched, on WhatsApp."""

    office: Office
    settings: Settings
    channels: dict[str, Channel]
    media: MediaSource | None = None


def desk(http: Request) -> Desk:
    """The desk of the application that is asked."""
    found: Desk = http.app.state.desk
    return found


AtDesk = Annotated[Desk, Depends(desk)]
