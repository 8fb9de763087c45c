"""Route 53's zones and health checks: made without tags, and not known by a name of their own.

A zone begins with one network, so the others are associated after it is there. It goes only when it is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.catalog.route53 import EVERYWHERE
from provisioner.providers.aws.catalog.route53_spelling import domain
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.inputs import ALL_TAGS
from provisioner.providers.aws.spec import ID, Listed, Op
from provisioner.providers.interface import Identity, Object, Refused

AS_BORN = 2
"""Records that every zone has: its name servers and its authority."""
TOGETHER = 100
"""Changes in one batch; Route 53 takes 1,000 records."""

_RECORDS = Op("list_resource_record_sets", {"HostedZoneId": ID}, answer="ResourceRecordSets")
_CHANGE = Op("change_resource_record_sets", {"HostedZoneId": ID}, then=EVERYWHERE)


class HealthChecks(TableDriver):
    """Health checks."""

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """Checks as wanted that carry our tags, or no tags yet."""
        found = super().find(new, known)
        return [id for id in found if (check := self.read(Identity(id))) and _may_be_ours(check, new)]  # noqa: A001


class Zones(TableDriver):
    """Hosted zones."""

    def create(self, new: Properties) -> Object:
        """Make the zone for its first network, then associate the others."""
        first = {**new, "vpcs": new["vpcs"][:1]} if new.get("vpcs") else new
        made = super().create(first)
        return made if first == new else self.update(made, new)

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """Zones of that name, for networks that are wanted, with our tags or as new."""
        assert isinstance(self.spec.find, Listed)
        listed: list[dict[str, Any]] = run(self.spec.find.op, self.target(new)) or []
        named = [zone for zone in listed if domain(zone["Name"]) == domain(str(new.get("name", "")))]
        return [id for zone in named if (id := _bare(zone["Id"])) not in known and self._is_ours(zone, new)]  # noqa: A001

    def delete(self, old: Object) -> None:
        """Remove the zone; with `forceDestroy` every record in it first."""
        if old.inputs.get("forceDestroy"):
            self._empty(old)
        try:
            super().delete(old)
        except Refused as refusal:
            if refusal.code != "HostedZoneNotEmpty":
                raise
            raise Refused(
                f"the zone {old.outputs.get('name')} ({old.id}) still holds records that are not ours, and"
                " `forceDestroy` is not set: set it and apply, or remove them, then try again",
                code=refusal.code,
            ) from refusal

    def _made(self, target: Target, new: Properties) -> tuple[Target, Any]:
        made, answer = super()._made(target, new)
        return replace(made, id=_bare(made.id)), answer

    def _is_ours(self, zone: Mapping[str, Any], new: Properties) -> bool:
        present = self.read(Identity(_bare(zone["Id"])))
        if present is None or not _may_be_ours(present, new):
            return False
        if not present.outputs[ALL_TAGS] and zone.get("ResourceRecordSetCount", 0) > AS_BORN:
            return False
        networks = {vpc["vpcId"] for vpc in present.outputs["vpcs"] or ()}
        wanted = {vpc["vpcId"] for vpc in new.get("vpcs") or ()}
        return networks <= wanted and bool(networks) == bool(wanted)

    def _empty(self, zone: Object) -> None:
        target = self.target(zone.inputs, zone)
        try:
            records = list(_removable(run(_RECORDS, target), str(zone.outputs.get("name", ""))))
        except Refused as refusal:
            if refusal.code in self.spec.absent:
                return
            raise
        for start in range(0, len(records), TOGETHER):
            changes = [
                {"Action": "DELETE", "ResourceRecordSet": record}
                for record in records[start : start + TOGETHER]
            ]
            run(_CHANGE, target, {"ChangeBatch": {"Changes": changes}})


def _bare(id: str) -> str:
    return id.removeprefix("/hostedzone/")


def _may_be_ours(present: Object, new: Properties) -> bool:
    """Whether an object carries our tags, or none at all: we were stopped before we could set them."""
    tags: Properties = present.outputs[ALL_TAGS]
    wanted: Properties = new.get(ALL_TAGS) or {}
    return not tags or tags.items() >= wanted.items()


def _removable(records: Sequence[Mapping[str, Any]], zone: str) -> Iterator[Mapping[str, Any]]:
    """All but the two records that a zone is born with and that go with it."""
    for record in records:
        if record["Type"] not in ("NS", "SOA") or domain(record["Name"]) != domain(zone):
            yield record
