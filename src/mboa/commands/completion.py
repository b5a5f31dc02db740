"""``mboa completion``: what makes a shell complete our commands."""

import click
from click.shell_completion import get_completion_class

from mboa.commands.ground import Refused

VARIABLE = "_MBOA_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes mboa's commands and options in a shell.

    Example: mboa completion bash > ~/.local/share/bash-completion/completions/mboa
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise Refused(f"nothing is known of the shell {shell}")
    click.echo(kind(context.find_root().command, {}, "mboa", VARIABLE).source())
