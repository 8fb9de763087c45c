"""What the network reaches outside itself."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field

from environments.section import Form, Section
from environments.short_form import Short

_NAME: Final = r"^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$"
_KIND: Final = "`connected`: reaches the internet through NAT; `airgap`: reaches nothing outside."


class Connected(Section):
    """The network reaches the internet through NAT."""

    kind: Annotated[
        Literal["connected"],
        Field(description=_KIND),
    ]


class AirGap(Section):
    """The network reaches nothing outside: no gateway, no NAT, no public address."""

    kind: Annotated[
        Literal["airgap"],
        Field(description=_KIND),
    ]
    mirror: Annotated[
        str,
        Form("the host of a registry, and its port if it has one"),
        Field(
            pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(:[1-9][0-9]{1,4})?$",
            max_length=253,
            description="Registry inside the gap that holds every image the platform runs.",
            examples=["registry.corp.example"],
        ),
    ]
    images: Annotated[
        PurePosixPath | None,
        Form("a file"),
        Field(
            description="File with the digests of the mirror's images, as seen from this file: "
            "`provisioner images lock` writes it, and every image is then named by its digest.",
            examples=["prod-airgap.lock"],
        ),
    ] = None
    boundary: Annotated[
        tuple[IPv4Network, ...],
        Field(
            description="Addresses outside its network that count as inside, such as those of an office.",
            examples=[["192.168.0.0/16"]],
        ),
    ] = ()
    names: Annotated[
        tuple[Annotated[str, Form("a host, or `*.` and the end of hosts"), Field(pattern=_NAME)], ...],
        Field(
            description="Names that its machines may ask for, besides the mirror's and those of AWS in the "
            "region; a DNS firewall answers for no others.",
            examples=[["*.corp.example"]],
        ),
    ] = ()


Connectivity = Annotated[Connected | AirGap, Discriminator("kind"), Short("kind", ("connected",))]
