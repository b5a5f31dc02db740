"""``mboa backup`` and ``mboa restore`` on the command line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mboa.commands.ground import Refused, read_settings
from mboa.storage.backup_scratch import Stopped, Watch

if TYPE_CHECKING:
    from mboa.keyring import Keyring
    from mboa.operations.backup import Made
    from mboa.settings import Settings
    from mboa.storage.quarantine import Held

_BAR = 30
UNDECIDED = (
    "what was under way when the backup was made waits for you: {messages} message(s), {requests} request(s). "
    "Nothing of it is sent before you decide: `mboa restore --release` lets it go on, `mboa restore --drop` leaves "
    "the messages unsent and the requests to people; or decide on the admin's page of figures, or request by request"
)


class Shown(Watch):
    """A bar on a terminal; elsewhere one line for each thing that is begun."""

    def __init__(self) -> None:
        super().__init__()
        self._what = ""
        self._on_terminal = sys.stderr.isatty()

    def show(self, what: str, share: float) -> None:
        """How far it is."""
        if self._on_terminal:
            done = round(share * _BAR)
            click.echo(f"\r{what:<10} [{'#' * done}{'.' * (_BAR - done)}] {share:4.0%}", nl=False, err=True)
        elif what != self._what:
            click.echo(f"{what} …", err=True)
        self._what = what

    def end(self) -> None:
        """The line after the bar."""
        if self._on_terminal and self._what:
            click.echo(err=True)
        self._what = ""


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--verify", "file", metavar="FILE", type=click.Path(path_type=Path), help="prove a backup that is there")
def backup(folder: Path | None, file: Path | None) -> None:
    """Back the database up into one compressed and sealed file, while everything runs, and prove that it restores.

    The key is derived from MBOA_SECRET_KEY: keep that elsewhere than the backups, neither is worth anything without
    the other.

    Examples: mboa backup; mboa backup /mnt/usb; mboa backup --verify mboa-20261123T090000.000Z.backup
    """
    if folder is not None and file is not None:
        raise click.UsageError("either DIR or --verify FILE")
    # Loaded here, so that the other commands start without the databases' drivers.
    from mboa.operations import backup as backups

    settings, watch = read_settings(), Shown()
    with _refusing(watch):
        keys = house_keys(settings)
        if file is not None:
            click.echo(_told(backups.verify(file, settings, keys, watch), "good"))
        else:
            made = backups.make(backups.source(settings), folder or settings.backups, keys, watch)
            click.echo(_told(made, "made"))


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--release", "decision", flag_value="release", help="what waits since a restore goes on")
@click.option("--drop", "decision", flag_value="drop", help="its messages stay unsent, its requests wait for people")
@click.option("--waiting", "decision", flag_value="waiting", help="what waits since a restore")
def restore(file: Path | None, decision: str | None) -> None:
    """Restore a backup where no database is; what was under way then waits until a person decides.

    Needs the MBOA_SECRET_KEY of then. On PostgreSQL, MBOA_DATABASE_URL names an empty database.

    Examples: mboa restore var/backups/mboa-20261123T090000.000Z.backup; mboa restore --release
    """
    if (file is None) == (decision is None):
        raise click.UsageError("give a FILE, or one of --waiting, --release, --drop")
    from mboa.operations import restore as restoring

    settings, watch = read_settings(), Shown()
    with _refusing(watch):
        keys = house_keys(settings)
        if file is not None:
            held, header = restoring.restore(file, settings, keys, watch)
            watch.end()
            click.echo(f"restored as of {header.made_at:%Y-%m-%d %H:%M:%SZ}: {_rows(header.rows)}")
        else:
            held = restoring.decide(settings, keys, str(decision))
        click.echo(_of_quarantine(held, decision))


def house_keys(settings: "Settings") -> "Keyring":
    """The keys of this house: a backup never makes one. Raises :class:`Refused`."""
    from mboa.kept_secret import FILE, kept_secret
    from mboa.keyring import Keyring

    if settings.secret_keys:
        return Keyring(settings.secret_keys)
    if not (settings.data_dir / FILE).exists():
        raise Refused(f"no key: set MBOA_SECRET_KEY, or put this house's {FILE} into {settings.data_dir}")
    return Keyring([kept_secret(settings.data_dir)])


@contextmanager
def _refusing(watch: Shown) -> Iterator[None]:
    """One clear line for everything that is refused."""
    from mboa.operations.backup import BadBackup, CannotBackUp

    try:
        yield
    except (CannotBackUp, BadBackup, Stopped) as error:
        watch.end()
        raise Refused(str(error)) from error
    finally:
        watch.end()


def _told(made: "Made", how: str) -> str:
    proven = "restored and counted" if made.proof == "restored" else "read back and counted, not restored: no right to"
    proven += "" if made.proof == "restored" else " create a database"
    size = f"{made.bytes / 1e6:.1f} MB, {made.seconds:.1f} s"
    return f"{made.file}: {how}, {proven} ({_rows(made.header.rows)}; {size})"


def _rows(rows: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {table}" for table, count in rows.items() if count) or "no rows"


def _of_quarantine(held: "Held", decision: str | None) -> str:
    if not held:
        return "nothing waits for a decision"
    if decision == "release":
        return f"released: {held.messages} message(s), {held.requests} request(s)"
    if decision == "drop":
        return f"dropped: {held.messages} message(s) stay unsent, {held.requests} request(s) wait for people"
    return UNDECIDED.format(messages=held.messages, requests=held.requests)
