"""A send: taken, refused, or nobody knows."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from mboa.channels.base import Outbound, SendFailed
from mboa.channels.whatsapp.errors import OUTCOMES, classify
from mboa.channels.whatsapp.send import WhatsAppChannel

HELLO = Outbound(key="m-1", phone="+237699001122", user_id=None, text="Bonjour Paul", window_open=True)
ACCEPTED = {"messaging_product": "whatsapp", "messages": [{"id": "wamid.OUT"}]}
Handler = Callable[[httpx2.Request], Any]


def send(handler: Handler, message: Outbound = HELLO, total_seconds: float = 5.0) -> str:
    async def run() -> str:
        transport = httpx2.MockTransport(handler)
        channel = WhatsAppChannel(
            "https://graph.example/v23.0/", "106", "t0ken", transport=transport, total_seconds=total_seconds
        )
        try:
            return await channel.send(message)
        finally:
            await channel.close()

    return asyncio.run(run())


def recorded(seen: list[httpx2.Request]) -> Handler:
    def take(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=ACCEPTED)

    return take


def failure(handler: Handler, total_seconds: float = 5.0) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        send(handler, total_seconds=total_seconds)
    return failed.value


def answer(status: int, code: int | None = None, headers: dict[str, str] | None = None) -> SendFailed:
    error = {"error": {"message": "no", "code": code, "error_data": {"details": "why"}}} if code is not None else {}
    return failure(lambda _: httpx2.Response(status, json=error, headers=headers))


def test_one_post_with_the_token_returns_the_id() -> None:
    seen: list[httpx2.Request] = []
    assert send(recorded(seen)) == "wamid.OUT"
    assert str(seen[0].url) == "https://graph.example/v23.0/106/messages"
    assert seen[0].headers["authorization"] == "Bearer t0ken"
    assert json.loads(seen[0].content)["text"]["body"] == "Bonjour Paul"


def test_characters_that_json_cannot_carry_are_replaced() -> None:
    seen: list[httpx2.Request] = []
    send(recorded(seen), replace(HELLO, text="a\ud800\x00"))
    assert json.loads(seen[0].content)["text"]["body"] == "a\ufffd\ufffd"


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (httpx2.ConnectError("refused"), "retry"),
        (httpx2.ConnectTimeout("slow"), "retry"),
        (httpx2.PoolTimeout("busy"), "retry"),
        (httpx2.ReadTimeout("slow"), "unknown"),
        (httpx2.ReadError("reset"), "unknown"),
        (httpx2.WriteError("reset"), "unknown"),
        (httpx2.RemoteProtocolError("closed"), "unknown"),
        (httpx2.DecodingError("gzip"), "unknown"),
        (httpx2.UnsupportedProtocol("ftp"), "account"),
    ],
)
def test_a_lost_connection_is_unsent_or_unknown(raised: Exception, outcome: str) -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise raised

    assert failure(fail).outcome == outcome


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"Bonjour Paul")
    writer.close()


def test_on_a_real_socket_refused_is_unsent_and_hung_up_is_unknown() -> None:
    async def run() -> list[str]:
        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        channel = WhatsAppChannel(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "106", "t0ken")
        outcomes: list[str] = []
        for _ in ("hung up", "refused"):
            with pytest.raises(SendFailed) as failed:
                await channel.send(HELLO)
            outcomes.append(failed.value.outcome)
            server.close()
            await server.wait_closed()
        await channel.close()
        return outcomes

    assert asyncio.run(run()) == ["unknown", "retry"]


def test_an_answer_that_never_comes_is_unknown_in_time() -> None:
    async def silent(_: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(30)
        return httpx2.Response(200, json=ACCEPTED)

    assert failure(silent, total_seconds=0.05).outcome == "unknown"


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"messages":[]}', b'{"messages":[{"id":""}]}', b"7"])
def test_an_acceptance_without_an_id_is_unknown(content: bytes) -> None:
    assert failure(lambda _: httpx2.Response(200, content=content)).outcome == "unknown"


def test_an_endless_answer_is_cut() -> None:
    chunks: list[int] = []

    async def endless() -> Any:
        while len(chunks) < 1_000:
            chunks.append(1)
            yield b" " * 10_000

    assert failure(lambda _: httpx2.Response(200, content=endless())).outcome == "unknown"
    assert len(chunks) < 10


@pytest.mark.parametrize(
    ("status", "code", "outcome", "report"),
    [
        (400, 131047, "window_closed", False),
        (400, 131026, "unreachable", False),
        (400, 131062, "unreachable", False),
        (400, 131050, "unreachable", False),
        (404, 132001, "template", True),
        (400, 132015, "template", True),
        (400, 132999, "template", True),
        (400, 131064, "template", True),
        (401, 190, "account", True),
        (401, 0, "account", True),
        (403, 10, "account", True),
        (403, 253, "account", True),
        (400, 131042, "account", True),
        (429, 130429, "retry", False),
        (400, 80007, "retry", False),
        (400, 4, "retry", False),
        (400, 131056, "retry", False),
        (400, 131048, "retry", True),
        (500, 131000, "retry", False),
        (503, 2, "retry", False),
        (400, 100, "permanent", True),
        (400, 131009, "permanent", True),
        (500, 99999, "retry", False),
        (429, 99999, "retry", False),
        (429, None, "retry", False),
        (408, None, "retry", False),
        (502, None, "unknown", False),
        (500, None, "unknown", False),
        (401, None, "account", True),
        (404, None, "account", True),
        (302, None, "account", True),
        (400, None, "permanent", True),
    ],
)
def test_a_refusal_says_what_to_do(status: int, code: int | None, outcome: str, report: bool) -> None:
    assert classify(status, code) == (outcome, report)
    failed = answer(status, code)
    assert (failed.outcome, failed.report, failed.code) == (outcome, report, code)


def test_only_one_code_closes_the_window() -> None:
    assert [code for code, outcome in OUTCOMES.items() if outcome == "window_closed"] == [131047]
    assert "unknown" not in OUTCOMES.values()


@pytest.mark.parametrize(
    ("status", "code", "header", "seconds"),
    [
        (429, 130429, "17", 17.0),
        (429, None, "17", 17.0),
        (400, 131056, "", 6.0),
        (400, 131056, "30", 30.0),
        (400, 131048, "30", 3_600.0),
        (429, 4, "9999999", 86_400.0),
        (429, 4, "Wed, 21 Oct 2026 07:28:00 GMT", None),
        (400, 131026, "17", None),
    ],
)
def test_a_repeat_waits_as_long_as_meta_asks(status: int, code: int | None, header: str, seconds: float | None) -> None:
    assert answer(status, code, {"Retry-After": header}).retry_after_seconds == seconds


def test_a_refusal_tells_the_details_and_never_the_token() -> None:
    failed = answer(400, 131009)
    assert "why" in str(failed)
    assert "t0ken" not in str(failed)
