"""``make screenshots``: every page of the admin in a running demo, on a desk, on a phone and in the dark."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
OUT = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
LINK = re.compile(r"http://\S+/admin/link/\S+")
VIEWS = {
    "desk": {"viewport": {"width": 1180, "height": 760}, "color_scheme": "light"},
    "phone": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1180, "height": 760}, "color_scheme": "dark"},
}
# A page's name, and where it is: an address, or the link on another page that leads to it.
PAGES = {
    "dashboard": "/admin/dashboard",
    "requests": "/admin/requests",
    "request": ("/admin/requests?status=completed", "a.go"),
    "conversations": "/admin/conversations",
    "conversation": ("/admin/conversations?side=client", "a.go"),
    "parked": "/admin/parked",
    "review": "/admin/review",
    "providers": "/admin/providers",
    "provider": ("/admin/providers", "a.go"),
    "provider-new": "/admin/providers/new",
    "providers-import": "/admin/providers/import",
    "analytics": "/admin/analytics",
    "metrics": "/admin/metrics",
    "users": "/admin/users",
    "account": "/admin/account",
    "audit": "/admin/audit",
}


@contextmanager
def demo() -> Iterator[str]:
    """A demo of its own; the address that signs in once."""
    with tempfile.TemporaryDirectory(prefix="mboa-screenshots-") as folder:
        command = [str(Path(sys.executable).with_name("mboa")), "demo", "--port", "0"]
        environment = {**os.environ, "MBOA_DATA_DIR": folder, "PYTHONUNBUFFERED": "1"}
        running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        try:
            assert running.stdout is not None
            yield next(found[0] for line in running.stdout if (found := LINK.search(line)))
        finally:
            running.terminate()
            running.wait(20)


def signed_in(browser: Browser, link: str) -> dict[str, object]:
    """Come in by the link, as a person does; what the browser then knows."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.wait_for_url("**/admin/dashboard*")
    state = context.storage_state()
    context.close()
    return {"storage_state": state, "base_url": link.partition("/admin/")[0]}


def show(page: Page, where: str | tuple[str, str]) -> None:
    """Go there."""
    if isinstance(where, str):
        page.goto(where)
        return
    page.goto(where[0])
    page.goto(str(page.locator(where[1]).first.get_attribute("href")))


def main() -> None:
    """All of them, anew."""
    OUT.mkdir(parents=True, exist_ok=True)
    with demo() as link, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        known = signed_in(browser, link)
        for view, how in VIEWS.items():
            context = browser.new_context(**known, **how)  # type: ignore[arg-type]
            page = context.new_page()
            for name, where in PAGES.items():
                show(page, where)
                page.wait_for_timeout(300)
                page.screenshot(path=OUT / f"{name}.{view}.png")
            context.close()
        browser.close()
    print(f"{len(PAGES) * len(VIEWS)} pictures in {OUT.relative_to(OUT.parents[1])}")  # noqa: T201


if __name__ == "__main__":
    main()
