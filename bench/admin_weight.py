"""The admin's weight on the wire, byte by byte: each page of a busy city as a browser that takes Brotli gets it."""

import tempfile
from pathlib import Path

import httpx2

from bench.report import within
from mboa.storage.migrate import migrate
from tests.admin.browser.house import open_house
from tests.admin.weight.busy import make_busy
from tests.admin.weight.test_weight import COLD, PAGE_AND_STYLE, PAGES, SCRIPT, WARM, browser, parts, weigh

KB = 1024


def run() -> None:
    """Bytes of bodies alone: headers and TLS come to every site."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        migrate("sqlite", template)
        place = Path(folder) / "house"
        place.mkdir()
        with open_house(template, place) as house:
            make_busy(house)
            with browser(house, "owner") as client:
                _weigh_all(client)


def _weigh_all(client: httpx2.Client) -> None:
    shared = {kind: weigh(client, path) for kind, path in parts(client).items()}
    raw = len(client.get(parts(client)["js"]).content)
    within("style sheet", shared["css"], 4 * KB, "bytes", "once for all pages")
    within("script, as it is", raw, SCRIPT, "bytes", f"{shared['js']} bytes compressed, once for all pages")
    pages = {path: weigh(client, f"/admin/{path}") for path in PAGES}
    for path, size in sorted(pages.items(), key=lambda page: -page[1]):
        within(path, size, WARM, "bytes", f"with style {size + shared['css']}, cold {size + sum(shared.values())}")
    heaviest = max(pages.values())
    within("the heaviest, with its style", heaviest + shared["css"], PAGE_AND_STYLE, "bytes")
    within("the heaviest, cold", heaviest + sum(shared.values()), COLD, "bytes")


if __name__ == "__main__":
    run()
