"""Routes: AWS lists them inside their tables, and they have no id of AWS's making.

Many are read by a list of tables. The id is Terraform's (`RouteCreateID`): `r-<table><CRC-32 of the
destination>`; an import may also say `<table>_<destination>`, as Terraform's does.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.scope import Scope
from provisioner.providers.interface import Identity, Object

TOGETHER = 200
"""Values that EC2 takes in one filter: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html."""


_ID = re.compile(r"r-(rtb-(?:[0-9a-f]{17}|[0-9a-f]{8}))(\d+)")


def route_id(table: str, destination: str) -> str:
    """The id that pulumi-aws records for a route."""
    return f"r-{table}{zlib.crc32(destination.encode())}"


class Routes(TableDriver):
    """Routes."""

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The id of the route, if a create of `new` may have made it."""
        id = route_id(new["routeTableId"], new["destinationCidrBlock"])  # noqa: A001
        return [id] if id not in known and super().find(new, known) else []

    def read(self, identity: Identity) -> Object | None:
        """The route as it is now, or None if it is gone."""
        found = super().read(identity)
        return None if found is None else replace(found, id=_id_of(found.outputs))

    def identified(self, identity: Identity) -> Target:
        """What calls about the route are about; a checksum alone costs a look into its table."""
        target = super().identified(identity)
        match = _ID.fullmatch(identity.id)
        if match is None or target.value("destinationCidrBlock"):
            return target
        table = match[1]
        tables = tables_with(self.scope, target.region, "route-table-id", [table])
        destinations = [r.get("DestinationCidrBlock", "") for t in tables for r in t["Routes"]]
        parts = {
            "routeTableId": table,
            "destinationCidrBlock": next(
                (d for d in destinations if route_id(table, d) == identity.id), None
            ),
        }
        return replace(target, props={**target.props, **parts})

    def _made(self, target: Target, new: Properties) -> tuple[Target, Any]:
        made, answer = super()._made(target, new)
        return replace(made, id=_id_of(new)), answer

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


def _id_of(props: Properties) -> str:
    return route_id(props["routeTableId"], props["destinationCidrBlock"])


def tables_with(scope: Scope, region: str, name: str, values: Collection[str]) -> list[dict[str, Any]]:
    """The route tables that have one of these values under this name of a filter. Raises `Refused`."""
    ordered = sorted(values)
    found: list[dict[str, Any]] = []
    for start in range(0, len(ordered), TOGETHER):
        filters = [{"Name": name, "Values": ordered[start : start + TOGETHER]}]
        answer = scope.call_to_the_end("ec2", "describe_route_tables", {"Filters": filters}, region=region)
        found += answer["RouteTables"]
    return found
