"""``mboa places``: a larger gazetteer."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mboa.commands.ground import Refused, awaited, read_settings
from mboa.settings import Settings

if TYPE_CHECKING:
    from mboa.places import Imported


async def _import(settings: Settings, raw: bytes, dry_run: bool) -> "Imported":
    from mboa.places import import_places
    from mboa.wiring import open_store, prepare_database

    prepare_database(settings)
    store = open_store(settings, read_only=dry_run)
    await store.open()
    try:
        return await import_places(store, raw, dry_run=dry_run)
    finally:
        await store.close()


@click.group()
def places() -> None:
    """Bring quarters, towns and landmarks in.

    Example: mboa places import gazetteer.csv --dry-run
    """


@places.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="check every line, change nothing")
def import_file(file: Path, dry_run: bool) -> None:
    """Add and update places; all lines or none. Running processes know them within a minute.

    Columns: name,aliases,kind,city,lat,lon (aliases separated by ; kind is zone, landmark or town; degrees).

    Example: mboa places import gazetteer.csv --dry-run
    """
    result = awaited(_import(read_settings(), file.read_bytes(), dry_run))
    for problem in result.problems:
        click.echo(problem, err=True)
    if result.problems:
        raise Refused(f"{len(result.problems)} line(s) refused, nothing was changed")
    if result.lost:
        click.echo(f"{result.lost} landmark(s) are kept, but lie near no known zone", err=True)
    click.echo(f"{result.added} added, {result.updated} updated" + (" (dry run)" if dry_run else ""))
