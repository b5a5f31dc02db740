"""``mboa demo``: a fresh city in a file of its own, the whole system on it, robots, and the URLs on the terminal."""

import asyncio
import contextlib
import logging
import socket
import sys
from pathlib import Path
from typing import NamedTuple

import click
from pydantic import SecretStr, ValidationError

from mboa.accounts import demo_link
from mboa.demo import traffic
from mboa.demo.robots import Robots
from mboa.operations.logging import TextFormatter, set_up
from mboa.serving import run, serve
from mboa.settings import Settings
from mboa.storage.sqlite_file import hold
from mboa.wiring import Mboa, build, prepare_database, sqlite_path

BURST_SECONDS = 1.0
LISTENING_LOOK_SECONDS, LISTENING_LOOKS = 0.02, 500


def run_demo(port: int, speed: float, robots: bool) -> None:
    """Everything at once, until Ctrl-C; ``speed`` divides every timeout.

    Raises ``ClickException`` when the port is taken or a setting is wrong, ``StoreBusy`` when another demo runs on
    the same data directory.
    """
    settings = demo_settings(port)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    start_anew(sqlite_path(settings))
    log_to(settings.data_dir / "demo.log")
    prepare_database(settings)
    doors = asyncio.run(_play_the_past(settings, speed))
    run(_serve(build(settings, speed=speed), speed if robots else None, welcome(settings, doors, speed)))
    click.echo("\nMboa s'est arrêté. À bientôt !")


def demo_settings(port: int) -> Settings:
    """The environment's settings, made harmless: simulator only, a database file of its own, no quiet hours."""
    try:
        given = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise click.ClickException(f"MBOA_{'_'.join(map(str, first['loc'])).upper()}: {first['msg']}") from error
    port = free_port(given.host, port)
    own_address = (
        {} if "base_url" in given.model_fields_set else {"base_url": f"http://{_reached_at(given.host)}:{port}"}
    )
    changes = {
        "env": "development",
        "channel": "simulator",
        "port": port,
        "data_dir": given.data_dir / "demo",
        "database_url": SecretStr(""),
        "whatsapp_phone_id": "",
        "twilio_account_sid": "",
        "quiet_hours": "",
        "burst_seconds": BURST_SECONDS,
        **own_address,
    }
    return given.model_copy(update=changes)


def _reached_at(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - compared, not bound


def free_port(host: str, port: int) -> int:
    """``port`` if it is free, any free one for 0; raises ``ClickException`` in one line when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"port {port} is taken ({error.strerror}): try `mboa demo --port {min(port + 1, 65535)}`"
            raise click.ClickException(message) from error
        return int(probe.getsockname()[1])


def start_anew(path: Path) -> None:
    """Remove an earlier demo's database; raises ``StoreBusy`` while another demo uses it."""
    with hold(path):
        for name in ("", "-wal", "-shm"):
            path.with_name(path.name + name).unlink(missing_ok=True)


def log_to(path: Path) -> None:
    """The log goes to a file, in text, and the terminal stays for the URLs."""
    set_up("text")
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(TextFormatter())
    logging.getLogger().handlers[:] = [handler]


class Doors(NamedTuple):
    """Where a newcomer may go: the follow page of a request under way, and the admin, by a link that is good once."""

    follow: str
    admin: str


async def _play_the_past(settings: Settings, speed: float) -> Doors:
    mboa = build(settings, frozenset({"web"}), speed=speed)
    await mboa.start()
    try:
        token = await traffic.play(mboa)
        link = await mboa.office.store.write(demo_link, settings.base_url)
        return Doors(f"{settings.base_url}/suivi/{token}", link)
    finally:
        await mboa.stop()


async def _serve(mboa: Mboa, robots_speed: float | None, words: str) -> None:
    beside = asyncio.create_task(_beside(mboa, robots_speed, words))
    try:
        await serve(mboa)
    finally:
        beside.cancel()
        await asyncio.gather(beside, return_exceptions=True)


async def _beside(mboa: Mboa, robots_speed: float | None, words: str) -> None:
    """As soon as the page answers, say where it is; then let the robots live."""
    mboa.hands.robots = robots_speed is not None
    for _ in range(LISTENING_LOOKS):
        if await _listens(_reached_at(mboa.settings.host), mboa.settings.port):
            break
        await asyncio.sleep(LISTENING_LOOK_SECONDS)
    click.echo(words)
    sys.stdout.flush()
    if robots_speed is not None:
        await Robots(mboa, robots_speed).run()


async def _listens(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


def welcome(settings: Settings, doors: Doors, speed: float) -> str:
    """The few lines a newcomer reads."""
    base = settings.base_url
    return f"""
  Mboa tourne : une petite Douala, {speed:g} fois plus vite que la vraie.

  Simulateur   {base}/simulator
  Suivi        {doors.follow}
  Admin        {doors.admin}
  Santé        {base}/health/ready

  Ouvrez le simulateur et écrivez une panne dans le premier téléphone.
  Le lien de l'admin connecte une fois, sans mot de passe : c'est la démo.
  In English: {base}/simulator?lang=en
  Journal : {settings.data_dir / "demo.log"}
  Ctrl-C arrête tout.
"""
