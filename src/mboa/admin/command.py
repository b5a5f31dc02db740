"""``mboa admin``: accounts from the command line. The first owner is made here: there is no default account."""

import sys
from collections.abc import Coroutine
from typing import Any

import click

from mboa.storage.admin.accounts import ROLES, Role


@click.group()
def admin() -> None:
    """Accounts of the admin: create one, a link to a new password, an API token.

    Example: mboa admin create awa@example.org --role owner
    """


@admin.command()
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(ROLES), help="what the account may do")
@click.option("--password-stdin", is_flag=True, help="read the password from standard input")
def create(email: str, role: Role, password_stdin: bool) -> None:
    """Create an account; without a password, print a one-time link to choose one.

    Example: mboa admin create awa@example.cm --role owner
    """
    from mboa import accounts

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    url = _done(accounts.create(_settings(), email, role, password))
    click.echo(url or f"{email} is {role}")


@admin.command()
@click.argument("email")
@click.option("--reset-second-factor", "reset", is_flag=True, help="for a phone that is lost")
def link(email: str, reset: bool) -> None:
    """Print a one-time link to a new password, good for 24 hours.

    Example: mboa admin link awa@example.cm --reset-second-factor
    """
    from mboa import accounts

    click.echo(_done(accounts.new_link(_settings(), email, reset=reset)))


@admin.command()
@click.argument("email")
@click.option("--name", required=True, help="what the token is for")
def token(email: str, name: str) -> None:
    """Print an API token, once: Authorization: Bearer … on every /admin URL.

    Example: mboa admin token awa@example.cm --name reports
    """
    from mboa import accounts

    click.echo(_done(accounts.new_token(_settings(), email, name)))


def _settings() -> Any:
    from mboa.commands.ground import read_settings

    return read_settings()


def _done(work: Coroutine[Any, Any, str]) -> str:
    # The command line, which imports this module, is whole only when a command runs.
    from mboa.accounts import NotDone
    from mboa.commands.ground import Refused, awaited

    try:
        return awaited(work)
    except NotDone as error:
        raise Refused(str(error)) from error
