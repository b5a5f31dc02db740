"""The command line. Exit codes: 0 done, 1 refused or failed with one clear line, 2 wrong usage."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from mboa.admin.command import admin
from mboa.fake_meta.command import fake_meta
from mboa.operations.logging import set_up
from mboa.settings import Settings
from mboa.storage.store import StoreAway, StoreBusy

T = TypeVar("T")


class Refused(click.ClickException):
    """One clear line on standard error, exit code 1."""

    exit_code = 1


def read_settings(**changes: Any) -> Settings:
    """The settings of the environment, with changes from the command line; raises :class:`Refused`."""
    try:
        settings = Settings(**{name: value for name, value in changes.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "MBOA_" + "_".join(str(part) for part in first["loc"]).upper()
        raise Refused(f"{name}: {first['msg']}") from error
    set_up(settings.log_format)
    return settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mboa")
def main() -> None:
    """Mboa: one WhatsApp message finds a repairer in Douala."""


main.add_command(fake_meta)
main.add_command(admin)


def _run(settings: Settings, roles: frozenset[Any]) -> None:
    # Loaded here, so that `mboa understand` and `--help` start without web and database.
    from mboa.serving import run, serve
    from mboa.wiring import build, prepare_database

    try:
        prepare_database(settings)
        run(serve(build(settings, roles)))
    except (StoreBusy, StoreAway) as error:
        raise Refused(str(error)) from error
    except KeyboardInterrupt:
        return


@main.command()
def serve() -> None:
    """Web and workers in one process, on one machine.

    Example: MBOA_CHANNEL=whatsapp mboa serve
    """
    _run(read_settings(), frozenset({"web", "worker"}))


@main.command()
def web() -> None:
    """The web role alone: any number of these on one PostgreSQL."""
    _run(_on_postgresql("web"), frozenset({"web"}))


@main.command()
def worker() -> None:
    """The worker role alone: any number of these on one PostgreSQL."""
    _run(_on_postgresql("worker"), frozenset({"worker"}))


def _on_postgresql(role: str) -> Settings:
    settings = read_settings()
    if not settings.database_url.get_secret_value():
        raise Refused(f"`mboa {role}` needs MBOA_DATABASE_URL=postgresql://…; on SQLite run `mboa serve`")
    return settings


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from mboa.wiring import prepare_database

    try:
        applied = prepare_database(read_settings())
    except (StoreBusy, StoreAway) as error:
        raise Refused(str(error)) from error
    click.echo("\n".join(applied) or "nothing to do")


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="where the page listens")
@click.option("--speed", default=20.0, show_default=True, type=click.FloatRange(1, 1000), help="divides every timeout")
@click.option("--no-robots", is_flag=True, help="nobody answers for the providers but you")
def demo(port: int, speed: float, no_robots: bool) -> None:
    """Everything at once on a demo city with robot providers.

    Example: mboa demo --port 8080 --speed 60
    """
    from mboa.demo.run import run_demo

    try:
        run_demo(port=port, speed=speed, robots=not no_robots)
    except (StoreBusy, StoreAway) as error:
        raise Refused(str(error)) from error
    except KeyboardInterrupt:
        return


@main.group()
def providers() -> None:
    """Bring providers in and out as CSV."""


@providers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="check every line, change nothing")
def import_providers(file: Path, dry_run: bool) -> None:
    """Add and update providers; all lines or none.

    Columns: name,phone,services,zones,available,latitude,longitude (lists separated by |).

    Example: mboa providers import providers.csv --dry-run
    """
    from mboa.roster import import_csv

    text = file.read_bytes().decode("utf-8-sig", "replace")
    result = awaited(import_csv(read_settings(), text, dry_run=dry_run))
    for problem in result.problems:
        click.echo(problem, err=True)
    if result.problems:
        raise Refused(f"{len(result.problems)} line(s) refused, nothing was changed")
    click.echo(f"{result.added} added, {result.updated} updated" + (" (dry run)" if dry_run else ""))


@providers.command("export")
def export_providers() -> None:
    """Write every provider as CSV to standard output."""
    from mboa.roster import export

    click.echo(awaited(export(read_settings())), nl=False)


@main.group(invoke_without_command=True)
@click.pass_context
def parked(context: click.Context) -> None:
    """Messages that could not be read or heard: list them, or try them again.

    Example: mboa parked
    """
    if context.invoked_subcommand is not None:
        return
    from mboa.parked import list_parked

    rows = awaited(list_parked(read_settings()))
    click.echo("\n".join(f"{row.id}\t{row.at}\t{row.kind}\t{row.reason}" for row in rows) or "nothing is parked")


@parked.command("retry")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="every parked message")
def retry_parked(ids: tuple[int, ...], everything: bool) -> None:
    """Try parked messages again, as if they had just come.

    Example: mboa parked retry 17 18
    """
    from mboa.parked import retry

    if bool(ids) == everything:
        raise click.UsageError("give the IDS of `mboa parked`, or --all")
    taken = awaited(retry(read_settings(), frozenset(ids) or None))
    if taken.left or (unknown := set(ids) - set(taken.ids)):
        raise Refused(f"{len(taken.ids)} taken; still parked or unknown: {sorted(taken.left or unknown)}")
    click.echo(f"{len(taken.ids)} taken")


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """Carry it out; raises :class:`Refused` when the database cannot be had."""
    try:
        return asyncio.run(work)
    except (StoreBusy, StoreAway) as error:
        raise Refused(str(error)) from error


@main.command()
@click.argument("text", required=False)
@click.option("--jsonl", is_flag=True, help='read {"text": …} lines from standard input')
def understand(text: str | None, jsonl: bool) -> None:
    """What the offline understanding makes of a message, as JSON.

    Example: mboa understand "fuite d'eau à Makepe demain matin"
    """
    from mboa.understanding.report import as_json
    from mboa.understanding.understand import understand as read

    if jsonl == (text is not None):
        raise click.UsageError("give a TEXT, or --jsonl with lines on standard input")
    if text is not None:
        click.echo(json.dumps(as_json(read(text)), ensure_ascii=False))
        return
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if line.strip():
            click.echo(json.dumps(_understood(line, number), ensure_ascii=False))


def _understood(line: bytes, number: int) -> dict[str, Any]:
    from mboa.understanding.report import as_json
    from mboa.understanding.understand import understand as read

    try:
        row = json.loads(line.decode("utf-8", "replace"))
        text, expecting = row["text"], row.get("expecting")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Refused(f"line {number}: not an object with a text") from error
    if not isinstance(text, str) or expecting not in {None, *EXPECTING}:
        raise Refused(f"line {number}: text must be a string, expecting one of {', '.join(EXPECTING)}")
    answer = as_json(read(text, expecting))
    return {"id": row["id"], **answer} if "id" in row else answer


EXPECTING = ("service", "place", "problem", "time", "confirmation", "rating", "offer_answer")
