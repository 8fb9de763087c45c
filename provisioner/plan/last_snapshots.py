"""The last snapshots of databases whose keys the same plan deletes: for some days they can be restored. Pure.

A snapshot is sealed by its database's key for good. KMS deletes a key some days after it was asked to, and
nothing that it sealed can be read from then on.
Source: AWS KMS developer guide, "Deleting AWS KMS keys"; Amazon RDS user guide, "Encrypting RDS resources".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from provisioner.plan.model import StackPlan, Step
from provisioner.plan.risk import Loss, losses

_DATABASE: Final = "aws:rds/instance:Instance"
_KEYS: Final = ("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey")
_WINDOW: Final = 30
"""Days within which KMS deletes a key if nothing else was said."""


@dataclass(frozen=True, slots=True)
class _Sealed:
    database: Step
    key: Step

    @property
    def snapshot(self) -> str:
        return str(self.database.old.get("finalSnapshotIdentifier") or "its final snapshot")

    @property
    def days(self) -> int:
        return int(self.key.old.get("deletionWindowInDays") or _WINDOW)


def all_losses(plans: Sequence[StackPlan]) -> tuple[Loss, ...]:
    """Everything that the plans destroy; of a last snapshot also until when it can be restored."""
    sealed = [*_sealed(plans)]
    of_databases = {each.database.urn: _of_database(each) for each in sealed}
    of_keys: dict[str, list[_Sealed]] = {}
    for each in sealed:
        of_keys.setdefault(each.key.urn, []).append(each)
    more = {**of_databases, **{urn: _of_key(found) for urn, found in of_keys.items()}}
    return tuple(
        replace(loss, what=f"{loss.what}{more.get(loss.step.urn, '')}")
        for plan in plans
        for loss in losses(plan)
    )


def _of_database(sealed: _Sealed) -> str:
    return (
        f"; the snapshot {sealed.snapshot} is left, and can be restored within {sealed.days} days of the"
        f" apply and never after: the plan also deletes its key, {sealed.key.name}"
    )


def _of_key(sealed: Sequence[_Sealed]) -> str:
    snapshots = ", ".join(each.snapshot for each in sealed)
    return f", {sealed[0].days} days after the apply: also {snapshots}, unless the key is kept with --exclude"


def _sealed(plans: Sequence[StackPlan]) -> Iterator[_Sealed]:
    # A key of several regions has the same id in all of them.
    keys = {
        (plan.region, step.id): step
        for plan in plans
        for step in plan.steps
        if step.type in _KEYS and step.op.removes_something
    }
    for plan in plans:
        for step in plan.steps:
            if step.type == _DATABASE and step.op.removes_something and not step.old.get("skipFinalSnapshot"):
                key = keys.get(_named_by(str(step.old.get("kmsKeyId") or "")))
                if key is not None:
                    yield _Sealed(step, key)


def _named_by(arn: str) -> tuple[str, str]:
    """Region and id of the key with an ARN, `arn:aws:kms:eu-west-1:123456789012:key/1234abcd-…`."""
    place, _, key = arn.rpartition(":key/")
    return place.rpartition(":")[0].rpartition(":")[2], key
