"""Findings that were there before the rules were: they are told, stop nothing, and expire.

An entry lasts no longer than a waiver might, so that a baseline is no way round one; what cannot be waived is
not taken in.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from policies.check import Report, Verdict
from policies.entries import Wrong, entries
from policies.evidence import fingerprint
from policies.model import Rule, Status, Waivable
from policies.waivers import LONGEST, finding

BASELINE: Final = "baseline"
"""What a verdict is waived by."""

FIELDS: Final = ("fingerprint", "rule", "resource", "path", "expires")


@dataclass(frozen=True, slots=True)
class Known:
    """One finding that was there before."""

    fingerprint: str
    rule: str
    expires: date
    place: str


class Baseline:
    """The findings that were there before."""

    def __init__(self, file: Path, today: date, rules: Sequence[Rule]) -> None:
        found, self._wrong = entries(file, "findings", FIELDS)
        self._today = today
        by_id = {rule.id: rule for rule in rules}
        self._known: dict[str, Known] = {}
        for each in found:
            expires, rule = each.day("expires"), by_id.get(each.one("rule"))
            if expires is None:
                self._wrong.append(each.wrong("expires", "`expires` is no day; write it as 2026-11-21."))
            elif rule and expires > today + timedelta(days=LONGEST[rule.entry.severity]):
                self._wrong.append(each.wrong("expires", "It lasts longer than a waiver might."))
            else:
                known = Known(each.one("fingerprint"), each.one("rule"), expires, each.place)
                self._known[known.fingerprint] = known

    @property
    def problems(self) -> Sequence[Wrong]:
        """What is wrong with its entries, or with the file."""
        return tuple(self._wrong)

    def waived(self, verdict: Verdict) -> Verdict:
        """The verdict as it is with the baseline."""
        if verdict.status is not Status.FAIL or verdict.rule.entry.waivable is Waivable.NEVER:
            return verdict
        known = self._known.get(fingerprint(verdict))
        if known is None or known.rule != verdict.rule.id:
            return verdict
        if known.expires < self._today:
            return replace(verdict, message=f"{verdict.message} The baseline had it until {known.expires}.")
        return replace(verdict, status=Status.WAIVED, waiver=BASELINE, until=known.expires)

    def applied(self, report: Report) -> Report:
        """The report with the baseline, and with what is wrong with that."""
        verdicts = tuple(map(self.waived, report.verdicts))
        return Report.of((*verdicts, *(finding(each, BASELINE) for each in self._wrong)))

    def stale(self, report: Report) -> tuple[Known, ...]:
        """The entries that are about nothing that is found."""
        found = {fingerprint(each) for each in report.verdicts if each.status in (Status.FAIL, Status.WAIVED)}
        return tuple(each for each in self._known.values() if each.fingerprint not in found)


def written(report: Report, today: date) -> str:
    """The text of a baseline of what fails now and can be waived; each new entry lasts as long as a waiver.

    What an older baseline has keeps its end, as long as it is still found.
    """
    failed = [
        each
        for each in report.verdicts
        if (each.status is Status.FAIL or each.waiver == BASELINE)
        and each.rule.entry.waivable is not Waivable.NEVER
    ]
    lines = {fingerprint(each): _entry(each, today) for each in failed}
    return "findings:\n" + "".join(lines.values()) if lines else "findings: []\n"


def _entry(verdict: Verdict, today: date) -> str:
    expires = verdict.until or today + timedelta(days=LONGEST[verdict.rule.entry.severity])
    place = verdict.resource.urn.partition("::")[2] or verdict.resource.urn
    fields = {
        "fingerprint": fingerprint(verdict),
        "rule": verdict.rule.id,
        "resource": json.dumps(place, ensure_ascii=False),
        "path": json.dumps(verdict.path or "-", ensure_ascii=False),
        "expires": expires.isoformat(),
    }
    return "  - " + "\n    ".join(f"{name}: {fields[name]}" for name in FIELDS) + "\n"
