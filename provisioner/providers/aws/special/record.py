"""Route 53's records: changed in batches, and known by name, type and set identifier instead of an id.

The id is Terraform's: `<zone>_<name>_<type>`, with `_<set identifier>` behind it if there is one. Another
type or set identifier is another record to Route 53; they are exchanged in one batch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, begin, run
from provisioner.providers.aws.catalog.route53_spelling import domain, quoted
from provisioner.providers.aws.changing import carried_by_create
from provisioner.providers.aws.difference import changed
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.reading import read_object
from provisioner.providers.interface import Identity, Object, Refused

_ID = re.compile(
    r"(?P<zoneId>[A-Z0-9]+)_(?P<name>.*?)_(?P<type>[A-Z]+)(?:_(?P<setIdentifier>.+))?", re.DOTALL
)
_NAMED_BY = {"zoneId", "name", "type"}
_TEXTS = ("TXT", "SPF")


def record_id(props: Properties) -> str:
    """The id that pulumi-aws records."""
    parts = [props["zoneId"], domain(props["name"]), props["type"]]
    if props.get("setIdentifier"):
        parts.append(props["setIdentifier"])
    return "_".join(parts)


def full_name(name: str, zone: str) -> str:
    """The name as Route 53 has it: within the zone, whether or not the program says so."""
    short, whole = domain(name), domain(zone)
    if short == whole or short.endswith(f".{whole}"):
        return short
    return f"{short}.{whole}" if short else whole


class Records(TableDriver):
    """Records of hosted zones."""

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The id of the record, if it is there and says what is wanted."""
        id = record_id(new)  # noqa: A001
        present = None if id in known else self.read(Identity(id))
        if present is None:
            return []
        wanted = {row.prop: new[row.prop] for row in self.spec.fields if row.prop in new}
        return [] if any(changed(self.spec, present.inputs, wanted)) else [id]

    def identified(self, identity: Identity) -> Target:
        """What calls about the record are about; its id says which one it is."""
        target = super().identified(identity)
        match = _ID.fullmatch(identity.id)
        parts: Properties = match.groupdict() if match else {}
        return replace(target, props={**target.props, **parts})

    def update(self, old: Object, new: Properties) -> Object:
        """Put the record in the old one's place, in one batch."""
        target = replace(self.target(new, old), id=record_id(new))
        try:
            self._change(target, *self._exchanged(old, target, new))
            return self.settled(target, new)
        except Refused as refusal:
            raise Refused(refusal.reason, code=refusal.code, made=self._as_left(old, new)) from refusal

    def delete(self, old: Object) -> None:
        """Remove the record; Route 53 wants to be told all that it says."""
        target = self.identified(Identity(old.id, old.inputs, old.outputs))
        present = self._told(target)
        if present is None:
            return
        try:
            self._change(target, ("DELETE", present))
        except Refused:
            if self._told(target) is not None:
                raise

    def _made(self, target: Target, new: Properties) -> tuple[Target, Any]:
        action = "UPSERT" if new.get("allowOverwrite") else "CREATE"
        begun = begin(self.spec.create, target, _batch((action, self._wanted(target, new))))
        return replace(target, id=record_id(new), document=begun), {}

    def _made_unseen(self, target: Target, new: Properties, refusal: Refused) -> Target:
        if not self.find(new, ()):
            raise refusal
        return replace(target, id=record_id(new))

    def _read(self, target: Target, identity: Identity, items: list[Any] | None) -> Object | None:  # noqa: ARG002
        main = self._usable(target)
        if main is not None:
            return read_object(self.spec, target, identity, main)
        # An exchange that was never reported leaves the record under the id that it was to have.
        meant = record_id(identity.inputs) if identity.inputs.keys() >= _NAMED_BY else identity.id
        return None if meant == identity.id else self.read(replace(identity, id=meant))

    def _usable(self, target: Target) -> Mapping[str, Any] | None:
        found = self._told(target)
        return None if found is None else {**found, "Fqdn": domain(found["Name"])}

    def _exchanged(
        self, old: Object, target: Target, new: Properties
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The changes that make the old record the new one."""
        wanted = self._wanted(target, new)
        if old.id != record_id(new):
            before = self._told(self.identified(Identity(old.id, old.inputs, old.outputs)))
            if before is not None:
                yield "DELETE", before
        yield "UPSERT", wanted

    def _change(self, target: Target, *changes: tuple[str, Mapping[str, Any]]) -> None:
        run(self.spec.create, target, _batch(*changes))

    def _wanted(self, target: Target, new: Properties) -> dict[str, Any]:
        record = carried_by_create(self.spec, {}, new)
        record["Name"] = full_name(new["name"], self._zone(target))
        if new["type"] in _TEXTS and "ResourceRecords" in record:
            record["ResourceRecords"] = quoted(record["ResourceRecords"])
        return record

    def _told(self, target: Target) -> dict[str, Any] | None:
        """The record as Route 53 tells it, or None if it is not there."""
        try:
            name = full_name(str(target.value("name")), self._zone(target))
            records = self._candidates(target, name)
        except Refused as refusal:
            if refusal.code in self.spec.absent:
                return None
            raise
        key = (name, target.value("type"), target.value("setIdentifier"))
        return next((r for r in records if _key(r) == key), None)

    def _candidates(self, target: Target, name: str) -> list[dict[str, Any]]:
        """All records of the zone, when many are read together; else the page that begins with this one."""
        if target.answers is not None:
            return run(self.spec.read, target)
        start = {"StartRecordName": name, "StartRecordType": target.value("type")}
        send = {"HostedZoneId": target.value("zoneId"), **start}
        return self.scope.call("route53", self.spec.read.name, send)["ResourceRecordSets"]

    def _zone(self, target: Target) -> str:
        """The name of the record's zone; it never changes."""
        zone = str(target.value("zoneId"))

        def ask() -> str:
            return str(self.scope.call("route53", "get_hosted_zone", {"Id": zone})["HostedZone"]["Name"])

        return ask() if target.answers is None else target.answers.get(f"zone {zone}", ask)


def _batch(*changes: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    listed = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    return {"ChangeBatch": {"Changes": listed}}


def _key(record: Mapping[str, Any]) -> tuple[str, Any, Any]:
    return domain(record["Name"]), record["Type"], record.get("SetIdentifier")
