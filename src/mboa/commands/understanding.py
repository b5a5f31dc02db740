"""``mboa understand``: the offline understanding, without a database."""

import json
import sys
from typing import Any

import click

from mboa.commands.ground import Refused

EXPECTING = ("service", "place", "problem", "time", "confirmation", "rating", "offer_answer")


@click.command()
@click.argument("text", required=False)
@click.option("--jsonl", is_flag=True, help='read {"text": …} lines from standard input')
def understand(text: str | None, jsonl: bool) -> None:
    """What the offline understanding makes of a message, as JSON.

    Example: mboa understand "fuite d'eau à Makepe demain matin"
    """
    if jsonl == (text is not None):
        raise click.UsageError("give a TEXT, or --jsonl with lines on standard input")
    if text is not None:
        click.echo(json.dumps(_read(text, None), ensure_ascii=False))
        return
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if line.strip():
            click.echo(json.dumps(_understood(line, number), ensure_ascii=False))


def _read(text: str, expecting: Any) -> dict[str, Any]:
    from mboa.understanding.report import as_json
    from mboa.understanding.understand import understand as read

    return as_json(read(text, expecting))


def _understood(line: bytes, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8", "replace"))
        text, expecting = row["text"], row.get("expecting")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Refused(f"line {number}: not an object with a text") from error
    if not isinstance(text, str) or expecting not in {None, *EXPECTING}:
        raise Refused(f"line {number}: text must be a string, expecting one of {', '.join(EXPECTING)}")
    answer = _read(text, expecting)
    return {"id": row["id"], **answer} if "id" in row else answer
