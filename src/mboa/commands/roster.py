"""``mboa providers``: the roster in and out as CSV."""

from pathlib import Path

import click

from mboa.commands.ground import Refused, awaited, read_settings
from mboa.commands.progress import Ticking


@click.group()
def providers() -> None:
    """Bring providers in and out as CSV.

    Example: mboa providers export > providers.csv
    """


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
    work = import_csv(read_settings(), text, dry_run=dry_run, watched=lambda rows: Ticking(rows, "providers"))
    result = awaited(work)
    for problem in result.problems:
        click.echo(problem, err=True)
    if result.problems:
        raise Refused(f"{len(result.problems)} line(s) refused, nothing was changed")
    click.echo(f"{result.added} added, {result.updated} updated" + (" (dry run)" if dry_run else ""))


@providers.command("export")
def export_providers() -> None:
    """Write every provider as CSV to standard output.

    Example: mboa providers export > providers.csv
    """
    from mboa.roster import export

    click.echo(awaited(export(read_settings())), nl=False)
