"""What the rules found, as SARIF 2.1.0: what code scanning of GitHub and GitLab reads.

Source: the OASIS standard, https://docs.oasis-open.org/sarif/sarif/v2.1.0/.
"""

from __future__ import annotations

import json
from importlib import metadata
from typing import Any, Final

from policies.check import Verdict
from policies.evidence import fingerprint
from policies.model import Rule, Severity, Status
from provisioner.judging import Judged
from provisioner.report.findings_forms import from_here

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
            "artifactLocation": {"uri": from_here(file)},
            "region": {"startLine": int(line)},
        }
    is_open = verdict.status is Status.DEFERRED
    found: dict[str, Any] = {
        "ruleId": verdict.rule.id,
        "ruleIndex": index[verdict.rule.id],
        # A level is for what failed.
        "level": "none" if is_open else _level(verdict.rule),
        "kind": "open" if is_open else "fail",
        "message": {"text": f"{verdict.message} {verdict.rule.fix}"},
        "locations": [location],
        "partialFingerprints": {"provisioner/1": fingerprint(verdict)},
        "properties": {"path": verdict.path, "status": verdict.status.value},
    }
    if verdict.status is Status.WAIVED:
        found["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": f"waiver {verdict.waiver}"}
        ]
    return found
