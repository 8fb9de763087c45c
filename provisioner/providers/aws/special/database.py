"""Databases: renamed before anything else changes, versions given in short, kept while they are protected."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.reading import Document, main_document, read_object
from provisioner.providers.aws.spec import Op
from provisioner.providers.interface import Identity, Object, Refused

IDENTIFIER = "identifier"
VERSION = "engineVersion"
STORAGE = "allocatedStorage"
MOST = "maxAllocatedStorage"
LAST_SNAPSHOT = "finalSnapshotIdentifier"
SNAPSHOT_EXISTS = "DBSnapshotAlreadyExists"

_RESOURCE_ID = re.compile(r"db-[A-Z0-9]{26}")


class Databases(TableDriver):
    """Database instances."""

    def read(self, identity: Identity) -> Object | None:
        """The database as it is now, or None if it is gone; an import may name it by its identifier."""
        if identity.outputs or _RESOURCE_ID.fullmatch(identity.id):
            return super().read(identity)
        named = self.target({**identity.inputs, IDENTIFIER: identity.id})
        find: Any = self.spec.find
        found = run(find.op, named) or [identity.id]
        return super().read(replace(identity, id=found[0]))

    def diff(self, old: Object, new: Properties) -> Diff:
        """What a change to `new` means; a version in short is satisfied by any of its minor versions."""
        return super().diff(replace(old, inputs=_in_short(old.inputs, new)), new)

    def make_changes(self, target: Target, old: Properties, new: Properties) -> None:
        """Rename first, since every other change names the database; then everything else."""
        if old.get(IDENTIFIER) != new.get(IDENTIFIER):
            self._rename(target, str(old[IDENTIFIER]), str(new[IDENTIFIER]))
        wanted = new
        if old.get(MOST) and not new.get(MOST):
            # Storage stops growing by itself when its limit is its size.
            wanted = {**new, MOST: target.value(STORAGE)}
        before = {**_in_short(old, new), IDENTIFIER: new.get(IDENTIFIER)}
        super().make_changes(target, before, wanted)

    def delete(self, old: Object) -> None:
        """Remove the database, after its last snapshot unless that is skipped."""
        if old.inputs.get("skipFinalSnapshot"):
            old = replace(old, inputs={**old.inputs, LAST_SNAPSHOT: None}, outputs=_without(old.outputs))
        present = self.read(Identity(old.id, old.inputs, old.outputs))
        if present is None:
            return
        if present.outputs["status"] == "deleting":
            self._wait_until_gone(old)
            return
        if present.outputs.get("deletionProtection"):
            name = present.outputs[IDENTIFIER]
            raise Refused(
                f"the database {name} is protected: set `deletionProtection` to false and apply,"
                " then try again",
                code="InvalidParameterCombination",
            )
        try:
            super().delete(old)
        except Refused as refusal:
            if refusal.code != SNAPSHOT_EXISTS:
                raise
            super().delete(_with_another_snapshot(old))

    def _rename(self, target: Target, old: str, new: str) -> None:
        send = {"DBInstanceIdentifier": old, "NewDBInstanceIdentifier": new, "ApplyImmediately": True}
        run(Op("modify_db_instance", send, again=("InvalidDBInstanceState",)), target)
        renamed = replace(target, props={**target.props, IDENTIFIER: new})
        self.settled(renamed, renamed.props)

    def _wait_until_gone(self, old: Object) -> None:
        if not self._has_vanished(self.target(old.inputs, old)):
            raise Refused(f"the database {old.id} was still there after {self._vanishes_within():g} s")

    def _read(self, target: Target, identity: Identity, items: list[Any] | None) -> Object | None:
        main = main_document(self.spec, target, items)
        return None if main is None else read_object(self.spec, target, identity, _seen(main, target.props))

    def _usable(self, target: Target) -> Document | None:
        found = super()._usable(target)
        return None if found is None else _seen(found, target.props)


def _in_short(old: Properties, new: Properties) -> Properties:
    """The old inputs with their version as the new ones say it, if that is the same in short."""
    asked = new.get(VERSION)
    same = isinstance(asked, str) and VERSION in old and f"{old[VERSION]}.".startswith(f"{asked}.")
    return {**old, VERSION: asked} if same else old


def _seen(main: Document, asked: Properties) -> Document:
    """The document in the words of the program: a version in short, storage that has grown by itself."""
    pending: Properties = main.get("PendingModifiedValues") or {}
    seen: dict[str, Any] = {
        **main,
        "Running": main.get("EngineVersion"),
        "PendingModifiedValues": dict(pending),
    }
    coming = str(pending.get("EngineVersion") or main.get("EngineVersion"))
    short = asked.get(VERSION)
    if short and f"{coming}.".startswith(f"{short}."):
        seen["EngineVersion"] = short
        seen["PendingModifiedValues"].pop("EngineVersion", None)
    size, most = asked.get(STORAGE), asked.get(MOST)
    if size and most and size < main.get("AllocatedStorage", 0) <= most:
        seen["AllocatedStorage"] = size
    if main.get("MaxAllocatedStorage") == main.get("AllocatedStorage"):
        seen["MaxAllocatedStorage"] = None
    return seen


def _with_another_snapshot(old: Object) -> Object:
    """The same, its last snapshot named with the time: an earlier database of the name has left one."""
    name = old.inputs.get(LAST_SNAPSHOT) or old.outputs.get(LAST_SNAPSHOT)
    return replace(old, inputs={**old.inputs, LAST_SNAPSHOT: f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}"})


def _without(outputs: Properties) -> dict[str, Any]:
    return {prop: value for prop, value in outputs.items() if prop != LAST_SNAPSHOT}
