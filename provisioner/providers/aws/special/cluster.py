"""Kubernetes clusters: one setting can take several calls, since EKS makes one kind of change at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.difference import as_asked, changed
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.spec import Each, Field
from provisioner.providers.interface import Object

NETWORK = "vpcConfig"
CIDRS = "publicAccessCidrs"
GROUPS = "securityGroupIds"
ACCESS = "accessConfig"
MODE = "authenticationMode"

KINDS = (
    ("endpointPrivateAccess", "endpointPublicAccess", CIDRS),
    ("subnetIds",),
    (GROUPS,),
    ("controlPlaneEgressMode",),
)
"""Members of the network that change in one call, as Terraform's provider has them."""


class Clusters(TableDriver):
    """Kubernetes clusters."""

    def planned(self, old: Object | None, new: Properties) -> Properties:
        """The outputs as far as they are known before the step."""
        known = super().planned(old, new)
        network: Any = known.get(NETWORK)
        if old is None or CIDRS in new[NETWORK] or network == old.outputs.get(NETWORK):
            return known
        # A control plane that is no longer reached from outside has no list of who may, or has one again.
        return {**known, NETWORK: {**network, CIDRS: UNKNOWN}}

    def make_changes(self, target: Target, old: Properties, new: Properties) -> None:
        """Version first, then the rest, one kind of change after the other."""
        differing = {row.prop for row in changed(self.spec, old, new)}
        ours = differing & {NETWORK, ACCESS}
        super().make_changes(target, old, {**new, **{prop: old.get(prop) for prop in ours}})
        mode = _mode(new)
        if mode not in (None, _mode(old)):
            self._update(target, ACCESS, {MODE: mode})
        if NETWORK in ours:
            row = self._row(NETWORK)
            before = row.codec.canonical(as_asked(row, old.get(NETWORK) or {}, new[NETWORK]))
            for part in _parts(before, row.codec.canonical(new[NETWORK])):
                self._update(target, NETWORK, part)

    def _update(self, target: Target, prop: str, value: Properties) -> None:
        row = self._row(prop)
        assert isinstance(row.on_change, Each)
        run(row.on_change.op, target, {row.api: value})

    def _row(self, prop: str) -> Field:
        row = self.spec.row(prop)
        assert row
        return row


def _mode(inputs: Properties) -> Any:
    access: Properties = inputs.get(ACCESS) or {}
    return access.get(MODE)


def _parts(old: Properties, new: Properties) -> Iterator[dict[str, Any]]:
    """What each call sends of a network that differs, both spelt canonically: the kinds in which it does."""
    for names in KINDS:
        if any(old.get(name) != new.get(name) for name in names):
            yield {name: new.get(name, []) for name in names if name in new or name == GROUPS}
