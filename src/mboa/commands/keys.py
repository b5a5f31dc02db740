"""``mboa keys``: changing the secret that everything at rest is sealed with."""

from typing import Any

import click


@click.group()
def keys() -> None:
    """The secret key: what is sealed with an old one is sealed anew.

    Example: mboa keys rotate
    """


@keys.command()
def rotate() -> None:
    """Seal everything with the first key of MBOA_SECRET_KEY; the others may be dropped afterwards.

    Set MBOA_SECRET_KEY=old,new on every process and start them anew, then new,old, then run this; it may be stopped and
    run again at any time. With PostgreSQL the system goes on working meanwhile, with SQLite it is stopped for it.

    Example: MBOA_SECRET_KEY=new,old mboa keys rotate
    """
    from mboa.commands.ground import awaited, read_settings
    from mboa.rotation import rotate as everything

    done = awaited(everything(read_settings(), _say))
    click.echo(f"{done.resealed} sealed anew with the key {done.name}; {_kept(done)}")


def _say(table: str, column: str, resealed: int) -> None:
    click.echo(f"{table}.{column}: {resealed}", err=True)


def _kept(done: Any) -> str:
    return f"{done.dropped} old key(s) may be dropped" if done.dropped else "no other key was in use"
