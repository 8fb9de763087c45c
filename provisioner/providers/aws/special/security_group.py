"""Security groups: born with a rule that lets everything out, which nobody has asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.interface import Identity, Object, Refused

EGRESS = "egress"
OPEN = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
"""The rule AWS gives every new group; pulumi-aws takes it away as well."""


class SecurityGroups(TableDriver):
    """Security groups.

    Their rules are resources of their own. Only the rule of AWS's own making is ours to take away: as long as
    it may still be there, it is recorded as an input `egress`, which no program gives: a difference.
    """

    def diff(self, old: Object, new: Properties) -> Diff:
        """What a change to `new` means."""
        found = super().diff(old, new)
        return replace(found, updates=(*found.updates, EGRESS)) if EGRESS in old.inputs else found

    def create(self, new: Properties) -> Object:
        """Make the group and take AWS's own rule out of it."""
        made: Object | None = None
        try:
            made = super().create(new)
            self._close(made)
        except Refused as refusal:
            so_far = made or refusal.made
            still_open = _open(so_far) if so_far else None
            raise Refused(refusal.reason, code=refusal.code, made=still_open) from refusal
        return replace(made, outputs={**made.outputs, EGRESS: []})

    def read(self, identity: Identity) -> Object | None:
        """The group as it is now, or None if it is gone."""
        found = super().read(identity)
        return self._as_seen(identity, found) if found else None

    def read_all(self, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many."""
        found = super().read_all(identities)
        groups = {identity.id: (identity, found[identity.id]) for identity in identities}
        return {id: self._as_seen(known, group) if group else None for id, (known, group) in groups.items()}  # noqa: A001

    def update(self, old: Object, new: Properties) -> Object:
        """Bring what differs in line."""
        if EGRESS in old.inputs:
            self._close(old)
        return super().update(replace(old, inputs=_without(old.inputs)), new)

    def _close(self, group: Object) -> None:
        send = {"GroupId": group.id, "IpPermissions": [OPEN]}
        try:
            self._call(group, "revoke_security_group_egress", send)
        except Refused as refusal:
            if refusal.code != "InvalidPermission.NotFound":
                raise

    def _as_seen(self, identity: Identity, group: Object) -> Object:
        """A group whose making may not have been finished tells whether it still has AWS's own rule."""
        unfinished = not identity.outputs or EGRESS in identity.inputs
        return _open(group) if unfinished and self._has_aws_rule(group) else group

    def _has_aws_rule(self, group: Object) -> bool:
        """Whether the rule is there and carries no tags, as a rule that someone has made would."""
        send = {"Filters": [{"Name": "group-id", "Values": [group.id]}]}
        rules = self._call(group, "describe_security_group_rules", send)["SecurityGroupRules"]
        return any(
            rule["IsEgress"]
            and rule["IpProtocol"] == "-1"
            and rule.get("CidrIpv4") == "0.0.0.0/0"
            and not rule.get("Tags")
            for rule in rules
        )

    def _call(self, group: Object, op: str, send: Mapping[str, Any]) -> Any:
        return self.scope.call("ec2", op, send, region=self.region(group.outputs))


def _open(group: Object) -> Object:
    return replace(group, inputs={**group.inputs, EGRESS: group.outputs.get(EGRESS) or []})


def _without(inputs: Properties) -> Properties:
    return {prop: value for prop, value in inputs.items() if prop != EGRESS}
