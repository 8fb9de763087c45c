"""Pod identity associations: known by an id of their own, and asked for with the cluster they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.finding import found_again
from provisioner.providers.interface import Identity, Object

CLUSTER = "clusterName"


class PodIdentityAssociations(TableDriver):
    """Pod identity associations. An import says `<cluster>,<id>`, as Terraform's does, or the id alone."""

    def read(self, identity: Identity) -> Object | None:
        """The association as it is now, or None if it is gone."""
        cluster, comma, id = identity.id.partition(",")  # noqa: A001
        if not comma:
            return super().read(identity)
        return super().read(replace(identity, id=id, outputs={**identity.outputs, CLUSTER: cluster}))

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """Ids of associations that a create of `new` may have made, without `known`."""

        def read(identity: Identity) -> Object | None:
            return self.read(replace(identity, outputs={**identity.outputs, CLUSTER: new[CLUSTER]}))

        return found_again(self.spec, self.target(new), known, read)

    def identified(self, identity: Identity) -> Target:
        """What calls about the association are about; without a record, its cluster is looked for."""
        target = super().identified(identity)
        if target.value(CLUSTER):
            return target
        cluster = self._cluster_of(target)
        return replace(target, props={**target.props, CLUSTER: cluster}) if cluster else target

    def _read(self, target: Target, identity: Identity, items: list[Any] | None) -> Object | None:
        return super()._read(target, identity, items) if target.value(CLUSTER) else None

    def _cluster_of(self, target: Target) -> str | None:
        scope, region = self.scope, target.region
        clusters: list[str] = scope.call_to_the_end("eks", "list_clusters", {}, region=region)["clusters"]
        for cluster in clusters:
            send = {CLUSTER: cluster}
            there = scope.call_to_the_end("eks", "list_pod_identity_associations", send, region=region)
            if any(item["associationId"] == target.id for item in there["associations"]):
                return cluster
        return None
