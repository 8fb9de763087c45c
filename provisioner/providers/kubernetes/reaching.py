"""What to say when an API server does not answer, and how a private one is reached from elsewhere."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from provisioner.providers.kubernetes.kubeconfig import Access

UNREACHABLE: Final = "ClusterUnreachable"
"""The code of a refusal because no API server answers: a plan goes on without it."""

_EKS: Final = ".eks.amazonaws.com"
_SOCKS: Final = "socks5://127.0.0.1:1080"


def cannot_reach(access: Access, error: object) -> str:
    """Why a cluster could not be asked, and the ways there are to it."""
    parts = urlsplit(access.server)
    host, port = parts.hostname or access.server, parts.port or 443
    told = f"the API server of context `{access.context}` does not answer at {access.server}: {why(error)}"
    if access.proxy:
        return f"{told}. It was tried through the proxy {access.proxy}; is that running?"
    if proxy := proxy_around(access.server):
        return (
            f"{told}. It was tried through the proxy {proxy}, which is set for all programs here"
            f" (`{parts.scheme}_proxy`); if it is not for this server, add `{host}` to `no_proxy`"
        )
    if not is_private(host):
        return told
    return f"{told}. {access.way_in or way_to(host, port)}"


def why(error: object) -> str:
    """What went wrong with a connection, as the system says it and not as a library wraps it."""
    cause = error
    while isinstance(cause, BaseException) and cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, TimeoutError):
        return "timed out"
    return str((cause.strerror if isinstance(cause, OSError) else "") or error)


def is_private(host: str) -> bool:
    """Whether a host is in a private network, as far as its name says; nothing is asked of it."""
    try:
        addresses = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except OSError:
        # The name of a private interface of EKS is known in its network only.
        return host.endswith(_EKS)
    return all(_is_inside(address) for address in addresses)


def proxy_around(server: str) -> str:
    """The proxy that is set here for all programs, if it is for this server; never for this machine itself.

    By Go's rules (`golang.org/x/net/http/httpproxy`), so that `helm` and `kubectl` go the same way: networks
    may be left out, too.
    """
    parts = urlsplit(server)
    host = parts.hostname or ""
    if not host or host == "localhost" or _is_left_out(host) or proxy_bypass(host):
        return ""
    around = getproxies()
    return around.get(parts.scheme) or around.get("all") or ""


def _is_left_out(host: str) -> bool:
    """Whether an address is this machine's, or in a network that `no_proxy` names."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    said = (each.strip() for each in getproxies().get("no", "").split(","))
    return address.is_loopback or any(address in each for each in _networks(said))


def _networks(said: Iterable[str]) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for each in said:
        with suppress(ValueError):
            yield ipaddress.ip_network(each, strict=False)


def _is_inside(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    return found.is_private and not found.is_loopback


def way_to(host: str, port: int) -> str:
    """How a private address is reached from outside its network, with what to type."""
    told = _BY_SSH
    if host.endswith(_EKS):
        told += _BY_SSM.format(host=host, port=port)
    return told


_BY_SSH: Final = f"""\
That address is private: it answers inside its network, and where a VPN, Direct Connect or peering leads to
it. From anywhere else go through a host inside:

  ssh -N -D 1080 HOST

and give the cluster `proxy-url: {_SOCKS}` in the kubeconfig."""

_BY_SSM: Final = """
Without SSH, an instance that SSM manages will do:

  aws ssm start-session --target INSTANCE \
--document-name AWS-StartPortForwardingSessionToRemoteHost \
--parameters host={host},portNumber={port},localPortNumber=8443

with `server: https://127.0.0.1:8443` and `tls-server-name: {host}` in the kubeconfig."""
