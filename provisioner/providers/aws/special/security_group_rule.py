"""Rules of security groups: spelt one way when they are made, and another when they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.catalog.ec2_security import SOURCES
from provisioner.providers.aws.catalog.ec2_spelling import PROTOCOL
from provisioner.providers.aws.difference import changed
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.inputs import ALL_TAGS
from provisioner.providers.aws.spec import Op
from provisioner.providers.interface import Identity, Object

EVERY_PORT = -1
_MEMBERS = {
    "cidrIpv4": ("IpRanges", "CidrIp"),
    "cidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "prefixListId": ("PrefixListIds", "PrefixListId"),
    "referencedSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
}
"""Where a source stands in a permission."""


class SecurityGroupRules(TableDriver):
    """Ingress and egress rules of security groups."""

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The rule that allows the same: a group has no two that do."""
        wanted = {prop: value for prop, value in new.items() if prop not in ("tags", ALL_TAGS, "description")}
        found = super().find(new, known)
        return [id for id in found if (rule := self.read(Identity(id))) and self._allows(rule, wanted)]  # noqa: A001

    def update(self, old: Object, new: Properties) -> Object:
        """Bring the rule in line, what it allows in one call."""
        rows = list(changed(self.spec, old.inputs, new))
        if not rows:
            return super().update(old, new)
        target = self.target(new, old)
        rule = {"SecurityGroupRuleId": old.id, "SecurityGroupRule": _whole(new)}
        send = {"GroupId": new["securityGroupId"], "SecurityGroupRules": [rule]}
        run(Op("modify_security_group_rules", send), target)
        now = {**new, ALL_TAGS: old.inputs.get(ALL_TAGS)}
        return super().update(replace(old, inputs=now), new)

    def _made(self, target: Target, new: Properties) -> tuple[Target, Any]:
        send: dict[str, Any] = {"GroupId": new["securityGroupId"], "IpPermissions": [_permission(new)]}
        tags = self.spec.tags
        if tags and tags.create_codec and new.get(ALL_TAGS):
            send[tags.create_as] = tags.create_codec.encode(new[ALL_TAGS])
        answer = run(self.spec.create, target, send)
        return replace(target, id=answer["SecurityGroupRuleId"]), answer

    def _allows(self, rule: Object, wanted: Properties) -> bool:
        declared = {row.prop for row in self.spec.fields} & wanted.keys()
        present = {prop: rule.outputs.get(prop) for prop in declared}
        return not any(row.prop in declared for row in changed(self.spec, present, wanted))


def _permission(inputs: Properties) -> dict[str, Any]:
    """The rule as it is made; ports that are left out are all there are."""
    ports = {"FromPort": inputs.get("fromPort"), "ToPort": inputs.get("toPort")}
    note = {"Description": inputs["description"]} if inputs.get("description") else {}
    members = {
        members: [{key: inputs[source], **note}]
        for source, (members, key) in _MEMBERS.items()
        if inputs.get(source) is not None
    }
    given = {name: port for name, port in ports.items() if port is not None}
    return {"IpProtocol": PROTOCOL.encode(inputs["ipProtocol"]), **given, **members}


def _whole(inputs: Properties) -> dict[str, Any]:
    """The rule as it is changed: whatever is left out would be lost."""
    return {
        "IpProtocol": PROTOCOL.encode(inputs["ipProtocol"]),
        "FromPort": inputs.get("fromPort", EVERY_PORT),
        "ToPort": inputs.get("toPort", EVERY_PORT),
        "Description": inputs.get("description", ""),
        **{api: inputs[source] for source, api in SOURCES.items() if inputs.get(source) is not None},
    }
