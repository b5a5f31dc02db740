"""A browser, a house to visit with it, and an ear for everything that the browser complains about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

from mboa.admin.gate import COOKIE
from mboa.storage.admin.accounts import Language, Role
from tests.admin.browser.house import Guest, House, open_house
from tests.admin.browser.past import full_past

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DESKTOP, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)
# Whatever the content security policy refuses becomes a complaint on the console.
WATCH = """document.addEventListener("securitypolicyviolation",
    event => console.error("policy: " + event.violatedDirective + " " + event.blockedURI))"""

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the browser nothing here can be shown."""
    if not CHROMIUM.exists():
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=f"{CHROMIUM} is not installed"))


@pytest.fixture(scope="session")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo city with a full past, for all visits of the session."""
    with open_house(sqlite_template, tmp_path_factory.mktemp("house")) as house:
        full_past(house)
        yield house


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for one file only: open, its event loop runs in this thread, and other tests need their own."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Complaints:
    """What the browser did not like. ``expected`` are the refusals that a story is about, by their status."""

    said: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def listen(self, page: Page) -> None:
        """Hear everything that goes wrong on this page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("requestfailed", self._failed)

    def _console(self, message: ConsoleMessage) -> None:
        if not any(f"with a status of {status} " in message.text for status in self.expected):
            self.said.append(message.text)

    def _failed(self, request: Request) -> None:
        # What was still on its way when one left the page, the browser itself has given up.
        if request.failure != "net::ERR_ABORTED":
            self.said.append(f"{request.url} {request.failure}")


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Nothing may be left unsaid at the end of a visit: no error, no refusal by the policy, no request that failed."""
    complaints = Complaints()
    yield complaints
    assert complaints.said == []


@pytest.fixture
def visit(chromium: Browser, house: House, complaints: Complaints) -> Iterator[Visit]:
    """Come in as somebody, on some screen; without a role: before the login."""
    contexts = []

    def come(role: Role | None = "operator", language: Language = "fr", **how: object) -> Page:
        at = how.pop("at", house)
        assert isinstance(at, House)
        known: dict[str, object] = {"viewport": DESKTOP, "base_url": at.url, "locale": f"{language}-CM", **how}
        context = chromium.new_context(**known)  # type: ignore[arg-type]
        contexts.append(context)
        if role is not None:
            let_in(context, at, at.enter(role, language))
        if not how.get("bypass_csp"):
            context.add_init_script(WATCH)
        context.set_default_timeout(20_000)
        page = context.new_page()
        complaints.listen(page)
        return page

    yield come
    for context in contexts:
        context.close()


def let_in(context: object, house: House, guest: Guest) -> None:
    """Give a browser the cookie of a session."""
    cookie = {"name": COOKIE, "value": guest.cookie, "url": f"{house.url}/admin"}
    context.add_cookies([cookie])  # type: ignore[attr-defined]
