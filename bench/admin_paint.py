"""The admin on a bad line: first paint in Chromium at 50 kbit/s with 600 ms to the server, cold and warm."""

import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.report import within
from mboa.admin.gate import COOKIE
from mboa.storage.migrate import migrate
from tests.admin.browser.house import House, open_house
from tests.admin.weight.busy import make_busy

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
LATENCY_MS, BITS_PER_SECOND = 600, 50_000
COLD_SECONDS, WARM_SECONDS = 6.0, 3.0
ROUNDS = 3
PAGES = {"dashboard": "/admin/dashboard", "requests": "/admin/requests"}
# The browser tells of its first paint by an entry of its own, which may come a moment after the page has loaded.
FIRST_PAINT = """() => new Promise(resolve => new PerformanceObserver(list => {
    const found = list.getEntriesByName("first-contentful-paint")[0];
    if (found) resolve(found.startTime);
}).observe({type: "paint", buffered: true}))"""


def run() -> None:
    """Each page in a fresh browser, then once more in the same."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        migrate("sqlite", template)
        place = Path(folder) / "house"
        place.mkdir()
        with open_house(template, place) as house, sync_playwright() as play:
            make_busy(house)
            browser = play.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
            for name, path in PAGES.items():
                _measure(browser, house, name, path)
            browser.close()


def _measure(browser: Browser, house: House, name: str, path: str) -> None:
    rounds = [_visits(browser, house, path) for _ in range(ROUNDS)]
    line = f"{BITS_PER_SECOND // 1000} kbit/s, {LATENCY_MS} ms"
    for way, index, goal in (("cold", 0, COLD_SECONDS), ("warm", 1, WARM_SECONDS)):
        within(f"{name}, first paint, {way}", median(found[index] for found in rounds), goal, "s", line)


def _visits(browser: Browser, house: House, path: str) -> tuple[float, float]:
    """Seconds to the first paint with an empty cache, and again with what the first visit left there."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=house.url)
    context.add_cookies([{"name": COOKIE, "value": house.enter("operator").cookie, "url": f"{house.url}/admin"}])
    page = context.new_page()
    _slow(context, page)
    cold, warm = _paint(page, path), _paint(page, path)
    context.close()
    return cold, warm


def _slow(context: BrowserContext, page: Page) -> None:
    speed = BITS_PER_SECOND / 8
    line = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": speed, "uploadThroughput": speed}
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", line)


def _paint(page: Page, path: str) -> float:
    page.goto(path, wait_until="commit", timeout=60_000)
    milliseconds: float = page.evaluate(FIRST_PAINT)
    page.wait_for_load_state("load")
    page.goto("about:blank")
    return milliseconds / 1000


if __name__ == "__main__":
    run()
