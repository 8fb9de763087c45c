"""GPU machines on offer: what each has, how it is bought, and what it needs to run on EKS.

As of 2026-11-21. The figures and their sources are in `gpu_tables.py`, one machine a line. Here:
- MIG profiles: EKS user guide, page on Multi-Instance GPU; NVIDIA mig-parted v0.15.0. Those of B300 are
  NVIDIA's first ones (GPU Operator 25.10). The guide names the largest g7 and g7e; smaller ones have the
  same GPU. GB200 has none: its driver manages the memory coherently (CDMM), which switches MIG off (the
  guide on UltraServers).
- Driver branches: the lists of supported devices in awslabs/amazon-eks-ami of 2026-07-23
  (`nvidia-open-supported-devices-*.txt`), the earliest branch that names the GPU; 580 for GB200 because of
  CDMM. `doc/usage/g7-ami.md` there says that 595 is too new for fractional L4s, and for EFA on GB200.
- AMI types: EKS user guide, accelerated AMIs. They ship driver 580, so g7 needs an AMI of one's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal

from environments.gpu_tables import NEURON, NVIDIA

AS_OF: Final = date(2026, 11, 21)

PRICES_AS_OF: Final = date(2026, 7, 20)

Vendor = Literal["nvidia", "aws"]
Arch = Literal["x86_64", "arm64"]
Ami = Literal["AL2023_x86_64_NVIDIA", "AL2023_ARM_64_NVIDIA", "AL2023_x86_64_NEURON"]
Purchase = Literal["on_demand", "spot", "capacity_block"]

MIG_PROFILES: Final[Mapping[tuple[str, int], Mapping[str, int]]] = {
    ("a100", 40960): {"1g.5gb": 7, "1g.10gb": 4, "2g.10gb": 3, "3g.20gb": 2, "4g.20gb": 1, "7g.40gb": 1},
    ("a100", 81920): {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1},
    ("h100", 81920): {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1},
    ("h200", 144384): {"1g.18gb": 7, "1g.35gb": 4, "2g.35gb": 3, "3g.71gb": 2, "4g.71gb": 1, "7g.141gb": 1},
    ("b200", 183359): {"1g.23gb": 7, "1g.45gb": 4, "2g.45gb": 3, "3g.90gb": 2, "4g.90gb": 1, "7g.180gb": 1},
    ("b300", 275040): {"1g.34gb": 7, "1g.67gb": 4, "2g.67gb": 3, "3g.135gb": 2, "4g.135gb": 1, "7g.269gb": 1},
    ("rtx-pro-server-6000", 98304): {"1g.24gb": 4, "2g.48gb": 2, "4g.96gb": 1},
    ("rtx-pro-4500", 32768): {"1g.16gb": 2, "2g.32gb": 1},
}
"""GPU and its memory in MiB -> profile -> how many of it one GPU holds."""

_MIN_DRIVER: Final[Mapping[str, int]] = {
    "h200": 560,
    "b200": 570,
    "rtx-pro-server-6000": 575,
    "b300": 580,
    "gb200": 580,
    "rtx-pro-4500": 595,
}
"""GPU -> first driver branch that knows it; every branch still supplied knows what is not here."""

_AMI_DRIVER: Final = 580
"""The branch in EKS's accelerated AMIs (580.159 since v20260714)."""

_ARM: Final = frozenset({"g5g", "p6e-gb200"})
_ULTRASERVERS: Final = frozenset({"p6e-gb200", "trn2u"})
_SOLD: Final[Mapping[str, Purchase]] = {"o": "on_demand", "s": "spot", "c": "capacity_block"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuProfile:
    """One machine type with GPUs, or with AWS's own accelerators."""

    name: str
    """The EC2 instance type: `p5.48xlarge`."""
    vcpus: int
    memory_gib: int
    vendor: Vendor
    accelerator: str
    """In lower case, as `h100`, `trainium2`."""
    accelerators: int
    accelerator_memory_mib: int
    """Of one accelerator; 0: unknown."""
    fraction: Fraction
    """How much of a physical GPU each accelerator is; 1 for all but g6f and gr6f."""
    arch: Arch
    local_nvme_gb: int
    """All local disks together; 0: none."""
    network_gbps: Decimal
    """Baseline of all network cards together."""
    network_cards: int
    efa_cards: tuple[int, ...]
    """Indices of the network cards that take an EFA interface, one each; empty: no EFA."""
    interfaces_per_card: int
    """How many interfaces a network card holds; 0: unknown."""
    max_pods: int
    """Without prefix delegation; 0: unknown."""
    sold: frozenset[Purchase]
    """How it can be bought. A capacity reservation needs `on_demand`."""
    usd_per_hour: Decimal | None
    """On demand in us-east-1; None: no public price."""
    ultraserver_only: bool
    """Sold in whole UltraServers only."""
    mig_profiles: Mapping[str, int]
    """MIG profile -> how many of it one GPU holds; empty: no MIG."""
    min_driver: int | None
    """First NVIDIA driver branch that runs it; None: any that is still supplied, or not NVIDIA's."""
    below_driver: int | None
    """First NVIDIA driver branch that no longer runs it well; None: none known."""
    min_kubernetes: str | None
    """First Kubernetes version EKS supports it with; None: any that EKS still supports."""
    ami: Ami | None
    """The node group's AMI type; None: no stock AMI runs it, an AMI of one's own is needed."""

    @property
    def family(self) -> str:
        """The part of the name before the size: `p5`, `p6-b200`."""
        return self.name.partition(".")[0]

    @property
    def efa_interfaces(self) -> int:
        """How many EFA interfaces it takes; 0: no EFA."""
        return len(self.efa_cards)

    @property
    def capacity_block(self) -> bool:
        """Whether it is sold in capacity blocks."""
        return "capacity_block" in self.sold

    @property
    def resource(self) -> str:
        """The extended resource pods ask for; also the key of the taint that keeps other pods away."""
        return "nvidia.com/gpu" if self.vendor == "nvidia" else "aws.amazon.com/neuron"


def _profiles(table: str, vendor: Vendor) -> Iterator[GpuProfile]:
    for line in table.splitlines():
        if line and not line.startswith("#"):
            yield _profile(line.split(), vendor)


def _profile(columns: list[str], vendor: Vendor) -> GpuProfile:
    name, vcpus, gib, count, accelerator, mib, nvme, gbps, cards, efa, per_card, pods, sold, usd = columns
    family = name.partition(".")[0]
    model, _, denominator = accelerator.partition("/")
    arch: Arch = "arm64" if family in _ARM else "x86_64"
    min_driver = _MIN_DRIVER.get(model)
    return GpuProfile(
        name=name,
        vcpus=int(vcpus),
        memory_gib=int(gib),
        vendor=vendor,
        accelerator=model,
        accelerators=int(count),
        accelerator_memory_mib=int(mib),
        fraction=Fraction(1, int(denominator or 1)),
        arch=arch,
        local_nvme_gb=int(nvme),
        network_gbps=Decimal(gbps),
        network_cards=int(cards),
        efa_cards=_cards(efa),
        interfaces_per_card=int(per_card),
        max_pods=int(pods),
        sold=frozenset(_SOLD[letter] for letter in sold),
        usd_per_hour=None if usd == "-" else Decimal(usd),
        ultraserver_only=family in _ULTRASERVERS,
        mig_profiles=MappingProxyType(MIG_PROFILES.get((model, int(mib)), {})),
        min_driver=min_driver,
        below_driver=595 if denominator or model == "gb200" else None,
        min_kubernetes="1.33" if model == "gb200" else None,
        ami=_ami(vendor, arch, min_driver),
    )


def _cards(text: str) -> tuple[int, ...]:
    """`0-3` as 0, 1, 2, 3; `1-15/2` as 1, 3, ... 15; `-` as nothing."""
    if text == "-":
        return ()
    span, _, step = text.partition("/")
    first, _, last = span.partition("-")
    return tuple(range(int(first), int(last or first) + 1, int(step or 1)))


def _ami(vendor: Vendor, arch: Arch, min_driver: int | None) -> Ami | None:
    if vendor == "aws":
        return "AL2023_x86_64_NEURON"
    if min_driver and min_driver > _AMI_DRIVER:
        return None
    return "AL2023_ARM_64_NVIDIA" if arch == "arm64" else "AL2023_x86_64_NVIDIA"


def _by_name(profiles: Iterable[GpuProfile]) -> Mapping[str, GpuProfile]:
    return MappingProxyType({each.name: each for each in profiles})


PROFILES: Final = _by_name((*_profiles(NVIDIA, "nvidia"), *_profiles(NEURON, "aws")))
"""Every machine type of the catalogue by its name, families from old to new."""
