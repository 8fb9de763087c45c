"""What was changed outside, with everything that is shown of it, to people and to programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from provisioner.engine.outside import Looked, Outside
from provisioner.plan.diff import MISSING
from provisioner.plan.drift_class import DriftClass, class_of, class_of_change, told_once
from provisioner.plan.model import Drift, Unfinished
from provisioner.report.naming import name_of
from provisioner.report.value_text import plain

DRIFT_SCHEMA: Final = "provisioner/drift/1"
REFRESH_SCHEMA: Final = "provisioner/refresh/1"


@dataclass(frozen=True, slots=True)
class Finding:
    """One object that was changed or deleted outside."""

    layer: str
    region: str
    stack: str
    outside: Outside
    grade: DriftClass
    place: str = ""
    """`file:line` of the setting its component was made from, or of what is around it; empty: a default."""

    @property
    def drift(self) -> Drift:
        """What happened to it."""
        return self.outside.drift


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftView:
    """What people and programs see of it."""

    environment: str
    """As the person called it on the command line."""

    looked: tuple[Looked, ...]
    findings: tuple[Finding, ...]
    """Stack by stack, the objects of one component together."""

    only: DriftClass | None = None
    """Objects of which nothing is of this class are left out."""

    left_out: int = 0
    """How many objects that is."""

    notices: tuple[str, ...] = ()

    @property
    def summary(self) -> dict[DriftClass, int]:
        """How many there are of each class, the gravest first."""
        counts = Counter(finding.grade for finding in self.findings)
        return {grade: counts[grade] for grade in reversed(DriftClass)}

    @property
    def urns(self) -> tuple[str, ...]:
        """Of the objects."""
        return tuple(finding.drift.urn for finding in self.findings)

    @property
    def to_revert(self) -> tuple[str, ...]:
        """URNs of what has to change for it to be undone: the objects, and what follows those made anew."""
        followers = (urn for finding in self.findings for urn in finding.outside.followers)
        return tuple(dict.fromkeys((*self.urns, *followers)))

    @property
    def unfinished(self) -> tuple[Unfinished, ...]:
        """What earlier runs of ours did not bring to its end: no drift."""
        return tuple(each for looked in self.looked for each in looked.left)

    @property
    def is_nothing_recorded(self) -> bool:
        """Whether the environment was never applied, or is destroyed."""
        return bool(self.looked) and all(looked.is_empty for looked in self.looked)

    @property
    def is_as_recorded(self) -> bool:
        """Whether there is nothing at all to record."""
        return all(looked.is_as_recorded for looked in self.looked)


def drift_view(
    environment: str,
    looked: Sequence[Looked],
    place: Callable[[str], str],
    only: DriftClass | None = None,
    notices: Sequence[str] = (),
) -> DriftView:
    """The view; `place` says where a setting is written, and `only` leaves out what is of other classes."""
    found = [finding for one in looked for finding in _findings(one, place)]
    shown = [finding for finding in found if only is None or _is_of(finding, only)]
    return DriftView(
        environment=environment,
        looked=tuple(looked),
        findings=tuple(shown),
        only=only,
        left_out=len(found) - len(shown),
        notices=tuple(notices),
    )


def drift_document(view: DriftView) -> dict[str, Any]:
    """The same for programs. Secrets are masked."""
    return {
        "schema": DRIFT_SCHEMA,
        "environment": view.environment,
        "empty": not view.findings,
        "class": None if view.only is None else view.only.value,
        "summary": {grade.value: count for grade, count in view.summary.items()},
        "findings": [_row(finding) for finding in view.findings],
        "unfinished": [
            {"op": found.op, "urn": found.urn, "type": found.type, "found": found.found}
            for found in view.unfinished
        ],
        "notes": list(view.notices),
    }


def refresh_document(view: DriftView, backups: Sequence[str] | None) -> dict[str, Any]:
    """What a refresh has recorded, and where the states before are kept; None: nothing was recorded."""
    return {
        "schema": REFRESH_SCHEMA,
        "recorded": backups is not None,
        "backups": [*(backups or ())],
        "drift": drift_document(view),
    }


def _findings(looked: Looked, place: Callable[[str], str]) -> Iterator[Finding]:
    for outside in sorted(looked.outside, key=lambda each: (each.component, each.drift.urn)):
        drift = replace(outside.drift, changes=told_once(outside.drift.changes))
        where = place(outside.setting) if outside.setting else ""
        placed = replace(outside, drift=drift)
        yield Finding(looked.layer, looked.region, looked.stack, placed, class_of(drift), where)


def _is_of(finding: Finding, only: DriftClass) -> bool:
    """Whether anything about the object is of this class; what else is, is shown with it."""
    drift = finding.drift
    return finding.grade is only or any(class_of_change(drift.type, each) is only for each in drift.changes)


def _row(finding: Finding) -> dict[str, Any]:
    drift, outside = finding.drift, finding.outside
    return {
        "kind": drift.kind.value,
        "class": finding.grade.value,
        "urn": drift.urn,
        "type": drift.type,
        "name": name_of(drift.urn),
        "layer": finding.layer,
        "region": finding.region,
        "stack": finding.stack,
        "component": outside.component,
        "setting": outside.setting,
        "place": finding.place,
        "changes": [*_changes(drift)],
    }


def _changes(drift: Drift) -> Iterator[dict[str, Any]]:
    """`old` and `new` are left out where there was or is nothing."""
    for change in drift.changes:
        sides = {"old": change.old, "new": change.new}
        there = {name: plain(value) for name, value in sides.items() if value is not MISSING}
        grade = class_of_change(drift.type, change)
        yield {"path": change.path, "class": grade.value, **there}
