"""Blocks of addresses."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

Network = IPv4Network | IPv6Network

PRIVATE: Final[tuple[Network, ...]] = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)
"""What the internet does not route. Source: IANA, IPv4 and IPv6 Special-Purpose Address Registries."""

_OWN: Final = {4: 24, 6: 48}
"""The widest block that counts as somebody's own: a /24, or a site in IPv6 (RFC 6177)."""


def network(block: str) -> Network | None:
    """The block of a text such as `10.0.0.0/8`; None if it is none."""
    try:
        return ip_network(block, strict=False)
    except ValueError:
        return None


def is_inside(block: str, others: tuple[Network, ...] = PRIVATE) -> bool:
    """Whether all addresses of a block are in one of the others; a text that is no block is outside."""
    found = network(block)
    match found:
        case IPv4Network():
            return any(isinstance(other, IPv4Network) and found.subnet_of(other) for other in others)
        case IPv6Network():
            return any(isinstance(other, IPv6Network) and found.subnet_of(other) for other in others)
        case None:
            return False


def is_open(block: str) -> bool:
    """Whether a block has public addresses of more than one owner; a text that is no block may have any."""
    found = network(block)
    return found is None or (not is_inside(block) and found.prefixlen < _OWN[found.version])
