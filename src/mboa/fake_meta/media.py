"""Media of the double: ids that live for days, links that live for minutes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from mboa.fake_meta.faults import Profile
from mboa.fake_meta.reading import Json, Refused

VOICE = b"OggS" + bytes(60)
PHOTO = b"\xff\xd8\xff\xe0" + bytes(60) + b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Medium:
    """A stored file."""

    content: bytes
    mime_type: str
    at: datetime

    @property
    def sha256(self) -> str:
        """Its checksum as webhooks bear it: hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


class MediaShelf:
    """Every file that a person sent or the business uploaded."""

    def __init__(self) -> None:
        self._media: dict[str, Medium] = {}
        self._links: dict[str, tuple[str, datetime]] = {}

    def put(self, medium: Medium, media_id: str | None = None) -> str:
        """Keep a file under its id, or under a new one; returns the id. The time of a known id starts anew."""
        media_id = media_id or str(uuid4().int)[:15]
        self._media[media_id] = medium
        return media_id

    def describe(self, media_id: str, base: str, now: datetime, profile: Profile) -> Json:
        """Meta's answer to ``GET /{media id}``, with a fresh link below ``base``; raises :class:`Refused`."""
        medium = self._alive(media_id, now, profile)
        token = uuid4().hex
        self._links[token] = (media_id, now)
        return {
            "messaging_product": "whatsapp",
            "url": f"{base}/media/{token}",
            "mime_type": medium.mime_type,
            "sha256": medium.sha256,
            "file_size": len(medium.content),
            "id": media_id,
        }

    def download(self, token: str, now: datetime, profile: Profile) -> Medium:
        """The file behind a link; raises :class:`Refused` when the link or the file has expired."""
        media_id, made = self._links.get(token, ("", now))
        if now - made >= timedelta(seconds=profile.media_link_seconds):
            raise Refused(100, "this link has expired: ask for the media id again", 404)
        return self._alive(media_id, now, profile)

    def _alive(self, media_id: str, now: datetime, profile: Profile) -> Medium:
        medium = self._media.get(media_id)
        if medium is None or now - medium.at >= timedelta(days=profile.media_days):
            raise Refused(100, f"media {media_id} does not exist or has expired", 404)
        return medium
