"""A first environment file from a few answers, checked before there is a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, Final

from environments.check import check
from environments.clouds import NONE
from environments.compose import compose
from environments.diagnostics import Diagnostic, InvalidEnvironment
from environments.load import load
from environments.network import OwnNetwork
from environments.regions import REGIONS, zone_count
from environments.rendering import inline
from environments.source import SourceFile, SourceMap

_ZONES: Final = 3
_REPOSITORIES: Final = ["serving", "training"]
_BLOCKS: Final = tuple(IPv4Network((f"10.{second}.0.0", 14)) for second in range(20, 256, 4))
"""Blocks for four regions each, from which a free one is proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person has to decide; every other setting has a safe default. The defaults here are examples."""

    name: str = "example"
    cloud: str = "aws"
    account: str = "123456789012"
    """Counts for `aws` only."""

    owner: str = "ml-platform@example.com"
    data_class: str = "confidential"
    region: str = "us-east-1"
    replicas: tuple[str, ...] = ()
    cidr: str = "10.20.0.0/14"
    connectivity: str = "connected"
    mirror: str = "registry.corp.example"
    """Counts for `airgap` only."""

    cluster: str = "none"
    """`eks` or `none`."""

    kubeconfig: str = "kubeconfig"
    """With `context` and `delivery` it counts where there is no cloud."""

    context: str = "on-prem"
    delivery: str = "direct"
    admin: str | None = None
    """ARN of the role that administers the cluster."""

    gpu: str | None = None
    """Machine type of a first GPU pool."""

    gpu_nodes: str = "0..2"


def file_text(answers: Answers) -> str:
    """The file. It extends nothing, so it can be read, moved and sent as it is."""
    lines = [
        f"# All settings, with their defaults: `provisioner show {answers.name}`",
        *(f"{name}: {inline(value)}" for name, value in _settings(answers)),
    ]
    return "\n".join(lines) + "\n"


def problems(answers: Answers, file: Path) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with what `file` would hold; none for a valid environment."""
    written = file_text(answers)
    settings, found = compose(SourceFile(file, written), written)
    refused = check(SourceMap(settings))[1] if settings else []
    return (*found, *refused)


def free_block(folder: Path) -> str:
    """A private block that no environment in the folder uses: two that overlap can never be joined."""
    used = [block for file in sorted(folder.glob("*.y*ml")) for block in _blocks_of(file)]
    free = (block for block in _BLOCKS if not any(block.overlaps(other) for other in used))
    return str(next(free, _BLOCKS[0]))


def _blocks_of(file: Path) -> Iterator[IPv4Network]:
    try:
        network = load(file).environment.network
    except InvalidEnvironment:  # or a part that others extend
        return
    if isinstance(network, OwnNetwork):
        yield network.cidr


def _settings(answers: Answers) -> Iterator[tuple[str, Any]]:
    yield "name", answers.name
    yield "cloud", answers.cloud
    if answers.cloud == "aws":
        yield "account", {"id": answers.account}
    yield "owner", answers.owner
    yield "data_class", answers.data_class
    yield "region", answers.region
    if answers.replicas:
        yield "replicas", list(answers.replicas)
    yield "connectivity", _connectivity(answers)
    if answers.cloud == NONE:
        existing = {"kubeconfig": answers.kubeconfig, "context": answers.context}
        yield "cluster", {"kind": "existing", **existing}
        yield "delivery", answers.delivery
    else:
        yield from _on_aws(answers)


def _on_aws(answers: Answers) -> Iterator[tuple[str, Any]]:
    yield "network", {"cidr": answers.cidr, "zones": _zones(answers)}
    yield "registry", {"repositories": _REPOSITORIES}
    if answers.cluster != "none":
        access = [{"role": answers.admin, "level": "admin"}] if answers.admin else []
        yield "cluster", {"kind": answers.cluster, **({"access": access} if access else {})}
    if answers.gpu:
        yield "gpu_pools", [{"name": "gpu", "profile": answers.gpu, "nodes": answers.gpu_nodes}]


def _connectivity(answers: Answers) -> dict[str, str]:
    mirror = {"mirror": answers.mirror} if answers.connectivity == "airgap" else {}
    return {"kind": answers.connectivity, **mirror}


def _zones(answers: Answers) -> int:
    regions = [region for region in (answers.region, *answers.replicas) if region in REGIONS]
    return min((_ZONES, *map(zone_count, regions)))
