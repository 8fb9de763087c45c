"""General-purpose EC2 machine types, for nodes without GPUs: vCPUs, memory and processor of each.

As of 2026-11-21. Source: the instance table of moto 5.2.5, which is AWS's own answer to
DescribeInstanceTypes; a test compares each. Bare metal is left out: it takes ten minutes and more to start,
and system nodes gain nothing by it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

from environments.diagnostics import Problem
from environments.section import refused

AS_OF: Final = date(2026, 11, 21)

Arch = Literal["x86_64", "arm64"]
Ami = Literal["AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD"]

_FAMILIES: Final = """
# family  arch    GiB/vCPU  vCPUs of its sizes
m5        x86_64  4         2 4 8 16 32 48 64 96
m6i       x86_64  4         2 4 8 16 32 48 64 96 128
m6a       x86_64  4         2 4 8 16 32 48 64 96 128 192
m6g       arm64   4         1 2 4 8 16 32 48 64
m7i       x86_64  4         2 4 8 16 32 48 64 96 192
m7i-flex  x86_64  4         2 4 8 16 32 48 64
m7a       x86_64  4         1 2 4 8 16 32 48 64 96 128 192
m7g       arm64   4         1 2 4 8 16 32 48 64
m8i       x86_64  4         2 4 8 16 32 48 64 96 128 192 384
m8a       x86_64  4         1 2 4 8 16 32 48 64 96 192
m8g       arm64   4         1 2 4 8 16 32 48 64 96 192
m9g       arm64   4         1 2 4 8 16 32 48 64 96 192
c6i       x86_64  2         2 4 8 16 32 48 64 96 128
c6a       x86_64  2         2 4 8 16 32 48 64 96 128 192
c6g       arm64   2         1 2 4 8 16 32 48 64
c7i       x86_64  2         2 4 8 16 32 48 64 96 192
c7a       x86_64  2         1 2 4 8 16 32 48 64 96 128 192
c7g       arm64   2         1 2 4 8 16 32 48 64
c8i       x86_64  2         2 4 8 16 32 48 64 96 128 192 384
c8g       arm64   2         1 2 4 8 16 32 48 64 96 192
r6i       x86_64  8         2 4 8 16 32 48 64 96 128
r6a       x86_64  8         2 4 8 16 32 48 64 96 128 192
r6g       arm64   8         1 2 4 8 16 32 48 64
r7i       x86_64  8         2 4 8 16 32 48 64 96 192
r7a       x86_64  8         1 2 4 8 16 32 48 64 96 128 192
r7g       arm64   8         1 2 4 8 16 32 48 64
r8i       x86_64  8         2 4 8 16 32 48 64 96 128 192 384
r8g       arm64   8         1 2 4 8 16 32 48 64 96 192
"""
"""A size is named after its vCPUs: 1 is `medium`, 2 `large`, 4 `xlarge`, 8 `2xlarge`, 16 `4xlarge`, ..."""

_BURSTABLE: Final = """
# type      arch    vCPU  GiB
t3.medium   x86_64  2     4
t3.large    x86_64  2     8
t3.xlarge   x86_64  4     16
t3.2xlarge  x86_64  8     32
t3a.medium  x86_64  2     4
t3a.large   x86_64  2     8
t3a.xlarge  x86_64  4     16
t3a.2xlarge x86_64  8     32
t4g.medium  arm64   2     4
t4g.large   arm64   2     8
t4g.xlarge  arm64   4     16
t4g.2xlarge arm64   8     32
"""
"""Smaller ones are left out: they hold eleven pods or fewer."""

_SIZES: Final = {1: "medium", 2: "large", 4: "xlarge"}


@dataclass(frozen=True, slots=True)
class NodeType:
    """One machine type without GPUs."""

    name: str
    """The EC2 instance type: `m7i.large`."""
    arch: Arch
    vcpus: int
    memory_gib: int

    @property
    def ami(self) -> Ami:
        """The AMI type of a node group of it."""
        return "AL2023_ARM_64_STANDARD" if self.arch == "arm64" else "AL2023_x86_64_STANDARD"


def node_type(name: str) -> NodeType:
    """The machine type of that name; refuses one that is not in the table, with the nearest names."""
    if name not in NODE_TYPES:
        detail = f"`{name}` is not among the general-purpose machine types (table of {AS_OF})."
        raise refused(Problem.MACHINE, detail, _nearest(name))
    return NODE_TYPES[name]


def _nearest(name: str) -> str:
    if near := difflib.get_close_matches(name.lower(), NODE_TYPES, n=3, cutoff=0.6):
        return f"write one of {', '.join(near)}."
    return "write a general-purpose EC2 instance type, for example m7i.large or m7g.large."


def _rows(table: str) -> Iterator[list[str]]:
    return (line.split() for line in table.splitlines() if line and not line.startswith("#"))


def _arch(text: str) -> Arch:
    return "arm64" if text == "arm64" else "x86_64"


def _all() -> Iterator[NodeType]:
    for family, arch, gib, *sizes in _rows(_FAMILIES):
        for vcpus in map(int, sizes):
            size = _SIZES.get(vcpus, f"{vcpus // 4}xlarge")
            yield NodeType(f"{family}.{size}", _arch(arch), vcpus, vcpus * int(gib))
    for name, arch, vcpus, gib in _rows(_BURSTABLE):
        yield NodeType(name, _arch(arch), int(vcpus), int(gib))


NODE_TYPES: Final[Mapping[str, NodeType]] = MappingProxyType({each.name: each for each in _all()})
"""Every machine type of the table by its name."""
