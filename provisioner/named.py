"""Whether what a command line names is there, and not left out at the same time."""

from __future__ import annotations

from collections.abc import Collection

from provisioner.engine.interface import Run
from provisioner.engine.plan_failures import NothingMatches, ReplacedOutside, SeveralMatch
from provisioner.plan.model import StackPlan
from provisioner.plan.scope import Scope, is_named, meant_by, nearest, unmatched


def must_match(scope: Scope, plans: Collection[StackPlan], runs: Collection[Run]) -> None:
    """Raises `NothingMatches` if something is named that is neither in the plans nor recorded.

    `SeveralMatch` if a logical name is that of several resources, and `ReplacedOutside` if something is to be
    replaced, and left out.
    """
    left_out = {urn for plan in plans for urn in plan.left_out}
    known = left_out | {step.urn for plan in plans for step in plan.steps}
    if missed := tuple(unmatched(scope.patterns, known)):
        # An object that is gone, and that nobody wants any more, is in no plan.
        recorded = {one.urn for run in runs for one in run.resources()}
        if missed := tuple(unmatched(missed, recorded)):
            raise NothingMatches(missed, tuple(nearest(each, known | recorded) for each in missed))
    several = {name: urns for name in scope.patterns if (urns := meant_by(name, known))}
    if several:
        raise SeveralMatch(several)
    # A pattern may name more than is to change; what it names must not all be left out.
    idle = tuple(unmatched(scope.replaces, known - left_out))
    if urns := tuple(sorted(urn for urn in left_out if is_named(urn, idle))):
        raise ReplacedOutside(urns)
