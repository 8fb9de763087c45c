"""What the rules found, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from policies.check import Verdict
from policies.model import Status
from provisioner.judging import Judged
from provisioner.report.naming import labelled
from provisioner.report.style import Colour, Style

_SHOWN: Final = 4
"""Resources that are shown of one finding; the rest is counted."""


def findings_text(judged: Judged, style: Style, *, deferred: bool = False) -> str:
    """Every finding, the worst first, and the counts; ends with a line break. Empty if nothing was found.

    What cannot be told before an apply is only counted, unless it is asked for.
    """
    report = judged.report
    told = [each for each in report.findings if deferred or each.status is not Status.DEFERRED]
    lines: list[str] = []
    alike = groupby(told, key=lambda each: (each.rule, each.status, each.message))
    for (rule, status, message), group in alike:
        found, entry = list(group), rule.entry
        word = _WORDS.get(status, found[0].effect.value)
        colour = Colour.BAD if found[0].blocks else Colour.CHANGED
        head = f"{entry.severity.value} {entry.id} {entry.name} ({word})"
        lines += ["", style.paint(colour, head), f"  {message}", *_places(found, judged)]
        if status is Status.FAIL:
            lines.append(f"  fix: {rule.fix}")
    if not report.findings:
        return ""
    return "\n".join([*lines, "", summary(judged)]).lstrip("\n") + "\n"


def summary(judged: Judged) -> str:
    """Such as `Policy: 2 findings stop this; 1 is advice; 40 cannot be told before apply.`."""
    report = judged.report
    stopping = len(report.blocking)
    failed = sum(each.status is Status.FAIL for each in report.verdicts)
    told = failed - sum(each.status is Status.FAIL for each in report.blocking)
    waived = report.counts[Status.WAIVED.value]
    deferred = len(report.deferred)
    parts = [
        f"{stopping} {'finding stops' if stopping == 1 else 'findings stop'} this" if stopping else "",
        f"{told} {'is' if told == 1 else 'are'} advice" if told else "",
        f"{waived} {'is' if waived == 1 else 'are'} waived" if waived else "",
        f"{deferred} cannot be told before apply" if deferred else "",
    ]
    return "Policy: " + ("; ".join(filter(None, parts)) or "nothing found") + "."


_WORDS: Final = {
    Status.WAIVED: "waived",
    Status.DEFERRED: "not known yet",
    Status.ERROR: "the rule is broken",
}


def _places(found: Sequence[Verdict], judged: Judged) -> Iterator[str]:
    for each in found[:_SHOWN]:
        path = f"  {each.path}" if each.path else ""
        place = judged.place(each)
        yield f"    {labelled(each.resource.urn)}{path}" + (f"  ({place})" if place else "")
    if len(found) > _SHOWN:
        yield f"    and {len(found) - _SHOWN} more"
