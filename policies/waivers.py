"""Exceptions from rules: one rule, one resource, one value, a reason, two people, and an end.

What a waiver does not fit to the letter it does not waive: an exception that nobody can account for is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from policies.check import Report, Verdict
from policies.entries import FileEntry, Wrong, entries
from policies.evidence import evidence
from policies.model import (
    Enforcement,
    Entry,
    Finding,
    Resource,
    Rule,
    Severity,
    Status,
    Waivable,
    WhenUnknown,
)
from policies.scene import Facts, Scene

LONGEST: Final[Mapping[Severity, int]] = {
    Severity.CRITICAL: 14,
    Severity.HIGH: 30,
    Severity.MEDIUM: 90,
    Severity.LOW: 180,
}
"""Days between the day a waiver was made and its last day."""

FIELDS: Final = (
    "id",
    "rule",
    "resource",
    "value",
    "reason",
    "ticket",
    "owner",
    "requested_by",
    "approved_by",
    "created",
    "expires",
)
SECURITY: Final = "security"
"""The parameter of `WAIVERS` that names who answers for security."""

_ID: Final = "WAIVERS"
_REASON: Final = 20
"""The shortest reason, in characters."""

_SOON: Final = timedelta(days=7)
_IDLE: Final = timedelta(days=14)
"""How long a waiver may be of no use before it has to go."""

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_LITERAL: Final = 3
"""The fewest characters of a segment that has wildcards in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One exception, as it is written."""

    id: str
    rule: str
    resource: str
    """A URN; one of its four segments may have `*` in it."""

    values: tuple[str, ...]
    """Digests of the values that it allows (`evidence`)."""

    created: date
    expires: date
    """The last day on which it holds, in UTC."""

    place: str
    """`file:line`."""

    def is_about(self, verdict: Verdict) -> bool:
        """Whether it names the rule and the resource of a verdict, whatever the value."""
        return self.rule == verdict.rule.id and _covers(self.resource, verdict.resource.urn)


class Waivers:
    """The waivers of an environment, and what is wrong with them."""

    def __init__(self, files: Iterable[Path], rules: Iterable[Rule], facts: Facts) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._today = facts.today
        self._security = frozenset(name.lower() for name in facts.names(_ID, SECURITY))
        self._wrong: list[Wrong] = []
        self._valid: list[Waiver] = []
        for file in files:
            found, wrong = entries(file, "waivers", FIELDS)
            self._wrong += wrong
            for each in found:
                self._take(each)

    @property
    def wrong(self) -> Sequence[str]:
        """A sentence for each thing because of which one of them waives nothing."""
        return tuple(each.message for each in self._wrong)

    @property
    def problems(self) -> Sequence[Wrong]:
        """The same with their places."""
        return tuple(self._wrong)

    def _take(self, entry: FileEntry) -> None:
        """Keeps what is right in every part."""
        wrong = [*_unreadable(entry), *self._unfounded(entry)]
        waiver = None if wrong else _waiver(entry)
        if waiver and any(waiver.id == other.id for other in self._valid):
            wrong = [entry.wrong("id", "There is another waiver of this id.")]
        self._wrong += wrong
        if waiver and not wrong:
            self._valid.append(waiver)

    def _unfounded(self, entry: FileEntry) -> Iterator[Wrong]:
        """What keeps it from being allowed at all."""
        rule = self._rules.get(entry.one("rule"))
        if rule is None:
            yield entry.wrong("rule", "There is no rule of this id in the packs of the environment.")
            return
        if rule.entry.waivable is Waivable.NEVER:
            yield entry.wrong("rule", "Nobody can allow an exception from this rule.")
        yield from self._unapproved(entry, rule)
        yield from self._untimely(entry, rule)

    def _unapproved(self, entry: FileEntry, rule: Rule) -> Iterator[Wrong]:
        approvers = _people(entry)
        if entry.one("requested_by").lower() in approvers:
            yield entry.wrong("approved_by", "Whoever asks for an exception cannot approve it.")
        if rule.entry.waivable is not Waivable.BY_TWO:
            return
        if len(approvers) < 2:  # noqa: PLR2004 - two people
            yield entry.wrong("approved_by", "This rule takes two people, and one has approved.")
        if not approvers & self._security:
            message = "Nobody who answers for security has approved, as this rule takes."
            yield entry.wrong("approved_by", message)

    def _untimely(self, entry: FileEntry, rule: Rule) -> Iterator[Wrong]:
        created, expires = entry.day("created"), entry.day("expires")
        if created is None or expires is None:
            return
        most = LONGEST[rule.entry.severity]
        if created > self._today:
            yield entry.wrong("created", "It is made on a day that has not come.")
        if not timedelta() <= expires - created <= timedelta(days=most):
            severity = rule.entry.severity.value
            message = f"It may hold for {most} days at most, because a finding is {severity}."
            yield entry.wrong("expires", message)

    def waived(self, verdict: Verdict) -> Verdict:
        """The verdict as it is with the waivers: the only place where one is allowed."""
        if verdict.status is not Status.FAIL:
            return verdict
        told = verdict.message
        for each in self._valid:
            if not each.is_about(verdict):
                continue
            if evidence(verdict) not in each.values:
                told = f"{verdict.message} Waiver {each.id} is about another value."
            elif each.expires < self._today:
                told = f"{verdict.message} Waiver {each.id} expired on {each.expires}."
            else:
                return replace(verdict, status=Status.WAIVED, waiver=each.id, until=each.expires)
        return replace(verdict, message=told)

    def applied(self, report: Report) -> Report:
        """The report with the waivers, and with what is wrong with these."""
        verdicts = tuple(map(self.waived, report.verdicts))
        return Report.of((*verdicts, *self._findings(verdicts)))

    def _findings(self, verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
        for each in self._wrong:
            yield finding(each, "waiver")
        for waiver in self._valid:
            if waiver.expires < self._today:
                yield _told(waiver, "The waiver has expired; take it out.")
            elif not any(_uses(waiver, verdict) for verdict in verdicts):
                # What is not there may have been left out of the plan.
                is_there = any(map(waiver.is_about, verdicts))
                is_old = self._today - waiver.created > _IDLE
                kind = Enforcement.MANDATORY if is_old and is_there else Enforcement.ADVISORY
                yield _told(waiver, "The waiver is about nothing that is found; take it out.", kind)
            elif waiver.expires - self._today <= _SOON:
                yield _told(waiver, "The waiver ends within a week.")


def written(verdict: Verdict, fields: Mapping[str, str], approved_by: Sequence[str], created: date) -> str:
    """The text of a waiver for a finding, as long as one may hold; `fields` is what people have to say."""
    days = timedelta(days=LONGEST[verdict.rule.entry.severity])
    values = {
        # Texts of JSON are texts of YAML, whatever is in them.
        **{name: json.dumps(text, ensure_ascii=False) for name, text in fields.items()},
        "rule": verdict.rule.id,
        "resource": json.dumps(verdict.resource.urn, ensure_ascii=False),
        "value": evidence(verdict),
        "approved_by": json.dumps(approved_by, ensure_ascii=False),
        "created": created.isoformat(),
        "expires": (created + days).isoformat(),
    }
    lines = [f"{name}: {values.get(name, '')}".rstrip() for name in FIELDS]
    return "  - " + "\n    ".join(lines) + "\n"


def _unreadable(entry: FileEntry) -> Iterator[Wrong]:
    """What is not of the form of a waiver."""
    for name in ("created", "expires"):
        if entry.day(name) is None:
            yield entry.wrong(name, f"`{name}` is no day; write it as 2026-11-21.")
    if len(entry.one("reason")) < _REASON:
        yield entry.wrong("reason", f"The reason is shorter than {_REASON} characters.")
    if not all(map(_DIGEST.fullmatch, entry.values["value"])):
        yield entry.wrong("value", "`value` is no digest `sha256:…` of what is allowed.")
    if _is_broad(entry.one("resource")):
        message = "A waiver is for one resource: a URN, in one of whose four segments there may be a `*`."
        yield entry.wrong("resource", message)


def _waiver(entry: FileEntry) -> Waiver | None:
    created, expires = entry.day("created"), entry.day("expires")
    if created is None or expires is None:
        return None
    return Waiver(
        id=entry.one("id"),
        rule=entry.one("rule"),
        resource=entry.one("resource"),
        values=entry.values["value"],
        created=created,
        expires=expires,
        place=entry.place,
    )


def _people(entry: FileEntry) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in entry.values.get("approved_by", ()) if name.strip())


def _is_broad(resource: str) -> bool:
    """Whether it may be more than one resource and its namesakes."""
    if resource.startswith("environment:"):
        return "*" in resource or "?" in resource
    segments = resource.removeprefix("urn:pulumi:").split("::")
    wild = [each for each in segments if set(each) & set("*?")]
    short = any(len(each.replace("*", "").replace("?", "")) < _LITERAL for each in wild)
    return not resource.startswith("urn:pulumi:") or len(segments) != 4 or len(wild) > 1 or short  # noqa: PLR2004


def _covers(pattern: str, urn: str) -> bool:
    if pattern == urn:
        return True
    wanted, found = pattern.replace("[", "[[]").split("::"), urn.split("::")
    return len(wanted) == len(found) and all(map(fnmatchcase, found, wanted))


def _uses(waiver: Waiver, verdict: Verdict) -> bool:
    """Whether a verdict is waived by it, or may be as soon as more is known."""
    deferred = verdict.status is Status.DEFERRED and waiver.is_about(verdict)
    return deferred or verdict.waiver == waiver.id


def _told(waiver: Waiver, message: str, enforcement: Enforcement = Enforcement.ADVISORY) -> Verdict:
    return finding(Wrong(waiver.place, message, waiver.id), "waiver", enforcement)


def finding(wrong: Wrong, type: str, enforcement: Enforcement = Enforcement.MANDATORY) -> Verdict:
    """What is wrong with an entry of a file, as a verdict; its resource's `origin` is the place."""
    entry = Resource(urn=f"{type}:{wrong.about}", type=type, name=wrong.about, origin=wrong.place)
    return Verdict(
        rule=RULE,
        resource=entry,
        status=Status.FAIL,
        path=wrong.field,
        message=wrong.message,
        enforcement=enforcement,
    )


def _nothing(resource: Resource, scene: Scene) -> Iterator[Finding]:  # noqa: ARG001 - see `Waivers.applied`
    return iter(())


RULE: Final = Rule(
    entry=Entry(
        id=_ID,
        name="waivers-hold",
        pack="governance",
        severity=Severity.HIGH,
        enforcement=Enforcement.MANDATORY,
        unknown=WhenUnknown.FAIL,
        waivable=Waivable.NEVER,
    ),
    title="Exceptions are for one resource, for a reason, approved by others, and end.",
    types=("waiver",),
    fix="Mend the waiver where the finding says, or take it out.",
    reads=(),
    judge=_nothing,
)
"""What findings about waivers are findings of."""
