"""Every page below /admin says who may see it, and nobody else does."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import iter_route_contexts

from mboa.admin.desk import Desk
from mboa.admin.doors import add_admin
from mboa.admin.gate import Gate, open_door
from mboa.storage.admin.accounts import ROLES, Role
from mboa.web import create_app
from tests.admin.accounts.people import browser
from tests.admin.stage import at_desk
from tests.city import City

# Open to whoever knocks: they lead in, or are files that every page needs.
OPEN = {"/admin/login", "/admin/login/code", "/admin/link/{token}", "/admin/static/{name}"}
# A stream would not end: its present state is asked for instead.
ONCE = {"/admin/events": {"poll": "true"}}
NOBODYS = "999"
# What everybody may do: for oneself, or under the eyes of the audit log.
OWN = ("/admin/account", "/admin/logout", "/admin/contacts/{contact_id}/reveal", "/admin/requests/filters")
Door = tuple[str, str, list[Role]]


def doors(city: City) -> Iterator[Door]:
    """Method, path and gates of every route below /admin."""
    app = create_app(city.settings, city.mboa.office.store)
    add_admin(app, Desk(city.mboa.office, city.settings, city.mboa.channels))
    for route in iter_route_contexts(app.routes):
        if not (route.path or "").startswith("/admin"):
            continue
        calls = [dependency.call for dependency in route.dependant.dependencies]
        gates = [call.role for call in calls if isinstance(call, Gate)]
        assert gates or open_door in calls, f"{route.path} has no gate and is not marked as open"
        for method in sorted(route.methods or ()):
            yield method, str(route.path), gates


async def test_every_door_has_one_gate_or_is_known_to_be_open(city: City) -> None:
    found = list(doors(city))
    assert len(found) > 20, "the routes must be found for this to mean anything"
    assert {path for _, path, gates in found if not gates} == OPEN
    assert [path for _, path, gates in found if len(gates) > 1] == []


async def test_viewers_change_nothing_but_their_own_and_owners_alone_see_who_is_who(city: City) -> None:
    for method, path, gates in doors(city):
        if path.startswith(("/admin/users", "/admin/audit")):
            assert gates == ["owner"], f"{method} {path}"
        elif method not in {"GET", "HEAD"} and path not in OPEN and not path.startswith(OWN):
            assert gates != ["viewer"], f"{method} {path}"


def guarded(city: City) -> Iterator[tuple[str, str, Role]]:
    """Method, an address, and the least role for it."""
    for method, path, gates in doors(city):
        if gates:
            yield method, re.sub(r"\{\w+\}", NOBODYS, path), gates[0]


async def test_nobody_unknown_comes_in(city: City) -> None:
    async with browser(city) as stranger:
        for method, path, _ in guarded(city):
            answer = await stranger.request(method, path)
            assert (answer.status_code, answer.headers["location"][:12]) == (303, "/admin/login"), f"{method} {path}"
            answer = await stranger.request(method, path, headers={"accept": "application/json"})
            assert answer.status_code == 401, f"{method} {path}"
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["detail"]


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_opens_its_own_doors_and_no_other(city: City, role: Role) -> None:
    async with at_desk(city, role) as office:
        for method, path, least in guarded(city):
            answer = await office.request(method, path, params=ONCE.get(path), json=None if method == "GET" else {})
            allowed = ROLES.index(role) >= ROLES.index(least)
            told = f"{role}: {method} {path} -> {answer.status_code}"
            assert answer.status_code < 500, told
            assert answer.status_code not in ({401} if allowed else range(403)), told
            if not allowed:
                assert answer.status_code == 403, told


async def test_a_wrong_or_revoked_token_is_no_token(city: City) -> None:
    async with at_desk(city, "viewer") as program:
        assert (await program.get("/admin/account")).status_code == 200
        right = program.headers["authorization"]
        for wrong in ("Bearer", "Bearer x", right + "x", right.upper(), "Basic YTpi"):
            assert (await program.get("/admin/account", headers={"authorization": wrong})).status_code == 401, wrong
        assert (await program.get("/admin/account", headers={"authorization": right})).json()["role"] == "viewer"
