"""What keeps a network shut in that has no way out already: in case somebody makes one, and against DNS."""

from __future__ import annotations

from components.dns_firewall import DnsFirewall, DnsFirewallArgs
from components.private_network import PrivateNetwork
from components.public_access_block import PublicAccessBlock, PublicAccessBlockArgs
from environments.connectivity import AirGap
from stacks.foundation.endpoints import services
from stacks.foundation.names import names
from stacks.stack import Stack


def close(stack: Stack, network: PrivateNetwork) -> None:
    """Block public access and unlisted names, if the environment is an air gap."""
    env, region = stack.environment, stack.here.region
    if not isinstance(env.connectivity, AirGap):
        return
    PublicAccessBlock(stack.named("public-access"), PublicAccessBlockArgs(origin="connectivity"), stack.opts)
    DnsFirewall(
        stack.named("dns-firewall"),
        DnsFirewallArgs(
            origin="connectivity",
            allowed=names(env, region, services(env, region)),
            vpc_id=network.vpc_id,
        ),
        stack.opts,
    )
