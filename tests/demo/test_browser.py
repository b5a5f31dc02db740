"""A visit with a real browser: what a newcomer does in his first minute, and nothing red in the console."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.demo.test_run import Running, running

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SECONDS = 1000.0
DESKTOP, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("demo"), "--speed", "60") as demo:
        yield demo


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the console said; nothing, at the end of each visit."""
    said: list[str] = []
    yield said
    assert said == []


@pytest.fixture
def page(chromium: Browser, complaints: list[str], request: pytest.FixtureRequest) -> Iterator[Page]:
    size: ViewportSize = getattr(request, "param", DESKTOP)
    context = chromium.new_context(viewport=size)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda failed: complaints.append(failed.url))
    yield page
    context.close()


def tap(page: Page, phone: str, title: str) -> None:
    page.locator(f"#{phone} .buttons button", has_text=title).last.click()


def test_a_visitor_lives_a_whole_story(page: Page, demo: Running) -> None:
    page.goto(demo.simulator)
    page.locator(".example").first.click()
    tap(page, "client", "OUI")
    expect(page.locator("#status")).to_have_text("en cours", timeout=60 * SECONDS)
    tap(page, "client", "5 - Excellent")
    expect(page.locator("#status")).to_have_text("terminée", timeout=10 * SECONDS)
    expect(page.locator("#client .bubble").last).to_contain_text("Merci pour votre note de 5/5")
    expect(page.locator("#offers .offer[data-status=accepted] meter")).to_have_count(7)
    expect(page.locator("#client .ticks[data-state=read]").first).to_have_text(" ✓✓")
    page.goto(demo.simulator.replace("/simulator", page.locator("#follow").get_attribute("href") or ""))
    expect(page.locator(".head")).to_contain_text("C'est terminé")


def test_a_visitor_takes_a_providers_phone_by_using_it(page: Page, demo: Running) -> None:
    page.goto(f"{demo.simulator}?lang=en")
    robot = page.locator("#provider-3 .robot")
    expect(robot).to_have_text("A robot answers. Replace it")
    page.locator("#provider-3 input").fill("PAUSE")
    page.locator("#provider-3 input").press("Enter")
    expect(robot).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#provider-3 .bubble").last).to_contain_text("DISPO", timeout=10 * SECONDS)
    robot.click()
    expect(robot).to_have_attribute("aria-pressed", "true")


def test_a_pin_and_a_voice_note_are_answered(page: Page, demo: Running) -> None:
    page.goto(demo.simulator)
    page.locator("#client select").select_option(label="Paul")
    expect(page.locator("#client .bubble").first).to_be_visible()
    page.locator("#client .voice").click()
    expect(page.locator("#client .bubble.mine").last).to_contain_text("Message vocal")
    expect(page.locator("#client .bubble").last).to_contain_text("dépanneur", timeout=10 * SECONDS)
    page.locator("#client .pin").click()
    expect(page.locator("#client .bubble.mine").last).to_contain_text("Position partagée")


def test_the_clock_runs_sixty_times_faster(page: Page, demo: Running) -> None:
    page.goto(demo.simulator)
    page.locator("#client select").select_option(label="Brenda")
    expect(page.locator("#code")).to_have_text("MB-6")
    before = seconds_shown(page)
    page.wait_for_timeout(1 * SECONDS)
    assert 45 <= seconds_shown(page) - before <= 180  # a busy machine may look late


def seconds_shown(page: Page) -> int:
    hours, minutes, seconds = page.locator("#clock").inner_text().split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_on_a_small_screen_one_phone_at_a_time(page: Page, demo: Running) -> None:
    page.goto(demo.simulator)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.locator(".tabs a").last.click()
    expect(page.locator("#timeline")).to_be_in_viewport(ratio=0.9)
    expect(page.locator("#client")).not_to_be_in_viewport()
    assert width == PHONE["width"]


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_the_follow_page_fits_a_small_screen(page: Page, demo: Running) -> None:
    page.goto(demo.follow)
    expect(page.locator("h1")).to_contain_text("MB-5")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert page.locator("li").count() >= 6
