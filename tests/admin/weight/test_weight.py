"""What a visit costs on the wire, as a browser that takes Brotli gets it from a real server: lists are 25 rows long."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import httpx2
import pytest

from mboa.admin.gate import COOKIE
from mboa.demo import city
from mboa.storage.admin.accounts import Role
from tests.admin.browser.house import NEED, House, open_house
from tests.admin.weight.busy import awake, make_busy

KB = 1024
PAGE_AND_STYLE, COLD, WARM, EVENT = 10 * KB, 14 * KB, 6 * KB, 400
SCRIPT, STYLE = 2048, 4 * KB
PAGES = (
    *("dashboard", "requests", "requests?status=open", "requests/1?find=e", "requests/2?find=e", "conversations"),
    *("conversations/1", "conversations/50", "misread", "parked", "providers", "providers/1", "providers/1/edit"),
    *("providers/new", "providers/1?service=plumbing&zone=bonamoussadi", "providers/import", "analytics"),
    *("analytics?days=7", "metrics", "users", "users/1", "audit", "account", "requests/999999"),
)
LISTS = ("requests", "conversations", "providers", "audit")


@pytest.fixture(scope="module")
def busy(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(sqlite_template, tmp_path_factory.mktemp("busy")) as house:
        make_busy(house)
        yield house


@pytest.fixture(scope="module")
def client(busy: House) -> Iterator[httpx2.Client]:
    with browser(busy, "owner") as client:
        yield client


def browser(house: House, role: Role) -> httpx2.Client:
    """What asks for pages as a browser does, and does not unpack what it weighs."""
    headers = {"accept": "text/html,*/*;q=0.8", "accept-encoding": "br"}
    cookies = {COOKIE: house.enter(role).cookie}
    return httpx2.Client(base_url=house.url, headers=headers, cookies=cookies, verify=False, timeout=30)


def weigh(client: httpx2.Client, path: str) -> int:
    """Bytes of a body as they travel."""
    with client.stream("GET", path) as answer:
        assert answer.status_code in {200, 404}, path
        return sum(len(part) for part in answer.iter_raw())


def parts(client: httpx2.Client) -> dict[str, str]:
    """The style sheet, the script and the icon that pages ask for."""
    page = client.get("/admin/dashboard").text
    return {
        kind: found[0] for kind in ("css", "js", "svg") if (found := re.findall(rf"/admin/static/\w+\.{kind}", page))
    }


def test_no_page_is_heavy(client: httpx2.Client) -> None:
    pages = {path: weigh(client, f"/admin/{path}") for path in PAGES}
    assert {path: size for path, size in pages.items() if size > WARM} == {}
    weights = {kind: weigh(client, path) for kind, path in parts(client).items()}
    assert max(pages.values()) + weights["css"] <= PAGE_AND_STYLE
    assert max(pages.values()) + sum(weights.values()) <= COLD
    assert len(weights) == 3


def test_lists_are_full(client: httpx2.Client) -> None:
    rows = {path: client.get(f"/admin/{path}").text.count("<tr") - 1 for path in (*LISTS, "misread")}
    assert rows == dict.fromkeys(rows, 25)


def test_style_and_script_stay_small(client: httpx2.Client) -> None:
    found = parts(client)
    assert weigh(client, found["css"]) <= STYLE
    assert len(client.get(found["js"]).content) <= SCRIPT


def test_what_never_changes_is_asked_for_once(client: httpx2.Client) -> None:
    for path in parts(client).values():
        assert "immutable" in client.get(path).headers["cache-control"]
        assert "max-age=31536000" in client.get(path).headers["cache-control"]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_that_did_not_change_costs_nothing(client: httpx2.Client, path: str) -> None:
    mark = client.get(f"/admin/{path}").headers["etag"]
    again = client.get(f"/admin/{path}", headers={"if-none-match": mark})
    assert (again.status_code, again.content) == (304, b"")


def test_a_live_event_is_a_few_words(sqlite_template: Path, tmp_path: Path) -> None:
    """A request is confirmed in a quiet city: figures, funnel, goal, and the offer's whole row change at once."""
    with open_house(sqlite_template, tmp_path) as house:
        awake(house)
        house.says("+237677123450", NEED, "oui")
        with browser(house, "owner") as client, client.stream("GET", stream_of(client), timeout=20) as answer:
            assert answer.headers["content-encoding"] == "br"
            chunks, text = answer.iter_raw(), brotli.Decompressor()
            while b"beat" not in text.process(next(chunks)):
                pass
            house.says("+237677123456", NEED, "oui")
            size, told = 0, ""
            while "id: " not in told:
                event = next(chunks)
                size, told = size + len(event), told + text.process(event).decode()
    assert "Sollicité" in told
    assert "f-confirmed" in told
    assert size <= EVENT


def test_what_happens_to_a_request_comes_in_small_parcels(sqlite_template: Path, tmp_path: Path) -> None:
    """Paul takes it: its state, its facts, and five lines of its story, two of them letters."""
    with open_house(sqlite_template, tmp_path) as house:
        awake(house)
        house.says("+237677123456", NEED, "oui")
        with browser(house, "owner") as client, client.stream("GET", stream_of(client, "requests/1")) as answer:
            chunks, text, sizes, told = answer.iter_raw(), brotli.Decompressor(), [0], ""
            while b"beat" not in text.process(next(chunks)):
                pass
            house.says(paul_of(house), "OUI")
            while "<p>OUI" not in told or "id: " not in told:
                chunk = next(chunks)
                told += text.process(chunk).decode()
                sizes.append(len(chunk))
    assert "Numéros échangés" in told
    assert max(sizes) <= EVENT
    assert sum(sizes) <= COLD // 10


def paul_of(house: House) -> str:
    """The phone of whoever is asked about the one request."""
    name = house.one("SELECT p.name FROM offers o JOIN providers p ON p.id = o.provider_id")
    return next(entry.phone for entry in city.entries() if entry.name == name)


def stream_of(client: httpx2.Client, page: str = "dashboard") -> str:
    """The address of a page's stream."""
    return unescape(re.findall(r'data-live="([^"]+)"', client.get(f"/admin/{page}").text)[0])
