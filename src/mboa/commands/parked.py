"""``mboa parked``: what could not be read or heard."""

import click

from mboa.commands.ground import Refused, awaited, read_settings


@click.group(invoke_without_command=True)
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
