"""Whatever is sent to the admin, by the book of its OpenAPI description or against every rule: never a 5xx."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.admin.browser import past
from tests.admin.browser.house import House, open_house

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
UNSAFE = ("post", "put", "patch", "delete")
EXAMPLES = 20
# A stream has no end. A body is sent to the others as they are.
ENDLESS = "/admin/events"
PROVIDER = {
    "name": "Paul",
    "phone": "+237699009900",
    "services": ["plumbing"],
    "zones": ["akwa"],
    "hours": "07:00-19:00",
}
# By the end of an address: a body that could be taken, one field of which is then spoilt.
BODIES: dict[str, dict[str, Any]] = {
    "/status": {"reason": "r", "version": 1, "status": "pending", "provider_id": 1, "once": "a"},
    "/assign": {"reason": "r", "version": 1, "provider_id": 1},
    "/offer": {"reason": "r", "provider_id": 1},
    "/offer-again": {"reason": "r"},
    "/cancel": {"reason": "r", "version": 1},
    "/undo": {"reason": "r"},
    "/bulk": {
        "action": "cancel",
        "ids": [1],
        "all": False,
        "query": "status=open",
        "reason": "r",
        "confirm": True,
        "newest": 1,
        "total": 1,
        "after": "",
        "tally": "done:1,",
        "once": "b",
    },
    "/filters": {"name": "n", "query": "status=open"},
    "/providers": {**PROVIDER, "capacity": 2, "latitude": 4.05, "longitude": 9.7, "available": True, "once": "c"},
    "/providers/{provider_id}": {**PROVIDER, "version": 1, "active": True, "capacity": 1},
    "/providers/import": {"csv": "name;phone;services;zones\n", "confirm": "1", "once": "d"},
    "/blocks": {"client": "15"},
    "/takeover": {"on": True, "instead_of": "a@b.cm"},
    "/messages": {"text": "t", "template": "", "parameters": {"code": "x"}, "seen": 1, "once": "e"},
    "/misread": {"intent": "other", "service": "plumbing", "place": "Akwa", "note": "n"},
    "/users": {"email": "x@mboa.test", "role": "viewer", "language": "fr", "once": "f"},
    "/users/{account_id}": {"role": "viewer", "active": True},
    "/link": {"reset": True, "once": "g"},
    "/language": {"language": "fr"},
    "/password": {"current": "x", "password": "y"},
    "/tokens": {"name": "n", "once": "h"},
    "/two-factor": {"code": "123456"},
    "/codes": {"code": "123456"},
    "/off": {"code": "123456"},
    "/login": {"email": "nobody@mboa.test", "password": "p", "next": "/admin"},
    "/login/code": {"code": "123456", "next": "/"},
    "/link/{token}": {"password": "p"},
}
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        0,
        2**31,
        2**63,
        2**64,
        1.5,
        "",
        " ",
        "\0",
        "a\0b",
        "x" * 100_000,
        "\u202e\ufeff\U0001f6b0",
        "é" * 5_000,
    ),
    *(
        [],
        ["a", 1, None],
        [[]] * 50,
        {},
        {"a": {"b": {"c": []}}},
        "'; DROP TABLE requests; --",
        "%s%n{0}{{x}}",
        "9" * 400,
    ),
)
RAW = (
    *(b"", b"null", b"[]", b"7", b'"text"', b"{", b"nonsense", b"\xff\xfe\x00", b'{"reason": "\\ud800"}', b"NaN"),
    *(b"[" * 50_000, b'{"a":' * 50_000, b"9" * 5_000, b'{"version": 1e999}', b'{"reason": ' + b"9" * 400 + b"}"),
    *(b'{"a": 1, "a": 2}', b"\xef\xbb\xbf{}", b"{}" * 2),
)
FORMS = (b"reason=%00&version=%ff", b"reason=a&reason=b&version=1&version=2", b"=&&==&%", b"a" * 100_000, b"\xff=\xff")
UPLOAD = b"--x\r\nContent-Disposition: form-data; name=reason; filename=a\r\n\r\nz\r\n--x--\r\n"
TYPES = ("multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "application/json; charset=utf-16", "")


@pytest.fixture(scope="module")
def target(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that may be ruined."""
    with open_house(sqlite_template, tmp_path_factory.mktemp("target")) as house:
        past.full_past(house)
        yield house


@pytest.fixture(scope="module")
def description(target: House) -> dict[str, Any]:
    """The admin's OpenAPI, as a program reads it."""
    with target.program("viewer") as viewer:
        told: dict[str, Any] = viewer.get("/admin/openapi.json").json()
    return told


def doors(description: dict[str, Any]) -> list[tuple[str, str]]:
    """Method and address of every door that changes something."""
    return [(method, path) for path, known in description["paths"].items() for method in known if method in UNSAFE]


def with_ids(path: str, number: int) -> str:
    """An address with an id that somebody has."""
    parts = (str(number) if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


def knock(house: House, method: str, path: str, bodies: list[tuple[bytes, str]], accept: str = "*/*") -> list[str]:
    """Send all of these as an owner; which of them were answered with 5xx."""
    failed = []
    with house.program("owner") as desk:
        desk.headers["accept"] = accept
        for number, (content, kind) in enumerate(bodies):
            headers = {"content-type": kind} if kind else {}
            status = answered(desk, method, with_ids(path, number % 12 + 1), {"content": content, "headers": headers})
            if status >= 500:
                failed.append(f"{method} {path} {kind} {content[:160]!r}: {status}")
    return failed


def answered(desk: httpx2.Client, method: str, path: str, sent: dict[str, Any]) -> int:
    """The status of the answer; 599 when the line was cut instead."""
    try:
        return desk.request(method, path, **sent).status_code
    except httpx2.TransportError:
        return 599


def spoilt(path: str, kind: str) -> list[tuple[bytes, str]]:
    """The good body of this address, each of its fields in turn replaced by what nobody expects there."""
    ends = [end for end in BODIES if path.endswith(end)]
    good = BODIES[max(ends, key=len)] if ends else {}
    bodies = [good, *({**good, name: value} for name in good for value in VALUES)]
    if kind == JSON:
        return [(json.dumps(body).encode(), kind) for body in bodies]
    texts = (
        str(httpx2.QueryParams(body)) for body in bodies if all(isinstance(one, str | int) for one in body.values())
    )
    return [(text.encode("utf-8", "replace"), kind) for text in texts]


def test_every_door_has_its_good_body(description: dict[str, Any]) -> None:
    known = {end for _, path in doors(description) for end in BODIES if path.endswith(end)}
    assert known == set(BODIES)
    assert len(doors(description)) > 40


@pytest.mark.parametrize(("accept", "kind"), [(JSON, JSON), ("text/html", FORM)], ids=["program", "browser"])
def test_no_spoilt_field_breaks_a_door(target: House, description: dict[str, Any], accept: str, kind: str) -> None:
    said = [knock(target, method, path, spoilt(path, kind), accept) for method, path in doors(description)]
    assert [one for part in said for one in part] == []


def test_no_nonsense_breaks_a_door(target: House, description: dict[str, Any]) -> None:
    nonsense = [(raw, JSON) for raw in RAW] + [(raw, FORM) for raw in FORMS]
    nonsense += [(content, kind) for kind in TYPES for content in (UPLOAD, b"", b"{}")]
    assert [one for method, path in doors(description) for one in knock(target, method, path, nonsense)] == []


def test_the_description_is_kept(target: House, description: dict[str, Any]) -> None:
    """What schemathesis makes of the description: twenty tries for each operation, always the same ones."""
    schema = schemathesis.openapi.from_dict(description)
    failed: list[str] = []
    for found in schema.get_all_operations():
        operation = cast("Any", found).ok()
        if operation.path != ENDLESS:
            failed += tried(target, operation)
    assert failed == []


def tried(house: House, operation: Any) -> list[str]:
    """Which of an operation's examples were answered with 5xx."""
    failed = []
    with house.program("owner") as desk:
        headers = {"authorization": desk.headers["authorization"]}

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def try_it(case: Any) -> None:
            answer = case.call(base_url=house.url, headers=headers)
            if answer.status_code >= 500:
                failed.append(f"{case.method} {case.formatted_path} {case.query} {case.body!r}: {answer.status_code}")

        try_it()
    return failed
