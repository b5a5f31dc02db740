"""A whole system that real browsers talk to: a server on a free port of this machine, its loops turned by hand."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import uvicorn
from pydantic import SecretStr

from mboa.demo.traffic import Stage, stage
from mboa.settings import Settings
from mboa.storage.admin import accounts, sessions, tokens
from mboa.storage.admin.accounts import Account, Language, Role
from mboa.storage.admin.sessions import Client
from mboa.storage.store import Connection, Row
from mboa.wiring import build
from tests.engines import HOUSE_SECRET
from tests.processes import eventually, free_port

T = TypeVar("T")
PATIENCE = 60.0
MIREILLE = "+237677000101"
NEED = "Bonjour, j'ai une fuite sous l'évier à Bonamoussadi, demain matin"
_serial = itertools.count(1)


class House:
    """The demo city behind a real server, in a thread with an event loop of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = Settings(
            _env_file=None,
            channel="simulator",
            data_dir=folder,
            secret_key=SecretStr(HOUSE_SECRET),
            burst_seconds=0,
            quiet_hours="",
            port=self.port,
            base_url=self.url,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._served: Future[None] | None = None
        self.mboa = build(self.settings, frozenset({"web"}))
        self.on: Stage = stage(self.mboa)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this in the server's loop, and wait until it is done."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def __enter__(self) -> "House":
        self._thread.start()
        self.do(self.mboa.start())
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()
        self.do(self.mboa.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def open(self) -> None:
        """Serve, on the port that all links name."""
        config = uvicorn.Config(self.mboa.app, port=self.port, log_level="critical", lifespan="off")
        self.server = uvicorn.Server(config)
        self._served = asyncio.run_coroutine_threadsafe(self.server.serve(), self._loop)
        eventually(lambda: self.server.started, "the house opens")

    def shut(self) -> None:
        """Go away in the middle of everything: whoever listens to a stream is cut off."""
        if self._served is not None:
            self.server.should_exit = self.server.force_exit = True
            self._served.result(PATIENCE)
            self.do(_cut(self.server))
            self._served = None

    def says(self, phone: str, *texts: str) -> None:
        """Somebody writes, and everything that follows happens."""
        self.do(self.on.says(phone, *texts))

    def newcomer(self, name: str) -> str:
        """The phone of somebody whom nobody knows yet."""
        assert self.mboa.double is not None
        phone = f"+23765{next(_serial):07}"
        self.mboa.double.names[phone] = name
        return phone

    def turn(self) -> None:
        """What is due happens."""
        self.do(self.on.turn())

    def change(self, act: Callable[[Connection], T]) -> T:
        """One transaction in the house's rows."""
        return self.do(self._change(act))

    async def _change(self, act: Callable[[Connection], T]) -> T:
        return await self.mboa.office.store.write(act)

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """Ask the database."""
        return self.change(lambda conn: conn.all(sql, **values))

    def one(self, sql: str, **values: Any) -> Any:
        """The one value of the first row."""
        return next(iter(self.rows(sql, **values)[0].values()))

    def program(self, role: Role = "owner") -> httpx2.Client:
        """A program that shows the token of a fresh account of this role."""
        account = self.enter(role).account
        token = self.change(lambda conn: tokens.create(conn, account.id, "browser tests")[1])
        headers = {"accept": "application/json", "authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=self.url, headers=headers, verify=False, timeout=PATIENCE)

    def enter(self, role: Role, language: Language = "fr") -> "Guest":
        """A fresh account of this role, already signed in."""
        email = f"{role}{next(_serial)}@mboa.test"

        def act(conn: Connection) -> Guest:
            account = accounts.create(conn, email, role, language)
            assert account is not None
            client = Client("127.0.0.1", "Chromium")
            return Guest(account, sessions.begin(conn, account.id, client, "open", via="sign-in"))

        return self.change(act)


class Guest:
    """An account, and the secret of its session's cookie."""

    def __init__(self, account: Account, cookie: str) -> None:
        self.account = account
        self.cookie = cookie


async def _cut(server: uvicorn.Server) -> None:
    for connection in list(server.server_state.connections):
        transport = getattr(connection, "transport", None)
        if transport is not None:
            transport.abort()


@contextmanager
def open_house(template: Path, folder: Path) -> Iterator[House]:
    """A house on a copy of a migrated database, in which nothing has happened yet."""
    (folder / "mboa.db").write_bytes(template.read_bytes())
    with House(folder) as house:
        yield house
