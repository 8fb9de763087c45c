"""Which hosts are this machine, so that what is said to them passes through no network."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host is this machine. Not all resolvers know that every name below `localhost` is."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
