"""What is inside an air gap: addresses, hosts, registries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import ip_network
from typing import Final
from urllib.parse import urlsplit

from policies.addresses import PRIVATE, Network, is_inside, network
from policies.scene import Facts, Scene

INTERNAL: Final = (".svc", ".cluster.local", ".internal", ".localhost", ".home.arpa")
"""Ends of names that no public server answers to. Sources: Kubernetes, "DNS for Services and Pods"; ICANN's
reservation of `.internal` (2024); RFC 6761, RFC 8375."""

_AWS: Final = re.compile(r"(^|\.)(?P<region>[a-z]{2}(-[a-z]+)+-\d)\.(.+\.)?(amazonaws\.com(\.cn)?|api\.aws)$")
"""A service of AWS in one region. It is reached through an endpoint or not at all: AG-007's matter."""

_ECR: Final = re.compile(
    r"^(?P<account>\d{12})\.dkr[.-]ecr\.(?P<region>[a-z0-9-]+)\.(amazonaws\.com(\.cn)?|on\.aws)$"
)

PUBLIC_HOSTS: Final = (
    "api.wandb.ai",
    "conda.anaconda.org",
    "crates.io",
    "docker.io",
    "files.pythonhosted.org",
    "gcr.io",
    "ghcr.io",
    "github.com",
    "githubusercontent.com",
    "gitlab.com",
    "huggingface.co",
    "mcr.microsoft.com",
    "ngc.nvidia.com",
    "nvcr.io",
    "proxy.golang.org",
    "public.ecr.aws",
    "pypi.org",
    "quay.io",
    "registry.k8s.io",
    "registry.npmjs.org",
    "repo.anaconda.com",
)
"""Where ML software is fetched from: ways out also where no scheme is written (as of 2026-11-21)."""

_URL: Final = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<rest>[^\s\"'<>`,;|\\]+)", re.IGNORECASE)
_BARE: Final = re.compile(
    r"(?<![\w./@-])([\w-]+\.)*(" + "|".join(map(re.escape, PUBLIC_HOSTS)) + r")(?![\w-]|\.\w)", re.IGNORECASE
)
_CODE: Final = re.compile(r"(?<![\w.])git@(?P<host>[\w.-]+):", re.IGNORECASE)

_HUBS: Final = {"hf", "gs", "gcs", "az", "abfs", "abfss", "wasb", "wasbs", "azureml", "ngc"}
"""Schemes of public stores, whatever stands behind them."""

_HERE: Final = {"file", "unix", "npipe", "pvc", "k8s", "data", "urn", "arn", "local", "mem", "sqlite"}
"""Schemes of what is on the machine, or in the cluster."""


@lru_cache
def blocks(boundary: tuple[str, ...]) -> tuple[Network, ...]:
    """Every block of addresses inside: what the environment names, and what the internet does not route."""
    return (*filter(None, map(network, boundary)), *PRIVATE)


def holds(facts: Facts, block: str, but: Iterable[str] = ()) -> bool:
    """Whether all addresses of a block, but those of some blocks in it, are inside."""
    return all(is_inside(str(each), blocks(facts.boundary)) for each in _without(block, but))


def _without(block: str, but: Iterable[str]) -> Iterator[Network | str]:
    """What is left of a block. What is no block is answered as it is: it is inside nothing."""
    whole = network(block)
    if whole is None:
        yield block
        return
    left: list[Network] = [whole]
    for hole in filter(None, map(network, but)):
        left = [part for each in left for part in _minus(each, hole)]
    yield from left


def _minus(block: Network, hole: Network) -> Iterable[Network]:
    # The two kinds of networks exclude only their own kind, and the types do not say which is which.
    if block.version != hole.version or not block.overlaps(hole):  # type: ignore[arg-type]
        return (block,)
    if is_inside(str(block), (hole,)):
        return ()
    return block.address_exclude(hole)  # type: ignore[arg-type]


def is_own_registry(facts: Facts, host: str) -> bool:
    """Whether a host is the mirror, or the registry of this account in one of its regions."""
    if facts.mirror and host == facts.mirror:
        return True
    ecr = _ECR.match(host)
    return bool(
        ecr and ecr["region"] in facts.regions and (not facts.account or ecr["account"] == facts.account)
    )


def has_host(scene: Scene, host: str, allowed: Iterable[str] = ()) -> bool:
    """Whether a host is inside; `allowed` are further hosts, or ends of hosts that begin with a dot."""
    facts, name = scene.facts, host.lower().rstrip(".")
    if _is_address(name):
        return _is_here(name) or holds(facts, name)
    if "." not in name or name.endswith(INTERNAL) or name == facts.mirror.partition(":")[0]:
        return True
    aws = _AWS.search(name)
    if aws:
        return aws["region"] in facts.regions
    return any(_is_or_ends(name, each.lower()) for each in (*allowed, *scene.once(_private_zones)))


def _is_or_ends(name: str, end: str) -> bool:
    return name == end.lstrip(".") or (end.startswith(".") and name.endswith(end))


def _is_here(address: str) -> bool:
    """Whether a program means its own machine, or listens for whoever comes."""
    found = ip_network(address)
    return found.is_loopback or found.is_unspecified


def _is_address(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _private_zones(scene: Scene) -> tuple[str, ...]:
    zones = [each for each in scene.of("aws:route53/zone:Zone") if each.peek("vpcs")]
    names = [each.peek("name") for each in zones]
    return tuple(f".{name.rstrip('.')}" for name in names if isinstance(name, str) and name)


def leads_out(scene: Scene, text: str, allowed: Iterable[str] = ()) -> bool:
    """Whether a text, such as a setting or a script, names what is outside: by URL, or as a known host."""
    names = tuple(allowed)
    urls = [(found["scheme"].lower(), found["rest"]) for found in _URL.finditer(text)]
    hosts = [
        *(found[0] for found in _BARE.finditer(text)),
        *(found["host"] for found in _CODE.finditer(text)),
    ]
    return any(_url_leads_out(scene, scheme, rest, names) for scheme, rest in urls) or any(
        not has_host(scene, host, names) for host in hosts
    )


def _url_leads_out(scene: Scene, scheme: str, rest: str, allowed: tuple[str, ...]) -> bool:
    kind = scheme.partition("+")[2] or scheme  # `git+https`
    if kind in _HERE:
        return False
    if kind in _HUBS:
        return True
    if kind == "s3":
        return not _has_bucket(scene, rest.partition("/")[0], allowed)
    try:
        host = urlsplit(f"//{rest}").hostname
    except ValueError:
        return True
    return bool(host) and not has_host(scene, host or "", allowed)


def _has_bucket(scene: Scene, name: str, allowed: tuple[str, ...]) -> bool:
    return name in allowed or name in scene.once(_buckets)


def _buckets(scene: Scene) -> frozenset[str]:
    found = [name for each in scene.of("aws:s3/bucket:Bucket") for name in (each.peek("bucket"), each.id)]
    return frozenset(name for name in found if isinstance(name, str))
