"""Rules about security groups and network ACLs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.addresses import is_open
from policies.model import Finding, Resource, every, rule
from policies.passages import ACL, ACL_RULE, GROUP, GROUP_RULE, INGRESS_RULE, Passage, passages
from policies.scene import Scene

_SENSITIVE: Final = (22, 445, 2379, 2380, 3306, 3389, 5432, 6379, 6443, 8200, 9200, 10250)
"""SSH, SMB, etcd, MySQL, RDP, PostgreSQL, Redis, the Kubernetes API, Vault, Elasticsearch, the kubelet."""


@rule(
    "BL-NET-001",
    GROUP,
    GROUP_RULE,
    INGRESS_RULE,
    ACL,
    ACL_RULE,
    fix="Let in other security groups or the network's own block, and only the ports that are needed.",
    reads=("ingress[].cidrBlocks", "cidrBlocks", "cidrIpv4", "cidrIpv6", "fromPort", "ipProtocol", "egress"),
)
def no_open_admin_ingress(resource: Resource, _: Scene) -> Iterator[Finding]:
    """Administration, databases and control planes are not reached from the internet."""
    yield from every(*(_opened(each, resource) for each in passages(resource, "ingress")))


def _opened(passage: Passage, resource: Resource) -> Iterator[Finding]:
    ports = passage.ports()
    if ports is None or not any(ports[0] <= port <= ports[1] for port in _SENSITIVE):
        return
    if not passage.is_permitted:
        return
    for path, block in passage.blocks():
        if is_open(block):
            yield Finding(resource, path, "The internet is let in to ports for administration or for data.")


RULES = (no_open_admin_ingress,)
