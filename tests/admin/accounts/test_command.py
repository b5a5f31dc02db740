"""``mboa admin``: the first owner is made on the command line."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result

from mboa.accounts import demo_link
from mboa.admin import passwords
from mboa.cli import main
from mboa.storage.admin import accounts, audit, links, tokens
from mboa.storage.sqlite import SqliteStore
from mboa.storage.store import Connection, Store
from tests.admin.accounts.people import AWA, SECRET, browser
from tests.city import City

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MBOA_DATA_DIR", str(tmp_path / "var"))


def admin(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["admin", *arguments], input=text)


def asked(fn: Callable[[Connection], T]) -> T:
    async def ask() -> T:
        store = SqliteStore(Path("var/mboa.db"), read_only=True)
        await store.open()
        try:
            return await store.read(fn)
        finally:
            await store.close()

    return asyncio.run(ask())


def test_without_a_password_a_link_is_printed() -> None:
    done = admin("create", AWA, "--role", "owner")
    base, _, secret = done.stdout.strip().rpartition("/")
    assert (done.exit_code, base) == (0, "http://127.0.0.1:8000/admin/link")
    assert asked(lambda conn: links.good(conn, secret, "password")) == 1
    record = asked(lambda conn: accounts.by_email(conn, AWA))
    assert record is not None
    assert (record.account.role, record.password_hash) == ("owner", None)
    assert [entry.action for entry in asked(lambda conn: audit.page(conn, audit.Filters(), None, 9))] == [
        "account_created"
    ]


def test_a_password_comes_from_standard_input() -> None:
    done = admin("create", AWA, "--role", "operator", "--password-stdin", text=SECRET + "\n")
    assert (done.exit_code, done.stdout) == (0, f"{AWA} is operator\n")
    record = asked(lambda conn: accounts.by_email(conn, AWA))
    assert record is not None
    assert asyncio.run(passwords.is_right(record.password_hash, SECRET))
    assert (record.password_hash or "").startswith("$argon2id$")


@pytest.mark.parametrize(
    ("arguments", "text", "code", "words"),
    [
        (("create", "awa", "--role", "owner"), None, 1, "not an e-mail address"),
        (("create", AWA, "--role", "owner", "--password-stdin"), "court\n", 1, "Too short"),
        (("create", AWA, "--role", "god"), None, 2, "god"),
        (("token", AWA, "--name", "reports"), None, 1, "no open account"),
        (("link", AWA), None, 1, "no open account"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: tuple[str, ...], text: str, code: int, words: str) -> None:
    done = admin(*arguments, text=text)
    assert done.exit_code == code
    assert words in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")


def test_an_address_has_one_account() -> None:
    assert admin("create", AWA, "--role", "owner").exit_code == 0
    again = admin("create", AWA.upper(), "--role", "viewer")
    assert (again.exit_code, "mboa admin link" in again.stderr) == (1, True)


def test_a_token_is_printed_once() -> None:
    admin("create", AWA, "--role", "viewer")
    secret = admin("token", AWA, "--name", "reports").stdout.strip()
    found = asked(lambda conn: tokens.find(conn, secret))
    assert found is not None
    assert (found.account.email, len(secret)) == (AWA, 43)


def test_a_new_link_for_whoever_lost_his_phone() -> None:
    admin("create", AWA, "--role", "owner")
    secret = admin("link", AWA, "--reset-second-factor").stdout.strip().rpartition("/")[2]
    assert asked(lambda conn: links.good(conn, secret, "password")) == 1


async def test_the_demos_link_enters_as_its_owner(city: City) -> None:
    store: Store = city.mboa.office.store
    for _ in range(2):
        url = await store.write(demo_link, city.settings.base_url)
        async with browser(city) as visitor:
            assert (await visitor.get(url)).headers["location"] == "/admin/dashboard"
            assert "demo@mboa.test" in (await visitor.get("/admin/users")).text
