"""What a package says of the configuration of its providers; one that says nothing takes any."""

from __future__ import annotations

from dataclasses import replace

from provisioner.engine.embedded.planner import component_diff
from provisioner.plan.concealment import remarked
from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties, revealed
from provisioner.providers.interface import (
    IDENTITY_INPUTS,
    Checked,
    Package,
    config_checked,
    config_compared,
)


def checked(package: Package, urn: str, old: Properties | None, new: Properties) -> Checked:
    """The inputs of the provider resource `urn` as they are to be recorded."""
    found = config_checked(package, urn, revealed(dict(old or {})), revealed(dict(new)))
    return Checked(remarked(found.inputs, new), found.problems)


def compared(package: Package, urn: str, old: Properties, new: Properties) -> Diff:
    """What it means for what a provider holds that it is configured with `new` now.

    Where the package has no say, another region is another provider.
    """
    said = config_compared(package, urn, revealed(dict(old)), revealed(dict(new)))
    if said is not None:
        return said
    found = component_diff(old, new)
    is_elsewhere = any(revealed(old.get(name)) != revealed(new.get(name)) for name in IDENTITY_INPUTS)
    return replace(found, replaces=IDENTITY_INPUTS) if is_elsewhere else found
