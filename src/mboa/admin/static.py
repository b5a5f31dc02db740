"""The admin's one style sheet, one script and one icon: joined, shrunk and named by their content, kept for ever."""

import re
from functools import cache
from hashlib import sha256
from importlib.resources import files

from fastapi.responses import Response
from starlette.exceptions import HTTPException

FOR_EVER = "public, max-age=31536000, immutable"
KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_SPACES = re.compile(r"\s*\n\s*")
_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
_REMARKS = re.compile(r"^//.*\n", re.MULTILINE)
_AROUND = re.compile(r"\s*([{};,>])\s*")


def address_of(kind: str) -> str:
    """Where the joined file of this kind is: its name changes with its content."""
    return f"/admin/static/{sha256(content(kind)).hexdigest()[:10]}.{kind}"


@cache
def content(kind: str) -> bytes:
    """Every file of this kind, joined."""
    folder = files(__package__) / "static"
    found = sorted((one for one in folder.iterdir() if one.name.endswith(f".{kind}")), key=lambda one: one.name)
    text = "\n".join(one.read_text("utf-8") for one in found)
    if kind == "css":
        text = _AROUND.sub(r"\1", _SPACES.sub("\n", _COMMENTS.sub("", text))).replace(";}", "}")
    elif kind == "js":
        text = _REMARKS.sub("", _SPACES.sub("\n", text))
    return text.strip().encode()


async def serve(name: str) -> Response:
    """A file by the name that pages give it; an old name is unknown: its page is old, too."""
    kind = name.rpartition(".")[2]
    if kind not in KINDS or f"/admin/static/{name}" != address_of(kind):
        raise HTTPException(404)
    headers = {"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return Response(content(kind), media_type=KINDS[kind], headers=headers)
