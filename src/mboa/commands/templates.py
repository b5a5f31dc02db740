"""``mboa templates``: the message templates that Meta must have approved before anybody outside his window is asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mboa.commands.ground import Refused, awaited, parsed_settings

if TYPE_CHECKING:
    from mboa.channels.whatsapp.account import Account
    from mboa.channels.whatsapp.comparison import Standing, State
    from mboa.settings import Settings

_COLOURS = {"approved": "green", "waiting": "yellow", "missing": "yellow", "differs": "red", "refused": "red"}


@click.group()
def templates() -> None:
    """The message templates of this version, and those that Meta has.

    Example: mboa templates sync --check
    """


@templates.command()
@click.option("--check", is_flag=True, help="change nothing; exit 1 unless Meta has approved every one as it is here")
@click.option("--edit", is_flag=True, help="change those that differ at Meta, too: they are reviewed again")
def sync(check: bool, edit: bool) -> None:
    """Submit the templates that Meta does not have, and say how every one stands. Nothing is ever deleted.

    Needs MBOA_WHATSAPP_ACCOUNT_ID, and a token with whatsapp_business_management. A template that is edited cannot be
    sent until Meta has approved it again.

    Example: mboa templates sync --check
    """
    from mboa.channels.base import SendFailed

    if check and edit:
        raise click.UsageError("--check changes nothing, --edit does: give one of them")
    settings = parsed_settings()
    needed = {"ACCOUNT_ID": settings.whatsapp_account_id, "TOKEN": settings.whatsapp_token.get_secret_value()}
    for name, value in needed.items():
        if not value:
            raise Refused(f"MBOA_WHATSAPP_{name} is not set: docs/operations.md says where it stands")
    try:
        standings = awaited(_sync(settings, check=check, edit=edit))
    except SendFailed as error:
        raise Refused(str(error)) from error
    _conclude(standings, check=check)


async def _sync(settings: "Settings", *, check: bool, edit: bool) -> "list[Standing]":
    from mboa.channels.whatsapp.account import Account
    from mboa.channels.whatsapp.comparison import compare, strangers
    from mboa.channels.whatsapp.templates import templates as ours

    account = Account(settings.whatsapp_api_base, settings.whatsapp_token.get_secret_value())
    files = list(ours().values())
    try:
        theirs = await account.templates(settings.whatsapp_account_id)
        standings = [
            standing if check else await _put_right(account, settings.whatsapp_account_id, standing, edit=edit)
            for standing in compare(files, theirs)
        ]
    finally:
        await account.close()
    for name in strangers(files, theirs):
        click.echo(f"not ours {name}: left alone")
    return standings


async def _put_right(account: "Account", account_id: str, standing: "Standing", *, edit: bool) -> "Standing":
    """Submit what is missing, edit what differs or was refused if that is wanted; tells it. Raises ``SendFailed``."""
    from dataclasses import replace

    from mboa.channels.whatsapp.comparison import submission

    if standing.state == "missing":
        status, category = await account.submit(account_id, submission(standing.file))
        classed = "" if category in {"", "UTILITY"} else f", classed as {category.lower()}"
        state: State = "refused" if status == "REJECTED" else "waiting"
        standing = replace(standing, state=state, words=f"submitted, {status.lower()}{classed}")
    elif edit and standing.state in {"differs", "refused"} and standing.listed is not None:
        await account.edit(standing.listed.id, submission(standing.file))
        standing = replace(standing, state="waiting", words="edited: Meta reviews it")
    return standing


def _conclude(standings: "Sequence[Standing]", *, check: bool) -> None:
    for one in standings:
        click.echo(f"{click.style(f'{one.state:<8}', fg=_COLOURS[one.state])} {one.title}: {one.words}")
    good = {"approved"} if check else {"approved", "waiting"}
    wrong = [one for one in standings if one.state not in good]
    if wrong:
        names = ", ".join(dict.fromkeys(one.file.name for one in wrong))
        raise Refused(f"{len(wrong)} of {len(standings)} are not as they are here, or not approved: {names}")
