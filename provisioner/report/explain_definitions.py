"""The sentences about CustomResourceDefinitions that are to be on this machine."""

from __future__ import annotations

from provisioner.engine.definition_failures import DefinitionsNotFetched, DefinitionsUnusable
from provisioner.report.message import Message, Trouble

OfDefinitions = DefinitionsNotFetched | DefinitionsUnusable

_SHOWN = 3
"""Templates that are named."""


def explain_definitions(failure: OfDefinitions, environment: str, again: str = "") -> Message:
    """The message for a failure; `environment` and `again` as in `explain`."""
    fetch = f"provisioner crds fetch {environment}"
    match failure:
        case DefinitionsNotFetched(missing):
            return Message(
                Trouble.NO_DEFINITIONS,
                "Of objects of these kinds a plan checks only the metadata. What could be had is kept:\n"
                + "\n".join(f"  - {name}: {reason}" for name, reason in missing),
                "remove the reason and type the same again. Or, where they can be had, have them written into"
                " a file (`helm template … --include-crds`, `kubectl get crds -o yaml`), and take that.",
                (again or fetch, f"{fetch} --from FILE"),
            )
        case DefinitionsUnusable(path, reason, templates):
            named = "".join(f"\n  - {each}" for each in templates[:_SHOWN])
            more = len(templates) - _SHOWN
            left_out = f"\nThese are templates of a chart, and no manifests yet:{named}" if templates else ""
            left_out += f"\n  and {more} more" if more > 0 else ""
            return Message(
                Trouble.NOT_DEFINITIONS,
                f"`{path}`: {reason}. Nothing was changed.{left_out}",
                "name a folder, an archive or a file with CustomResourceDefinitions as manifests. A chart is"
                " turned into them by Helm:",
                ("helm template NAME CHART --include-crds > crds.yaml", f"{fetch} --from crds.yaml"),
            )
