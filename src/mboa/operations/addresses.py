"""Who really asks, and over what: the one place that decides whom to believe about it.

Behind a proxy every connection comes from the proxy, which tells in ``X-Forwarded-For`` and ``X-Forwarded-Proto`` whom
it speaks for. Anybody can write such a line: it counts only from an address that the settings trust, and of several
addresses the right-most that is not itself trusted, for what stands left of it was written by that very stranger.
"""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Scope = MutableMapping[str, Any]
Address = IPv4Address | IPv6Address
# By these a proxy tells that it is one.
FORWARDING = frozenset({b"x-forwarded-for", b"x-forwarded-proto", b"x-real-ip", b"forwarded"})
UNPROVEN = "mboa.unproven"


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The networks whose word about their clients is taken."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "TrustedProxies":
        """``MBOA_TRUSTED_PROXIES``: addresses and networks, by commas; raises ``ValueError`` naming a wrong one."""
        return cls(tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()))

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self.networks)

    def seen(self, scope: Scope) -> Scope:
        """The ASGI scope with its true ``client`` and ``scheme``; marked when somebody untrusted claims to forward."""
        forwarded = [(name, value) for name, value in scope["headers"] if name in FORWARDING]
        if not forwarded:
            return scope
        peer = read_address(scope["client"][0]) if scope.get("client") else None
        if peer is None or peer not in self:
            return {**scope, UNPROVEN: True}
        client = self._client(peer, _values(forwarded, b"x-forwarded-for"))
        schemes = _values(forwarded, b"x-forwarded-proto")
        scheme = schemes[-1].lower() if schemes and schemes[-1].lower() in {"http", "https"} else scope["scheme"]
        return {**scope, "client": (str(client), 0), "scheme": scheme}

    def _client(self, peer: Address, told: list[str]) -> Address:
        client = peer
        for text in reversed(told):
            address = read_address(text)
            if address is None:
                break  # no address: whoever wrote it is the last one that is known
            client = address
            if client not in self:
                break
        return client


def _values(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    """Every value of a header, also of one that comes in several lines, from left to right."""
    lines = [value.decode("latin-1") for name, value in headers if name == wanted]
    return [part.strip() for part in ",".join(lines).split(",") if part.strip()]


def read_address(text: str) -> Address | None:
    """An address, with or without a port; IPv4 written as IPv6 is IPv4. ``None`` when it is none."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(host: str) -> str:
    """By what a client is counted: its address; of IPv6 the network of 64 bits, which is what one customer is given."""
    address = read_address(host)
    if address is None:
        return host
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def is_loopback(scope: Scope) -> bool:
    """Whether a program on this machine asks for itself, and not a proxy on it for somebody unknown."""
    address = read_address(scope["client"][0]) if scope.get("client") else None
    return address is not None and address.is_loopback and UNPROVEN not in scope
