"""The command line. Exit codes: 0 done, 1 refused or failed with one clear line, 2 wrong usage."""

from typing import Any

import click

from mboa.admin.command import admin
from mboa.commands.backup import backup, restore
from mboa.commands.completion import completion
from mboa.commands.ground import House, Refused, awaited, read_settings
from mboa.commands.keys import keys
from mboa.commands.parked import parked
from mboa.commands.places import places
from mboa.commands.privacy import export_data, forget
from mboa.commands.roster import providers
from mboa.commands.templates import templates
from mboa.commands.understanding import understand
from mboa.fake_meta.command import fake_meta
from mboa.settings import Settings


@click.group(cls=House, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mboa")
def main() -> None:
    """Mboa: one WhatsApp message finds a repairer in Douala.

    Example: mboa demo
    """


main.add_command(admin)
main.add_command(completion)
main.add_command(export_data)
main.add_command(forget)
main.add_command(fake_meta)
main.add_command(keys)
main.add_command(backup)
main.add_command(restore)
main.add_command(parked)
main.add_command(places)
main.add_command(providers)
main.add_command(templates)
main.add_command(understand)


def _run(settings: Settings, roles: frozenset[Any]) -> None:
    # Loaded here, so that `mboa understand` and `--help` start without web and database.
    from mboa.commands.start import before_the_start
    from mboa.serving import run, serve
    from mboa.wiring import build, prepare_database

    before_the_start(settings)
    try:
        prepare_database(settings)
        run(serve(build(settings, roles)))
    except KeyboardInterrupt:
        return


@main.command()
def serve() -> None:
    """Web and workers in one process, on one machine.

    Example: MBOA_CHANNEL=whatsapp mboa serve
    """
    _run(_to_serve(), frozenset({"web", "worker"}))


@main.command()
def web() -> None:
    """The web role alone: any number of these on one PostgreSQL.

    Example: MBOA_DATABASE_URL=postgresql://… MBOA_PORT=8001 mboa web
    """
    _run(_on_postgresql("web"), frozenset({"web"}))


@main.command()
def worker() -> None:
    """The worker role alone: any number of these on one PostgreSQL.

    Example: MBOA_DATABASE_URL=postgresql://… mboa worker
    """
    _run(_on_postgresql("worker"), frozenset({"worker"}))


def _to_serve() -> Settings:
    from mboa.commands.start import settings_to_serve

    return settings_to_serve()


def _on_postgresql(role: str) -> Settings:
    settings = _to_serve()
    if not settings.database_url.get_secret_value():
        raise Refused(f"`mboa {role}` needs MBOA_DATABASE_URL=postgresql://…; on SQLite run `mboa serve`")
    return settings


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema.

    Example: mboa backup && mboa migrate
    """
    from mboa.commands.progress import each_migration
    from mboa.wiring import prepare_database

    settings = read_settings()
    with each_migration():
        applied = prepare_database(settings)
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
    except KeyboardInterrupt:
        return


@main.command()
@click.option("--all", "everything", is_flag=True, help="list the settings that are at their default, too")
def doctor(everything: bool) -> None:
    """Check settings, secrets, database, channel, templates, backups; exit 1 if something is wrong.

    Example: mboa doctor
    """
    from mboa.commands.ground import parsed_settings
    from mboa.commands.report import report
    from mboa.doctor.examination import examine
    from mboa.wiring import open_store

    settings = parsed_settings()
    report(awaited(examine(settings, lambda: open_store(settings, read_only=True), everything=everything)))
