"""What the rules found, as SARIF 2.1.0: what code scanning of GitHub and GitLab reads.

Source: the OASIS standard, https://docs.oasis-open.org/sarif/sarif/v2.1.0/.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from policies.check import Verdict
from policies.evidence import fingerprint
from policies.model import Rule, Severity, Status
from provisioner.judging import Judged

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_SCORES: Final = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""`security-severity`, by which GitHub sorts: above 9 critical, from 7 high, from 4 medium."""


def as_sarif(environment: str, judged: Judged) -> str:
    """One run with all rules, whatever they found, and every finding; waived ones are suppressed."""
    rules = sorted(
        {each.rule.id: each.rule for each in judged.report.verdicts}.values(), key=lambda one: one.id
    )
    index = {rule.id: number for number, rule in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "provisioner",
                "version": metadata.version("provisioner"),
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": f"provisioner/{environment}/"},
        "invocations": [
            {"executionSuccessful": True, "exitCode": 3 if judged.report.blocking else 0},
        ],
        "results": [_result(judged, each, index) for each in judged.report.findings],
    }
    return (
        json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)
        + "\n"
    )


def _rule(rule: Rule) -> dict[str, Any]:
    entry = rule.entry
    return {
        "id": entry.id,
        "name": "".join(part.title() for part in entry.name.split("-")),
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": _level(rule)},
        "properties": {
            "security-severity": _SCORES[entry.severity],
            "tags": ["security", entry.pack, *entry.controls],
        },
    }


def _level(rule: Rule) -> str:
    if rule.entry.severity in (Severity.CRITICAL, Severity.HIGH):
        return "error"
    return "warning" if rule.entry.severity is Severity.MEDIUM else "note"


def _result(judged: Judged, verdict: Verdict, index: dict[str, int]) -> dict[str, Any]:
    file, _, line = judged.place(verdict).rpartition(":")
    logical = {"fullyQualifiedName": verdict.resource.urn, "kind": "resource", "name": verdict.resource.name}
    location: dict[str, Any] = {"logicalLocations": [logical]}
    if file:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _relative(file)},
            "region": {"startLine": int(line)},
        }
    found: dict[str, Any] = {
        "ruleId": verdict.rule.id,
        "ruleIndex": index[verdict.rule.id],
        "level": _level(verdict.rule) if verdict.status is not Status.DEFERRED else "note",
        "kind": "open" if verdict.status is Status.DEFERRED else "fail",
        "message": {"text": f"{verdict.message} {verdict.rule.fix}"},
        "locations": [location],
        "partialFingerprints": {"provisioner/1": fingerprint(verdict)},
        "properties": {"path": verdict.path, "status": verdict.status.value},
    }
    if found["kind"] == "open":
        found["level"] = "none"  # SARIF: a level is for what failed
    if verdict.status is Status.WAIVED:
        found["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": f"waiver {verdict.waiver}"}
        ]
    return found


def _relative(file: str) -> str:
    """The path from where the command was typed, which in CI is the repository."""
    path, here = Path(file), Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
