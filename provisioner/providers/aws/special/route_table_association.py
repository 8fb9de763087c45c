"""Associations of subnets with route tables: AWS gives one a new id when its table changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.special.route import tables_with
from provisioner.providers.interface import Identity, Object

_SUBNET = "association.subnet-id"
_ITSELF = "association.route-table-association-id"


class RouteTableAssociations(TableDriver):
    """Associations of subnets with route tables; a subnet has one at most, and is what it is looked up by."""

    def identified(self, identity: Identity) -> Target:
        """What is known of an association; pulumi-aws imports it as `<subnet>/<route table>`."""
        target = super().identified(identity)
        if "subnetId" in target.props:
            return target
        subnet = identity.id.split("/")[0] if "/" in identity.id else self._subnet(target)
        return replace(target, props={**target.props, "subnetId": subnet})

    def read_all(self, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The associations as they are now, by one list of the tables of all their subnets."""
        targets = {identity.id: (self.identified(identity), identity) for identity in identities}
        wanted = {(target.region, str(target.value("subnetId"))) for target, _ in targets.values()}
        links = {
            region: [
                link
                for table in tables_with(
                    self.scope, region, _SUBNET, {subnet for here, subnet in wanted if here == region}
                )
                for link in table["Associations"]
            ]
            for region in sorted({region for region, _ in wanted})
        }
        return {
            id: self._read(target, identity, links[target.region])
            for id, (target, identity) in targets.items()  # noqa: A001
        }

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The association of the subnet, if it is with the wanted table."""
        present = self.read(Identity("", new))
        if present is None or present.id in known:
            return []
        return [present.id] if present.outputs["routeTableId"] == new["routeTableId"] else []

    def update(self, old: Object, new: Properties) -> Object:
        """Associate the subnet with another table, without a moment in which it has none."""
        return super().update(self._present(old) or old, new)

    def delete(self, old: Object) -> None:
        """Take the subnet's association away, under the id it has by now."""
        if present := self._present(old):
            super().delete(present)

    def _present(self, old: Object) -> Object | None:
        present = self.read(Identity(old.id, old.inputs, old.outputs))
        return replace(old, id=present.id) if present else None

    def _subnet(self, target: Target) -> str | None:
        """The subnet of an association that is known by its id alone."""
        tables = tables_with(self.scope, target.region, _ITSELF, [target.id])
        links = [link for table in tables for link in table["Associations"]]
        return next(
            (link.get("SubnetId") for link in links if link["RouteTableAssociationId"] == target.id), None
        )
