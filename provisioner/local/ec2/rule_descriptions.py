"""Descriptions of security group rules that refer to a group or a prefix list, which moto drops."""

from __future__ import annotations

from typing import Any, Final

from moto.ec2.models.security_groups import SecurityGroupRule  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.operation import Correction, Operation

_made_by_moto: Any = SecurityGroupRule.__init__
_equal_for_moto: Any = SecurityGroupRule.__eq__


def made(rule: Any, *positional: Any, **named: Any) -> None:
    """As moto makes a rule, and with the description of what it refers to."""
    _made_by_moto(rule, *positional, **named)
    prefix_list: dict[str, str] | None = positional[7] if len(positional) > 7 else None  # noqa: PLR2004
    found = rule.source_group.get("Description") or (prefix_list and prefix_list.get("Description"))
    if found:
        rule.ip_range = {"Description": found}  # moto shows ranges only if they have an address


def equal(rule: Any, other: Any) -> bool:
    """Whether two rules let the same pass, whatever their descriptions say."""
    groups = rule.source_group, other.source_group
    rule.source_group, other.source_group = (_without_description(group) for group in groups)
    try:
        return _equal_for_moto(rule, other)
    finally:
        rule.source_group, other.source_group = groups


def _without_description(group: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in group.items() if name != "Description"}


OPERATIONS: Final[tuple[Operation, ...]] = ()
CORRECTIONS: Final[tuple[Correction, ...]] = (
    (SecurityGroupRule, "__init__", made),
    (SecurityGroupRule, "__eq__", equal),
)
