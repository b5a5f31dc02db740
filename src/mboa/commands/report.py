"""What the doctor found, one line each; in colour on a terminal."""

import os
from collections.abc import Mapping, Sequence

import click

from mboa.commands.ground import Refused
from mboa.preflight import Finding, Level

COLOURS: Mapping[Level, str] = {"ok": "green", "warn": "yellow", "FAIL": "red"}


def report(found: Sequence[Finding]) -> None:
    """Print it; raises :class:`Refused` when anything is wrong."""
    for one in found:
        # click takes the colours out again where nobody would see them.
        level = click.style(f"{one.level:<4}", fg=COLOURS[one.level], bold=one.level == "FAIL")
        click.echo(f"{level} {one.name}: {_one_line(one.words)}", color=False if "NO_COLOR" in os.environ else None)
    wrong = [one.name for one in found if one.level == "FAIL"]
    if wrong:
        raise Refused(f"{len(wrong)} thing(s) wrong: {', '.join(dict.fromkeys(wrong))}")


def _one_line(words: str) -> str:
    """Words of strangers (an answer of Meta's, an error of a driver) on one line, with nothing that moves a cursor."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
