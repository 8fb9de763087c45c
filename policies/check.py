"""Has every rule judge every resource it is about, one verdict each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from policies.blame import last_line
from policies.model import Enforcement, Finding, Resource, Rule, Severity, Status, WhenUnknown
from policies.scene import Scene, canonical
from policies.values import Undecided

ENVIRONMENT: Final = "environment"
"""The type under which rules judge the environment itself."""

_WORST_FIRST: Final = {severity: number for number, severity in enumerate(Severity)}

READ: Final = "read"
"""What becomes of somebody else's object, which is looked at and not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Of one rule on one resource; where it found several things, of each of them."""

    rule: Rule
    resource: Resource
    status: Status
    path: str = ""
    message: str = ""
    """What is wrong, or what is not known; empty if nothing is."""

    waiver: str = ""
    """The id of the waiver that allows it."""

    until: date | None = None
    """The last day on which it is allowed."""

    enforcement: Enforcement = Enforcement.MANDATORY
    """What the finding does, as far as the rule lets it."""

    @property
    def effect(self) -> Enforcement:
        """What it does if it fails: the milder of what the rule and the finding say."""
        advised = Enforcement.ADVISORY in (self.rule.entry.enforcement, self.enforcement)
        return Enforcement.ADVISORY if advised else Enforcement.MANDATORY

    @property
    def blocks(self) -> bool:
        """Whether nothing may be applied because of it."""
        failed = self.status is Status.FAIL and self.effect is Enforcement.MANDATORY
        return failed or self.status is Status.ERROR


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts, in the order of severity, rule, resource and path."""

    verdicts: tuple[Verdict, ...]

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> Report:
        """The report of these verdicts, in their order."""
        return cls(tuple(sorted(verdicts, key=_order)))

    @property
    def findings(self) -> tuple[Verdict, ...]:
        """What is to be told."""
        return tuple(
            each for each in self.verdicts if each.status not in (Status.PASS, Status.NOT_APPLICABLE)
        )

    @property
    def blocking(self) -> tuple[Verdict, ...]:
        """What nothing may be applied because of."""
        return tuple(each for each in self.verdicts if each.blocks)

    @property
    def deferred(self) -> tuple[Verdict, ...]:
        """What cannot be told yet."""
        return tuple(each for each in self.verdicts if each.status is Status.DEFERRED)

    @property
    def counts(self) -> dict[str, int]:
        """How many verdicts there are of each kind."""
        found = Counter(each.status for each in self.verdicts)
        return {status.value: found[status] for status in Status}


def check(rules: Iterable[Rule], scene: Scene) -> Report:
    """The verdicts of these rules on everything in the scene."""
    verdicts: list[Verdict] = []
    for rule in rules:
        subjects = list(_subjects(rule, scene))
        if not subjects:
            verdicts.append(Verdict(rule=rule, resource=environment(scene), status=Status.NOT_APPLICABLE))
        for subject in subjects:
            verdicts += judged(rule, subject, scene)
    return Report.of(verdicts)


def judged(rule: Rule, subject: Resource, scene: Scene) -> Sequence[Verdict]:
    """The verdicts of one rule on one resource: one that it passes, or one for each finding."""
    missing = [name for name in rule.needs if name not in scene.facts.given]
    if missing:
        message = f"This needs {' and '.join(name.replace('_', ' ') for name in missing)}, which nobody gave."
        return [Verdict(rule=rule, resource=subject, status=Status.DEFERRED, message=message)]
    found: list[Verdict] = []
    try:
        for finding in rule.judge(subject, scene):
            found.append(_failed(rule, finding))  # noqa: PERF401 - what was found before it broke counts
    except Undecided as unknown:
        found.append(_undecided(rule, subject, unknown))
    except (Exception, SystemExit) as bug:  # noqa: BLE001 - whatever a rule raises is its own fault, and no pass
        message = f"The rule broke: {type(bug).__name__}{_where(rule, bug)}."
        found.append(Verdict(rule=rule, resource=subject, status=Status.ERROR, message=message))
    return found or [Verdict(rule=rule, resource=subject, status=Status.PASS)]


def _where(rule: Rule, bug: BaseException) -> str:
    """In which line of its file a rule broke; never what it raised, in which there may be a value."""
    file = getattr(getattr(rule.judge, "__code__", None), "co_filename", "")
    line = last_line(bug, file)
    return f" at {Path(file).name}{line}" if line else ""


def environment(scene: Scene) -> Resource:
    """The environment itself, as rules judge it."""
    return Resource(
        urn=f"environment:{scene.facts.environment}", type=ENVIRONMENT, name=scene.facts.environment
    )


def _subjects(rule: Rule, scene: Scene) -> Iterator[Resource]:
    if ENVIRONMENT in rule.types:
        yield environment(scene)
        return
    found = scene.resources if "*" in rule.types else scene.of(*dict.fromkeys(map(canonical, rule.types)))
    yield from (each for each in found if each.change != READ)


def _failed(rule: Rule, finding: Finding) -> Verdict:
    return Verdict(
        rule=rule,
        resource=finding.resource,
        status=Status.FAIL,
        path=finding.path,
        message=finding.message,
        enforcement=finding.enforcement,
    )


def _undecided(rule: Rule, subject: Resource, unknown: Undecided) -> Verdict:
    verdict = Verdict(
        rule=rule,
        resource=subject,
        status=Status.DEFERRED,
        path=unknown.path,
        message=f"`{unknown.path}` is known only after apply.",
    )
    return replace(verdict, status=Status.FAIL) if rule.entry.unknown is WhenUnknown.FAIL else verdict


def _order(verdict: Verdict) -> tuple[object, ...]:
    return (
        _WORST_FIRST[verdict.rule.entry.severity],
        verdict.rule.id,
        verdict.resource.urn,
        verdict.path,
        verdict.message,
    )
