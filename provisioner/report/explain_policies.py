"""The sentences about rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from provisioner.engine.policy_failures import RefusedByPolicy, RulesBroken, StoppedByPolicy, Stopping
from provisioner.report.message import Message, Trouble
from provisioner.report.naming import labelled

OfPolicies = RefusedByPolicy | StoppedByPolicy | RulesBroken

_MOST: Final = 6
"""Findings that are told; the rest is counted."""


def explain_policy(failure: OfPolicies, environment: str) -> Message:
    """The message for a failure; `environment` is what the person calls it on the command line."""
    match failure:
        case RefusedByPolicy(findings):
            return Message(
                Trouble.POLICY,
                "Nothing was changed. The plan breaks rules that must hold:\n" + "\n".join(_rows(findings)),
                "change what the rules name, or ask for a waiver. All of it, and what each rule is for:",
                (
                    f"provisioner policy check {environment}",
                    f"provisioner policy explain {findings[0].rule} {environment}",
                ),
            )
        case StoppedByPolicy(finding):
            return Message(
                Trouble.POLICY_ON_THE_WAY,
                "A value that was not known before breaks a rule that must hold. This was not done, nor what"
                " was to follow:\n" + "\n".join(_rows((finding,))),
                "change what the rule names, or ask for a waiver; what was done is recorded, so apply again.",
                (f"provisioner policy explain {finding.rule} {environment}",),
            )
        case RulesBroken(file, reason):
            return Message(
                Trouble.RULES,
                f"{file}: {reason}. Nothing was changed.",
                "correct the file, or the setting `policies.rules` that names it.",
            )


def _rows(findings: tuple[Stopping, ...]) -> Iterator[str]:
    grouped = [
        (key, list(group)) for key, group in groupby(findings, key=lambda each: (each.rule, each.message))
    ]
    for (rule, message), group in grouped[:_MOST]:
        first = group[0]
        more = f", and {len(group) - 1} more" if len(group) > 1 else ""
        where = f" ({first.place})" if first.place else ""
        path = f", `{first.path}`" if first.path else ""
        yield f"  {rule}: {message}"
        yield f"    {labelled(first.urn)}{path}{where}{more}"
        yield f"    fix: {first.fix}"
    if len(grouped) > _MOST:
        yield f"  and {len(grouped) - _MOST} more"
