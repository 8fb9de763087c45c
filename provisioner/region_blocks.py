"""Regions that would get other addresses than they have, because their place in the file changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network

from environments.model import Environment
from environments.network import OwnNetwork
from provisioner.engine.failures import MovedRegion


def moved(env: Environment, recorded: Mapping[str, str]) -> tuple[MovedRegion, ...]:
    """The regions whose recorded block (by region) belongs to another place in `network.cidr` than theirs.

    A region takes its block by its position, and with another block its whole network is made anew. Where
    the recorded block is outside of `network.cidr`, the person changed that, and means it.
    """
    if not isinstance(env.network, OwnNetwork):
        return ()
    found: list[MovedRegion] = []
    for region in env.regions:
        has, gets = recorded.get(region, ""), str(env.region_block(region))
        if has not in ("", gets) and IPv4Network(has).subnet_of(env.network.cidr):
            found.append(MovedRegion(region, has, gets))
    return tuple(found)
