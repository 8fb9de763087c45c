"""What the rules found, as it is shown, kept and sent: one row a finding, with paths and never a value."""

from __future__ import annotations

from typing import Any, Final

from policies.check import Verdict
from policies.evidence import evidence, fingerprint
from provisioner.judging import Judged

FINDINGS_SCHEMA: Final = "provisioner/findings/1"


def row(judged: Judged, verdict: Verdict) -> dict[str, Any]:
    """One finding."""
    entry = verdict.rule.entry
    return {
        "rule": entry.id,
        "name": entry.name,
        "status": verdict.status.value,
        "severity": entry.severity.value,
        "enforcement": verdict.effect.value,
        "blocks": verdict.blocks,
        "urn": verdict.resource.urn,
        "type": verdict.resource.type,
        "path": verdict.path,
        "message": verdict.message,
        "fix": verdict.rule.fix,
        "setting": verdict.resource.origin,
        "place": judged.place(verdict),
        "waiver": verdict.waiver,
        "fingerprint": fingerprint(verdict),
        "value": evidence(verdict),
    }


def findings_document(environment: str, judged: Judged) -> dict[str, Any]:
    """All findings of an environment, and how many verdicts there are of each kind."""
    return {
        "schema": FINDINGS_SCHEMA,
        "environment": environment,
        "blocks": bool(judged.report.blocking),
        "counts": judged.report.counts,
        "findings": [row(judged, each) for each in judged.report.findings],
    }
