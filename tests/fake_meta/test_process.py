"""``mboa fake-meta`` as an outsider runs it: over sockets, with a bot that fails, and with answers that never come."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import orjson
import pytest
from click.testing import CliRunner

from mboa.channels.whatsapp.webhook import parse, verify
from mboa.cli import main
from tests.fake_meta.stage import MIREILLE, PAUL, offer, statuses, words
from tests.processes import eventually, free_port

SECRET = "the-bot's-secret"
TOKEN = {"authorization": "Bearer token"}


class Bot(ThreadingHTTPServer):
    """A bot's webhook: keeps every body and answers as it was told to, with 200 at the end."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Ear)
        self.bodies: list[bytes] = []
        self.signatures: list[str | None] = []
        self.answers: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_port}/webhooks/whatsapp"

    def texts(self) -> list[str]:
        """The words it was told of, in order."""
        return [message.text for body in self.bodies for message in parse(body).messages]

    def statuses(self) -> list[str]:
        """The statuses it was told of, in order."""
        return [status for body in self.bodies for status in statuses(body)]


class Ear(BaseHTTPRequestHandler):
    server: Bot

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.server.signatures.append(self.headers["x-hub-signature-256"])
        self._answer(self.server.answers.pop(0) if self.server.answers else 200, b"")

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        known = asked["hub.verify_token"] == ["verify"]
        self._answer(200 if known else 403, asked["hub.challenge"][0].encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def bot() -> Iterator[Bot]:
    with Bot() as bot:
        thread = threading.Thread(target=bot.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield bot
        bot.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def double() -> Iterator[httpx2.Client]:
    """A process for all stories of this file: each sets the profile and the webhook that it needs."""
    port = free_port()
    command = [sys.executable, "-m", "mboa", "fake-meta", "--port", str(port), "--seed", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port} with the profile calm" in process.stdout.readline().decode()
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, headers=TOKEN) as client:
            yield client
        process.terminate()
        assert process.wait(10) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def meta(double: httpx2.Client, bot: Bot) -> httpx2.Client:
    """The process, calm again, with its webhooks going to this story's bot."""
    double.post("/profile", json={"name": "lenient", "status_seconds": [0, 0]})
    subscribed = double.post("/webhook", json={"url": bot.url, "app_secret": SECRET, "verify_token": "verify"})
    assert subscribed.json() == {"url": bot.url}
    return double


def send(meta: httpx2.Client, payload: dict[str, Any], **options: Any) -> httpx2.Response:
    """What a business does."""
    return meta.post("/v23.0/1/messages", json=payload, **options)


def newest(meta: httpx2.Client) -> dict[str, Any]:
    """The last entry of the log."""
    entry: dict[str, Any] = meta.get("/log").json()[-1]
    return entry


def test_a_conversation_with_a_bot(meta: httpx2.Client, bot: Bot) -> None:
    meta.post(f"/phones/{MIREILLE}/messages", json={"text": "Fuite à Makepe", "name": "Mireille"})
    eventually(lambda: bot.texts() == ["Fuite à Makepe"], "the bot hears Mireille")
    assert all(verify(body, sign, [SECRET]) for body, sign in zip(bot.bodies, bot.signatures, strict=True))
    assert send(meta, words(MIREILLE)).status_code == 200
    eventually(lambda: {"sent", "delivered"} <= set(bot.statuses()), "its answer is delivered")
    assert meta.get(f"/phones/{MIREILLE}").json()["messages"][-1]["text"] == "Bonjour"
    assert [status["status"] for status in newest(meta)["statuses"]][:2] == ["sent", "delivered"]


def test_a_failing_bot_is_told_again(meta: httpx2.Client, bot: Bot) -> None:
    meta.post("/profile", json={"retry_first_seconds": 0.05})
    bot.answers = [503, 500]
    meta.post(f"/phones/{PAUL}/messages", json={"text": "DISPO"})
    eventually(lambda: bot.texts() == ["DISPO"] * 3, "the bot hears Paul at last")
    eventually(lambda: meta.get("/webhooks").json()["waiting"] == 0, "nothing is left to tell")
    told = meta.get("/webhooks").json()["deliveries"][-3:]
    assert [(one["attempt"], one["status"]) for one in told] == [(1, 503), (2, 500), (3, 200)]


def test_a_bot_that_is_away_hears_after_a_week_of_trying(meta: httpx2.Client, bot: Bot) -> None:
    meta.post("/webhook", json={"url": f"http://127.0.0.1:{free_port()}/"})
    meta.post(f"/phones/{PAUL}/messages", json={"text": "allô ?"})
    eventually(lambda: meta.get("/webhooks").json()["deliveries"][-1]["status"] == 0, "nobody answers")
    meta.post("/webhook", json={"url": bot.url, "app_secret": SECRET})
    meta.post("/clock", json={"advance_seconds": 6 * 86_400})
    eventually(lambda: bot.texts() == ["allô ?"], "the bot hears it after all")


def test_a_bot_that_fails_the_handshake_is_not_subscribed(meta: httpx2.Client, bot: Bot) -> None:
    asked = {"url": bot.url, "app_secret": SECRET, "verify_token": "guessed"}
    assert meta.post("/webhook", json=asked).status_code == 409


def test_a_reset_comes_after_the_message_was_taken(meta: httpx2.Client, bot: Bot) -> None:
    meta.post("/profile", json={"reset": 1.0})
    with pytest.raises(httpx2.NetworkError):
        send(meta, offer())
    entry = newest(meta)
    assert (entry["status"], entry["fate"]) == (200, "reset")
    eventually(lambda: "delivered" in bot.statuses(), "the status clears it up")


def test_an_unknown_outcome_may_stay_unknown(meta: httpx2.Client, bot: Bot) -> None:
    meta.post("/profile", json={"reset": 1.0, "statuses_after_lost": 0.0})
    with pytest.raises(httpx2.NetworkError):
        send(meta, offer())
    assert meta.get("/webhooks").json()["waiting"] == 0
    assert (newest(meta)["statuses"], bot.statuses()) == ([], [])


def test_a_lost_request_was_never_read(meta: httpx2.Client) -> None:
    meta.post("/profile", json={"lost": 1.0})
    before = meta.get(f"/phones/{PAUL}").json()["received"]
    with pytest.raises(httpx2.NetworkError):
        send(meta, offer())
    assert (newest(meta)["status"], newest(meta)["fate"]) == (0, "lost")
    assert meta.get(f"/phones/{PAUL}").json()["received"] == before


def test_half_an_answer(meta: httpx2.Client) -> None:
    meta.post("/profile", json={"cut": 1.0})
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending complete"):
        send(meta, offer())
    assert (newest(meta)["status"], newest(meta)["fate"]) == (200, "cut")


def test_an_answer_at_a_few_bytes_a_second(meta: httpx2.Client) -> None:
    meta.post("/profile", json={"slow": 1.0, "slow_bytes_per_second": 500.0})
    with meta.stream("POST", "/v23.0/1/messages", json=offer()) as answer:
        pieces = list(answer.iter_raw())
    assert len(pieces) > 20
    assert orjson.loads(b"".join(pieces))["messages"][0]["id"] == newest(meta)["message_id"]
    meta.post("/profile", json={"slow_bytes_per_second": 1.0})
    with pytest.raises(httpx2.ReadTimeout):
        send(meta, offer(), timeout=0.3)


@pytest.mark.parametrize(
    ("knob", "status", "taken", "after"),
    [("error", 503, 0, None), ("error_after", 500, 1, None), ("throttled", 429, 0, "5")],
)
def test_refusals_before_and_after(meta: httpx2.Client, knob: str, status: int, taken: int, after: str | None) -> None:
    meta.post("/profile", json={knob: 1.0})
    before = meta.get(f"/phones/{PAUL}").json()["received"]
    answer = send(meta, offer())
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, after)
    assert meta.get(f"/phones/{PAUL}").json()["received"] - before == taken
    assert newest(meta)["fate"] == knob


def test_latency(meta: httpx2.Client) -> None:
    meta.post("/profile", json={"answer_seconds": [0.3, 0.4]})
    assert send(meta, offer()).elapsed.total_seconds() >= 0.3


def test_a_port_in_use_is_one_clear_line(meta: httpx2.Client) -> None:
    port = str(meta.base_url.port)
    command = [sys.executable, "-m", "mboa", "fake-meta", "--port", port]
    ended = subprocess.run(command, capture_output=True, timeout=30)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.startswith(f"Error: port {port} cannot be used".encode())


def test_the_help_shows_an_example() -> None:
    shown = CliRunner().invoke(main, ["fake-meta", "--help"])
    assert shown.exit_code == 0
    assert "Example: mboa fake-meta --profile douala" in shown.output
