"""Nothing that a message names is fetched: no address in a text, a caption, a card or a picture's own record."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.city import City
from tests.processes import free_port


@pytest.fixture
def listener() -> Iterator[HTTPServer]:
    """A server that notes who comes."""
    seen: list[str] = []

    class Note(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_POST = do_GET  # noqa: N815 - the standard library's names

    server = HTTPServer(("127.0.0.1", free_port()), Note)
    server.seen = seen  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


async def test_no_address_of_a_message_is_visited(city: City, listener: HTTPServer) -> None:
    url = f"http://127.0.0.1:{listener.server_port}/secret"
    picture = {"id": url, "link": url, "url": url, "mime_type": "image/png", "caption": f"voir {url}", "sha256": "x"}
    messages: list[dict[str, Any]] = [
        {"type": "text", "text": {"body": f"fuite à Bonamoussadi, photo ici {url}", "preview_url": True}},
        {"type": "image", "image": picture},
        {"type": "audio", "audio": {**picture, "voice": True}},
        {"type": "document", "document": {**picture, "filename": url}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": url}, "urls": [{"url": url}]}]},
        {"type": "text", "text": {"body": "ok"}, "referral": {"source_url": url, "media_url": url, "image_url": url}},
    ]
    sender = "237677000101"
    for number, message in enumerate(messages):
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "1", "phone_number_id": "1"},
            "contacts": [{"wa_id": sender, "profile": {"name": url}}],
            "messages": [{"from": sender, "id": f"wamid.{number}", "timestamp": "1795420800", **message}],
        }
        await city.post_value(value)
    await city.settle()
    kept = await city.rows("SELECT COUNT(*) AS n FROM v_messages WHERE direction = 'in'")
    assert (kept[0]["n"], listener.seen) == (len(messages), [])  # type: ignore[attr-defined]
