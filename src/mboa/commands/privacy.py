"""``mboa export-data`` and ``mboa forget``: what the law gives a person, for the operator who is asked for it."""

import json

import click

from mboa.channels.numbers import to_e164
from mboa.commands.ground import Refused, awaited, read_settings


def _number(phone: str) -> str:
    number = to_e164(phone)
    if number is None:
        raise click.UsageError(f"{phone!r} is no phone number")
    return number


@click.command("export-data")
@click.argument("phone")
def export_data(phone: str) -> None:
    """Everything held on a person, as JSON on standard output. Works beside a running `mboa serve`.

    Example: mboa export-data "6 99 00 00 01" > mireille.json
    """
    from mboa.rights import Unknown
    from mboa.rights import export_data as collected

    try:
        found = awaited(collected(read_settings(), _number(phone)))
    except Unknown as error:
        raise Refused("nobody with this number is known") from error
    click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=_plain))


@click.command()
@click.argument("phone")
@click.option("--yes", is_flag=True, help="do not ask")
def forget(phone: str, yes: bool) -> None:
    """Erase everything held on a person; totals stay. On SQLite, stop `mboa serve` first (EFFACER needs no stop).

    Example: mboa forget +237699000001
    """
    from mboa.forgetting import OnTheRoster
    from mboa.rights import Unknown
    from mboa.rights import forget as forgotten

    number = _number(phone)
    if not yes:
        click.confirm("Erase everything held on this person? It cannot be undone", abort=True, err=True)
    try:
        awaited(forgotten(read_settings(), number))
    except Unknown as error:
        raise Refused("nobody with this number is known") from error
    except OnTheRoster as error:
        raise Refused("a repairer: take him off the roster in the admin first") from error
    click.echo("erased")


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if hasattr(value, "strftime") else str(value)
