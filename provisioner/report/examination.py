"""What `doctor` finds, for people and as a support bundle: findings, and the facts behind them."""

from __future__ import annotations

import enum
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from provisioner.report.machine import document
from provisioner.report.message import typed
from provisioner.report.style import PLAIN, Colour, Style

DOCTOR_SCHEMA: Final = "provisioner/doctor/1"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip file can say: the same facts are the same bytes."""


class Health(enum.Enum):
    """How something is."""

    GOOD = "good"
    NOTED = "noted"
    """Nothing is broken, and it may explain something."""

    BAD = "bad"


_SIGNS: Final[Mapping[Health, tuple[str, Colour]]] = {
    Health.GOOD: ("✓", Colour.GOOD),
    Health.NOTED: ("·", Colour.QUIET),
    Health.BAD: ("✗", Colour.BAD),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. Its text is ours: it quotes nothing."""

    health: Health
    text: str
    command: str = ""
    """What to type about it."""


@dataclass(slots=True)
class Examination:
    """What was found, and the facts by their subject."""

    findings: list[Finding] = field(default_factory=list["Finding"])
    facts: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    def good(self, text: str) -> None:
        """Note that something is as it should be."""
        self.findings.append(Finding(Health.GOOD, text))

    def noted(self, text: str, command: str = "") -> None:
        """Note what may explain something."""
        self.findings.append(Finding(Health.NOTED, text, command))

    def bad(self, text: str, command: str = "") -> None:
        """Note what is wrong, and what to type about it."""
        self.findings.append(Finding(Health.BAD, text, command))


def findings_text(findings: Sequence[Finding], style: Style, program: str | None = None) -> str:
    """A line for each, and what to type with `program` below it; ends with a line break."""
    lines = [line for finding in findings for line in _lines(finding, style, program)]
    bad = sum(finding.health is Health.BAD for finding in findings)
    lines += ["", f"{bad} of {len(findings)} things are not as they should be." if bad else "All is well."]
    return "\n".join(lines) + "\n"


def examination_document(examination: Examination) -> dict[str, Any]:
    """All of it as JSON."""
    return {
        "schema": DOCTOR_SCHEMA,
        "findings": [
            {"health": each.health.value, "text": each.text, "command": each.command or None}
            for each in examination.findings
        ],
        **examination.facts,
    }


def bundle(examination: Examination) -> bytes:
    """A zip file: the findings without commands, which have paths in them, and JSON for each subject."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as files:
        _put(files, "findings.txt", findings_text(examination.findings, PLAIN))
        for subject, facts in examination.facts.items():
            _put(files, f"{subject}.json", document({"schema": DOCTOR_SCHEMA, **facts}))
    return found.getvalue()


def _put(files: zipfile.ZipFile, name: str, text: str) -> None:
    files.writestr(zipfile.ZipInfo(name, _EPOCH), text, zipfile.ZIP_DEFLATED)


def _lines(finding: Finding, style: Style, program: str | None) -> Iterator[str]:
    sign, colour = _SIGNS[finding.health]
    yield f"  {style.paint(colour, sign)} {finding.text}"
    if finding.command and program:
        yield f"      {typed(finding.command, program)}"
