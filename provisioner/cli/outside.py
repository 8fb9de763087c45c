"""What `drift` and `refresh` have in common: the view of what differs, and recording what is agreed to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from provisioner.asked import Asked
from provisioner.causes import place_of
from provisioner.cli.asking import agreed
from provisioner.cli.changing import Workplace
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.screen import err, out
from provisioner.engine.outside import Looked
from provisioner.plan.drift_class import DriftClass
from provisioner.report.drift_view import DriftView, drift_view
from provisioner.wiring import Workspace
from provisioner.workflow import accept

Show = Callable[[DriftView], Collection[str]]
"""Shows what would be recorded, and says of which resources; none: there is nothing to record."""


Told = Callable[[Sequence[str] | None], None]
"""Is told where the states before are kept; None: nothing was recorded."""


def viewed(
    workspace: Workspace, environment: Asked, looked: Sequence[Looked], only: DriftClass | None = None
) -> DriftView:
    """What is shown of it."""
    source = workspace.files.source if workspace.files else None

    def place(setting: str) -> str:
        return place_of(source, setting) if source else ""

    return drift_view(str(environment), looked, place, only, workspace.notices)


def tell(view: DriftView) -> None:
    """Notices go to standard error."""
    for notice in view.notices:
        err().say(f"note: {notice}")


def say_recorded(backups: Sequence[str] | None) -> None:
    """Tell it to a person."""
    if backups is not None:
        kept = "".join(f"\n  {backup}" for backup in backups)
        out().say(f"\nRecorded. The state before is kept as:{kept}")


def record(
    workspace: Workplace,
    view: Callable[[Sequence[Looked]], DriftView],
    show: Show,
    *,
    yes: bool,
    told: Told = say_recorded,
) -> ExitCode:
    """Record what is shown, when somebody agrees; the cloud stays as it is. Raises a `Failure`."""
    is_something = False

    def agree(looked: Sequence[Looked]) -> Collection[str] | None:
        nonlocal is_something
        found = view(looked)
        urns = show(found)
        is_something = bool(urns) or any(each.unfinished for each in looked)
        name = workspace.called
        is_agreed = is_something and (yes or agreed(f"Record this in the state of {name}?", "yes"))
        return urns if is_agreed else None

    backups = accept(workspace.engine, workspace.stacks, agree)
    if backups is None and is_something:
        out().say("Nothing was changed.")
        return ExitCode.FAILED
    told(backups)
    return ExitCode.DONE
