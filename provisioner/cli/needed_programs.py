"""Programs of others that a plan cannot be carried out without: missed before anything is touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import Final

from provisioner.engine.plugin_failures import NoHelm
from provisioner.plan.model import StackPlan
from provisioner.providers.protocol.packages import PREFERRED

_HELM: Final = "helm"
_PACKAGE: Final = "kubernetes"
_CHART: Final = "kubernetes:helm.sh/v3:Release"
"""Installed, changed and removed by `helm`; what GitOps installs is another type."""


def must_be_here(plans: Sequence[StackPlan]) -> None:
    """Raises `NoHelm` if a chart is to be changed and the program that does it is not on the PATH."""
    if charts := _charts_without_helm(plans):
        raise NoHelm(charts)


def missing_programs(plans: Sequence[StackPlan]) -> tuple[str, ...]:
    """The same as a note, for a plan that may be carried out on another machine."""
    if not (charts := _charts_without_helm(plans)):
        return ()
    many = "one chart" if len(charts) == 1 else f"{len(charts)} charts"
    return (f"There is no `helm` on the PATH here, and this plan changes {many}: an apply needs it.",)


def _charts_without_helm(plans: Sequence[StackPlan]) -> tuple[str, ...]:
    """URNs of the charts that would be changed; none where somebody can."""
    charts = tuple(step.urn for plan in plans for step in plan.changed if step.type == _CHART)
    return () if not charts or _is_plugged() or shutil.which(_HELM) else charts


def _is_plugged() -> bool:
    """Whether charts are a plugin's: that one has Helm built in."""
    return _PACKAGE in (each.strip() for each in os.environ.get(PREFERRED, "").split(","))
