"""The only file that knows which concrete parts make a running Mboa. Nothing happens at import anywhere else."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import httpx2
from starlette.types import ASGIApp

from mboa.admin.desk import Desk
from mboa.admin.doors import add_admin
from mboa.channels.base import Channel
from mboa.channels.intake import Intake
from mboa.channels.routes import Doors
from mboa.channels.simulator.channel import SimulatorChannel
from mboa.channels.simulator.page import Hands, SimulatorPage
from mboa.channels.simulator.routes import SimulatorDoors
from mboa.channels.twilio.send import TwilioAccount, TwilioChannel
from mboa.channels.whatsapp.media import MediaSource
from mboa.channels.whatsapp.send import WhatsAppChannel
from mboa.fake_meta.double import MetaDouble
from mboa.kept_secret import kept_secret
from mboa.keyring import Keyring
from mboa.office import Office
from mboa.settings import Settings
from mboa.storage import phones
from mboa.storage.backup_restore import refuse_half_restored
from mboa.storage.migrate import migrate
from mboa.storage.postgres import PostgresStore
from mboa.storage.sqlite import SqliteStore, wall_clock
from mboa.storage.store import Store
from mboa.tracking.page import FollowPage
from mboa.web import create_app, in_front
from mboa.work.aids import Aids
from mboa.work.chores import house_chores
from mboa.work.crew import Crew
from mboa.work.lessons import Lessons
from mboa.work.media import MediaRoom, Sweeping, open_shelf
from mboa.work.places import Places

if TYPE_CHECKING:
    from mboa.work.second_opinion import SecondOpinion
    from mboa.work.voice_notes import VoiceNotes

logger = logging.getLogger(__name__)
Role = Literal["web", "worker"]
BOTH: frozenset[Role] = frozenset({"web", "worker"})


def sqlite_path(settings: Settings) -> Path:
    """Where the database file lies when no other database is named."""
    return settings.data_dir / "mboa.db"


def prepare_database(settings: Settings) -> list[str]:
    """Bring the database to the newest schema; returns the migrations applied."""
    url = settings.database_url.get_secret_value()
    if url:
        refuse_half_restored(url)
        return migrate("postgresql", url, keys=open_keyring(settings))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return migrate("sqlite", sqlite_path(settings), keys=open_keyring(settings))


def open_store(settings: Settings, clock: Callable[[], datetime] | None = None, *, read_only: bool = False) -> Store:
    """The store that the settings name, not opened yet."""
    url, keys = settings.database_url.get_secret_value(), open_keyring(settings)
    if url:
        return PostgresStore(url, clock, keys=keys)
    return SqliteStore(sqlite_path(settings), clock, read_only=read_only, keys=keys)


def open_keyring(settings: Settings) -> Keyring:
    """The keys of this house: from ``MBOA_SECRET_KEY``, in development from a file made at the first start.

    Raises ``ValueError`` in production without a secret key, ``OSError`` when the file cannot be read or made.
    """
    if settings.secret_keys or settings.env == "production":
        return Keyring(settings.secret_keys)
    return Keyring([kept_secret(settings.data_dir)])


def open_channels(
    settings: Settings, double: MetaDouble | None, transport: httpx2.AsyncBaseTransport | None = None
) -> dict[str, Channel]:
    """Every way out that is configured; the default one and those that people may still be answered on."""
    channels: dict[str, Channel] = {}
    if double is not None:
        channels["simulator"] = SimulatorChannel(double)
    if settings.whatsapp_phone_id or settings.channel == "whatsapp":
        token = settings.whatsapp_token.get_secret_value()
        whatsapp = WhatsAppChannel(settings.whatsapp_api_base, settings.whatsapp_phone_id, token, transport=transport)
        whatsapp.limits = replace(whatsapp.limits, cold_a_day=settings.whatsapp_recipients_per_day or None)
        channels["whatsapp"] = whatsapp
    if settings.twilio_account_sid or settings.channel == "twilio":
        token = settings.twilio_auth_token.get_secret_value()
        account = TwilioAccount(settings.twilio_account_sid, settings.twilio_from, token)
        channels["twilio"] = TwilioChannel(
            account, settings.base_url, api_base=settings.twilio_api_base, transport=transport
        )
    for name, channel in channels.items():
        # The simulator has its own: there is no network on which an answer could be lost.
        if name != "simulator":
            channel.unknown_after_seconds = settings.unknown_outcome_seconds
    return channels


def open_media(settings: Settings, transport: httpx2.AsyncBaseTransport | None = None) -> MediaSource | None:
    """Where voice notes and pictures come from; ``None`` without a WhatsApp account."""
    if not settings.whatsapp_phone_id:
        return None
    return MediaSource(settings.whatsapp_api_base, settings.whatsapp_token.get_secret_value(), transport)


def open_second_opinion(settings: Settings, store: Store) -> "SecondOpinion | None":
    """The language model that the settings name; ``None``, and nothing of it is loaded, when they name none."""
    if not settings.llm_model:
        return None
    from mboa.llm.model import HttpModel
    from mboa.work.second_opinion import SecondOpinion

    key, seconds = settings.llm_api_key.get_secret_value(), settings.llm_timeout_seconds
    reader = HttpModel(settings.llm_model, settings.llm_base_url, key, seconds)
    return SecondOpinion(store, reader, seconds, settings.llm_calls_per_day)


def open_voice_notes(settings: Settings, office: Office, media: MediaSource | None) -> "VoiceNotes | None":
    """Who writes voice notes down; ``None``, and nothing of it is loaded, without a model or WhatsApp."""
    if not settings.transcribe_model or media is None:
        return None
    from mboa.llm.transcribe import HttpTranscriber
    from mboa.work.voice_notes import VoiceNotes

    key, seconds = settings.transcribe_api_key.get_secret_value(), settings.transcribe_timeout_seconds
    transcriber = HttpTranscriber(settings.transcribe_model, settings.transcribe_base_url, key, seconds)
    room = MediaRoom(office, media, open_shelf(settings))
    return VoiceNotes(office.store, room, transcriber, settings.llm_calls_per_day)


@dataclass
class Mboa:
    """A wired system: the office, its channels, its loops and its web application."""

    settings: Settings
    office: Office
    channels: dict[str, Channel]
    crew: Crew
    intake: Intake
    app: ASGIApp
    double: MetaDouble | None
    roles: frozenset[Role] = BOTH
    hands: Hands = field(default_factory=Hands)
    sweeping: Sweeping = field(init=False)
    places: Places = field(init=False)
    lessons: Lessons = field(init=False)

    def __post_init__(self) -> None:
        self.sweeping = Sweeping(self.office, open_shelf(self.settings))
        self.places = Places(self.office.store)
        self.lessons = Lessons(self.office.store)

    async def start(self) -> None:
        """Open the database and start what this process is for."""
        await self.office.store.open()
        logger.info("store_opened", extra={"store": self.office.store.description, "roles": sorted(self.roles)})
        if self.double is not None:
            for phone, heard_at in await self.office.store.read(phones.windows):
                self.double.remember(phone, heard_at)
        await self.places.start()
        await self.lessons.start()
        self.sweeping.start()
        if "worker" in self.roles:
            await self.crew.start()

    async def stop(self) -> None:
        """Finish what is in hand, then let go of channels and database."""
        await self.lessons.stop()
        await self.places.stop()
        await self.sweeping.stop()
        if "worker" in self.roles:
            await self.crew.stop()
        for channel in self.channels.values():
            await channel.close()
        await self.crew.aids.close()
        await self.office.store.close()


def build(
    settings: Settings,
    roles: frozenset[Role] = BOTH,
    *,
    speed: float = 1.0,
    clock: Callable[[], datetime] | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Mboa:
    """Wire a system for these settings.

    ``speed`` is the demo's; ``clock`` and ``transport`` are a test's hand-held clock and stand-in for the network.
    """
    double = MetaDouble(clock or wall_clock) if settings.channel == "simulator" else None
    office = Office(open_store(settings, clock), settings.policy(speed), settings.base_url)
    channels = open_channels(settings, double, transport)
    intake = Intake(office, settings.burst)
    simulator = channels.get("simulator")
    if isinstance(simulator, SimulatorChannel):
        simulator.show_ticks(intake.keep)

    app, hands = create_app(settings, office.store), Hands()
    app.router.routes.extend(FollowPage(office).routes())
    media = open_media(settings, transport)
    add_admin(app, Desk(office, settings, channels, media))
    if double is not None:
        app.include_router(SimulatorDoors(intake, double).router())
        app.include_router(SimulatorPage(office, hands, speed).router())
    front = in_front(Doors(settings, intake).routes(), app)
    chores = house_chores(settings, office, lambda: open_keyring(settings))
    aids = Aids(open_second_opinion(settings, office.store), open_voice_notes(settings, office, media))
    crew = Crew(office, channels, chores, aids)
    return Mboa(settings, office, channels, crew, intake, front, double, roles, hands)
