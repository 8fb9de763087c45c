"""What the rules of firewalls let through, in whichever of their five forms it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from policies.model import Part, Resource
from policies.scene import Scene
from policies.values import Undecided, is_on, number

GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
GROUP_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS_RULE: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ACL: Final = "aws:ec2/networkAcl:NetworkAcl"
ACL_RULE: Final = "aws:ec2/networkAclRule:NetworkAclRule"

Direction = Literal["ingress", "egress"]
_CIDRS: Final = ("cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6", "cidrBlock", "ipv6CidrBlock")
_ALL_PORTS: Final = (0, 65535)
_TCP_UDP: Final = ("tcp", "udp", "6", "17")
_ANY: Final = ("-1", "all")


@dataclass(frozen=True, slots=True)
class Passage:
    """One rule that lets something through; what it says is read only when it is asked for."""

    part: Part

    def blocks(self) -> Iterator[tuple[str, str]]:
        """The blocks of addresses, each with its path. Raises `Undecided` after those that are known."""
        undecided: Undecided | None = None
        for name in _CIDRS:
            try:
                yield from ((self.part.at(name), block) for block in self.part.texts(name))
            except Undecided as unknown:
                undecided = undecided or unknown
        if undecided is not None:
            raise undecided

    def ports(self) -> tuple[float, float] | None:
        """The first and the last port; all of them if it says none; None if it is not about ports.

        Raises `Undecided`.
        """
        protocol = _spelt(self.part.get("ipProtocol") or self.part.get("protocol"))
        if protocol in _ANY:
            return _ALL_PORTS
        if protocol not in _TCP_UDP:
            return None
        low, high = number(self.part.get("fromPort")), number(self.part.get("toPort"))
        return (_ALL_PORTS[0] if low is None else low, _ALL_PORTS[1] if high is None else high)

    @property
    def is_permitted(self) -> bool:
        """Whether it lets through, and does not refuse as rules of network ACLs may. Raises `Undecided`."""
        action = self.part.get("ruleAction") or self.part.get("action")
        return not (isinstance(action, str) and action.lower() == "deny")


def passages(resource: Resource, direction: Direction) -> Iterator[Passage]:
    """The rules that a resource is, or has in it. Raises `Undecided` if even their number is not known."""
    match resource.type:
        case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
            is_one = direction == "ingress"
        case "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
            is_one = direction == "egress"
        case "aws:ec2/securityGroupRule:SecurityGroupRule":
            is_one = resource.get("type") == direction
        case "aws:ec2/networkAclRule:NetworkAclRule":
            is_one = is_on(resource.get("egress")) == (direction == "egress")
        case _:
            yield from (Passage(part) for part in resource.parts(direction))
            return
    if is_one:
        yield Passage(Part(resource, ""))


def passages_of(group: Resource, direction: Direction, scene: Scene) -> Iterator[Passage]:
    """All rules of a security group: those in it, and those that are resources of their own."""
    yield from passages(group, direction)
    for rule in scene.referring(group, "securityGroupId", INGRESS_RULE, EGRESS_RULE, GROUP_RULE):
        yield from passages(rule, direction)


def _spelt(protocol: Any) -> str:
    """A protocol as a text; a missing one is any."""
    if isinstance(protocol, float) and protocol.is_integer():
        protocol = int(protocol)
    return "-1" if protocol is None else str(protocol).lower()
