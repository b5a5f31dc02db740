"""What was taught, as files for the repository: lines of the lexicon, and test cases."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.responses import Response

from mboa.admin.desk import AtDesk
from mboa.admin.gate import Viewer
from mboa.admin.page import HEADERS
from mboa.admin.review_words import read_again
from mboa.channels.numbers import blanked
from mboa.storage import learned
from mboa.storage.admin.unsure import with_reading
from mboa.storage.blur import GONE
from mboa.storage.store import Row
from mboa.understanding.gazetteer import city_of


def as_toml(rows: list[Row]) -> str:
    """The lessons as the lexicon's own lists, each under the file that it belongs to."""
    lists: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in rows:
        lists[_place_of(row)].append(row["phrase"])
    parts, file = [], ""
    for (name, section, key), phrases in sorted(lists.items()):
        parts += [f"# {name}"] if name != file else []
        file = name
        parts.append(f"[{section}]\n{key} = [{', '.join(_quoted(phrase) for phrase in phrases)}]\n")
    text = "\n".join(parts)
    tomllib.loads(text)
    return text


def _place_of(row: Row) -> tuple[str, str, str]:
    """File, section and list of a lesson."""
    if row["kind"] == "place":
        return f"{city_of(row['meaning']) or 'douala'}.toml", f"zones.{row['meaning']}", "aliases"
    return ("trades.toml" if row["meaning"] == "other" else "services.toml"), row["meaning"], row["kind"]


def _quoted(phrase: str) -> str:
    # The words of a lesson are letters alone.
    return f'"{phrase}"'


def cases(rows: list[Row]) -> Iterator[dict[str, Any]]:
    """A test case for each lesson: the message that it came from as it is read now, or the bare phrase."""
    for row in rows:
        known = row["text"] not in {None, "", GONE}
        told = with_reading({**row} if known else {"text": row["phrase"], "understood_json": None})
        read = read_again(told)
        yield {
            "text": blanked(told["text"]),
            **({"expecting": told["understood"]["expecting"]} if told["understood"].get("expecting") else {}),
            "intent": read.intent,
            "service": read.service,
            "place": blanked(read.place.text) if read.place else None,
            "time": blanked(read.time.text) if read.time else None,
            "language": read.language,
        }


async def toml(desk: AtDesk, _me: Viewer) -> Response:
    """Lines for ``understanding/lexicon``."""
    rows = await desk.office.store.read(learned.everything)
    return _file(as_toml(rows).encode(), "application/toml", "learned.toml")


async def jsonl(desk: AtDesk, _me: Viewer) -> Response:
    """Lines for the golden file; phone numbers are blanked."""
    rows = await desk.office.store.read(learned.everything)
    lines = b"".join(orjson.dumps(case) + b"\n" for case in cases(rows))
    return _file(lines, "application/x-ndjson", "learned.jsonl")


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def add_files(made: APIRouter) -> None:
    """The two doors."""
    made.add_api_route("/admin/review.toml", toml, methods=["GET"], response_model=None)
    made.add_api_route("/admin/review.jsonl", jsonl, methods=["GET"], response_model=None)
