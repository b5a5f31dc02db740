"""Whom to believe about who asks: the right-most address that is no trusted proxy's; strangers are never believed."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mboa.operations.addresses import TrustedProxies, is_loopback, network_of
from mboa.settings import Settings
from tests.city import City
from tests.engines import Database, HandClock

PROXIES = TrustedProxies.parse("127.0.0.1, 10.0.0.0/8, ::1")
STRANGER = "41.202.219.1"


def scope(peer: str | None, *forwarded: str, proto: str = "") -> dict[str, Any]:
    """A request over plain HTTP from ``peer``, with these ``X-Forwarded-For`` lines."""
    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    return {"type": "http", "client": peer and (peer, 4000), "scheme": "http", "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", (STRANGER,), STRANGER),
        ("127.0.0.1", (f"1.2.3.4, {STRANGER}",), STRANGER),
        ("127.0.0.1", ("1.2.3.4", STRANGER), STRANGER),
        ("10.1.2.3", (f"6.6.6.6, {STRANGER}, 10.9.9.9",), STRANGER),
        ("::1", ("2001:db8::7",), "2001:db8::7"),
        ("::ffff:127.0.0.1", (f"{STRANGER}:55001",), STRANGER),
        ("127.0.0.1", ("[2001:db8::7]:443",), "2001:db8::7"),
        ("127.0.0.1", ("1.2.3.4, unknown",), "127.0.0.1"),
        ("127.0.0.1", ("10.0.0.7, 10.0.0.8",), "10.0.0.7"),
        (STRANGER, ("127.0.0.1",), STRANGER),
        (STRANGER, ("1.2.3.4",), STRANGER),
    ],
)
def test_who_asks(peer: str, forwarded: tuple[str, ...], client: str) -> None:
    assert PROXIES.seen(scope(peer, *forwarded))["client"][0] == client


@pytest.mark.parametrize(
    ("peer", "proto", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", "https, http", "http"),
        ("127.0.0.1", "gopher", "http"),
        ("127.0.0.1", "", "http"),
        (STRANGER, "https", "http"),
    ],
)
def test_over_what(peer: str, proto: str, scheme: str) -> None:
    assert PROXIES.seen(scope(peer, STRANGER, proto=proto))["scheme"] == scheme


@given(st.lists(st.text(max_size=30).filter(lambda text: text.isprintable()), max_size=5))
def test_no_line_of_a_stranger_makes_him_anybody_else(lines: list[str]) -> None:
    written = [line.encode("utf-8").decode("latin-1") for line in lines]
    seen = TrustedProxies.parse("10.0.0.0/8").seen(scope("41.202.219.1", *written))
    assert seen["client"][0] == STRANGER
    forged = PROXIES.seen(scope("127.0.0.1", *written, STRANGER))
    assert forged["client"][0] == STRANGER


def test_this_machine_is_not_whoever_a_proxy_on_it_speaks_for() -> None:
    nobody_trusted = TrustedProxies.parse("")
    assert is_loopback(nobody_trusted.seen(scope("127.0.0.1")))
    assert not is_loopback(nobody_trusted.seen(scope("127.0.0.1", STRANGER)))
    assert not is_loopback(PROXIES.seen(scope("127.0.0.1", STRANGER)))
    assert not is_loopback(PROXIES.seen(scope(STRANGER, "127.0.0.1")))
    assert not is_loopback(PROXIES.seen(scope(None)))


def test_one_customer_has_64_bits_of_ipv6() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    assert network_of("::ffff:41.202.219.1") == STRANGER


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/99"):
        TrustedProxies.parse("127.0.0.1, 10.0.0.0/99")


async def test_the_audit_names_the_true_address(database: Database, clock: HandClock) -> None:
    city = City(database, clock, trusted_proxies="127.0.0.0/8")
    await city.open()
    sent = {"email": "awa@mboa.test", "password": "not the right one"}
    headers = {"accept": "application/json", "x-forwarded-for": f"6.6.6.6, {STRANGER}"}
    answer = await city.web.post("/admin/login", json=sent, headers=headers)
    rows = await city.rows("SELECT after_json FROM audit")
    await city.close()
    assert (answer.status_code, STRANGER in rows[0]["after_json"], "6.6.6.6" in rows[0]["after_json"]) == (
        401,
        True,
        False,
    )


async def test_a_proxy_that_nobody_named_opens_no_figures(city: City) -> None:
    through = {"x-forwarded-for": STRANGER}
    assert (await city.web.get("/metrics")).status_code == 200
    assert (await city.web.get("/metrics", headers=through)).status_code == 403
    stranger = httpx2.ASGITransport(app=city.mboa.app, client=(STRANGER, 4000))
    async with httpx2.AsyncClient(transport=stranger, base_url="https://mboa.test") as web:
        assert (await web.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"})).status_code == 403


def test_a_start_with_a_wrong_network_says_which(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"10\.0\.0\.0/99"):
        Settings(_env_file=None, data_dir=tmp_path, trusted_proxies="10.0.0.0/99")
