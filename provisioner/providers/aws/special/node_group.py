"""Node groups: labels and taints are changed by what comes and what goes, sizes member by member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.catalog.eks_nodes import CONFIGURED, SET_CONFIG
from provisioner.providers.aws.difference import changed
from provisioner.providers.aws.driver import TableDriver

DESIRED = "desiredSize"


class NodeGroups(TableDriver):
    """Node groups."""

    def make_changes(self, target: Target, old: Properties, new: Properties) -> None:
        """Version and launch template first, as Terraform's provider does; then everything else at once."""
        differing = {row.prop for row in changed(self.spec, old, new)}
        ours = differing.intersection(CONFIGURED)
        super().make_changes(target, old, {**new, **{prop: old.get(prop) for prop in ours}})
        if ours:
            run(SET_CONFIG, target, {prop: self._payload(prop, target, old, new) for prop in sorted(ours)})

    def _payload(self, prop: str, target: Target, old: Properties, new: Properties) -> Any:
        match prop:
            case "labels":
                return _labels(old.get(prop) or {}, new.get(prop) or {})
            case "taints":
                return _taints(old.get(prop) or [], new.get(prop) or [])
            case "scalingConfig":
                return self._sizes(target, old.get(prop) or {}, new[prop])
            case _:
                row = self.spec.row(prop)
                assert row
                return row.codec.encode(new[prop])

    def _sizes(self, target: Target, old: Properties, new: Properties) -> dict[str, int]:
        """The sizes that differ.

        The number of nodes an autoscaler has chosen is left alone where the program does not change it (with
        `ignoreChanges` it never does), unless it would lie outside of the new limits: EKS refuses that.
        """
        sizes = {name: size for name, size in new.items() if old.get(name) != size}
        if DESIRED not in sizes:
            present: int = run(self.spec.read, target)["scalingConfig"][DESIRED]
            within = min(max(present, new["minSize"]), new["maxSize"])
            if within != present:
                sizes[DESIRED] = within
        return sizes


def _labels(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, Any]:
    gone = sorted(old.keys() - new.keys())
    come = {name: text for name, text in new.items() if old.get(name) != text}
    return {
        **({"removeLabels": gone} if gone else {}),
        **({"addOrUpdateLabels": come} if come else {}),
    }


def _taints(old: Sequence[Properties], new: Sequence[Properties]) -> dict[str, Any]:
    """A taint is known by its key and its effect; another value is a change of the same taint."""
    stays = {(taint["key"], taint["effect"]) for taint in new}
    gone = [taint for taint in old if (taint["key"], taint["effect"]) not in stays]
    come = [taint for taint in new if taint not in old]
    return {
        **({"removeTaints": gone} if gone else {}),
        **({"addOrUpdateTaints": come} if come else {}),
    }
