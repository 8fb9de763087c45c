"""Policy documents of IAM, KMS, S3, ECR and endpoints, as Python values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

Statement = Mapping[str, Any]
"""One statement, in AWS's own spelling; its leaves may be outputs."""

Condition = Mapping[str, Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]]]


def allow(
    sid: str,
    actions: Sequence[str],
    *,
    to: Mapping[str, Any] | None = None,
    on: Sequence[pulumi.Input[str]] = (),
    when: Condition | None = None,
) -> Statement:
    """A statement that permits `actions`: to a principal, on resources, when a condition holds."""
    return _statement({"Sid": sid, "Effect": "Allow"}, actions, to=to, on=on, when=when)


def deny(
    sid: str,
    actions: Sequence[str],
    *,
    to: Mapping[str, Any] | None = None,
    on: Sequence[pulumi.Input[str]] = (),
    when: Condition | None = None,
) -> Statement:
    """A statement that forbids `actions`, whatever any other statement permits."""
    return _statement({"Sid": sid, "Effect": "Deny"}, actions, to=to, on=on, when=when)


def anyone() -> Mapping[str, str]:
    """Every principal. Only for denials, and for endpoint policies that have a condition on the account."""
    return {"AWS": "*"}


def service(name: str) -> Mapping[str, str]:
    """An AWS service that acts by itself, such as `ec2.amazonaws.com`."""
    return {"Service": name}


def principals(arns: Sequence[pulumi.Input[str]]) -> Mapping[str, Any]:
    """Roles, or the account itself, by ARN."""
    return {"AWS": _one_or_many(arns)}


def document(*statements: Statement) -> pulumi.Output[str]:
    """The statements as the JSON text that AWS takes."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _statement(
    head: Mapping[str, Any],
    actions: Sequence[str],
    *,
    to: Mapping[str, Any] | None,
    on: Sequence[pulumi.Input[str]],
    when: Condition | None,
) -> Statement:
    parts: dict[str, Any] = {**head}
    if to:
        parts["Principal"] = to
    parts["Action"] = _one_or_many(actions)
    if on:
        parts["Resource"] = _one_or_many(on)
    if when:
        parts["Condition"] = when
    return parts


def _one_or_many(values: Sequence[pulumi.Input[str]]) -> pulumi.Input[str] | list[pulumi.Input[str]]:
    # S3 answers with a list of one as a plain text; written so from the start, both texts are equal.
    return values[0] if len(values) == 1 else list(values)
