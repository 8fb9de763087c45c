"""Routes: AWS lists them inside their tables, so many are read by a list of tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.scope import Scope
from provisioner.providers.interface import Identity, Object

TOGETHER = 200
"""Values that EC2 takes in one filter: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html."""


class Routes(TableDriver):
    """Routes."""

    def read_all(self, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The routes as they are now, by one list of all their tables."""
        targets = {identity.id: (self.identified(identity), identity) for identity in identities}
        wanted = {(target.region, str(target.value("routeTableId"))) for target, _ in targets.values()}
        routes = {
            (region, table["RouteTableId"]): table["Routes"]
            for region in sorted({region for region, _ in wanted})
            for table in tables_with(
                self.scope, region, "route-table-id", {table for here, table in wanted if here == region}
            )
        }
        return {
            id: self._read(target, identity, routes.get((target.region, target.value("routeTableId")), []))
            for id, (target, identity) in targets.items()  # noqa: A001
        }


def tables_with(scope: Scope, region: str, name: str, values: Collection[str]) -> list[dict[str, Any]]:
    """The route tables that have one of these values under this name of a filter. Raises `Refused`."""
    ordered = sorted(values)
    found: list[dict[str, Any]] = []
    for start in range(0, len(ordered), TOGETHER):
        filters = [{"Name": name, "Values": ordered[start : start + TOGETHER]}]
        answer = scope.call_to_the_end("ec2", "describe_route_tables", {"Filters": filters}, region=region)
        found += answer["RouteTables"]
    return found
