"""Associations of subnets with route tables: AWS gives one a new id when its table changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.interface import Identity, Object


class RouteTableAssociations(TableDriver):
    """Associations of subnets with route tables; a subnet has one at most, and is what it is looked up by."""

    def identified(self, identity: Identity) -> Target:
        """What is known of an association; pulumi-aws imports it as `<subnet>/<route table>`."""
        target = super().identified(identity)
        if "subnetId" in target.props:
            return target
        subnet = identity.id.split("/")[0] if "/" in identity.id else self._subnet(target)
        return replace(target, props={**target.props, "subnetId": subnet})

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
        found = self.scope.call(
            "ec2",
            "describe_route_tables",
            {"Filters": [{"Name": "association.route-table-association-id", "Values": [target.id]}]},
            region=target.region,
        )
        links = [link for table in found["RouteTables"] for link in table["Associations"]]
        return next(
            (link.get("SubnetId") for link in links if link["RouteTableAssociationId"] == target.id), None
        )
