"""Options that limit what a plan is about, and say how an apply goes about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from provisioner.engine.interface import STEADY, Pace
from provisioner.plan.scope import Scope

F = TypeVar("F", bound=Callable[..., Any])

_SCOPE: Final = "scope"
_PACE: Final = "pace"
_LARGEST: Final = 256


def SCOPED(command: F) -> F:  # noqa: N802 - a decorator that stands among constants
    """Adds what limits a plan; `scope` has it afterwards."""
    options = (
        _several("--target", "targets", "Only this, and what is in it: a name, URN or pattern. Repeatable."),
        _several("--exclude", "excludes", "Everything but this. Repeatable."),
        _several("--replace", "replaces", "A new object for this, whatever differs. Repeatable."),
        _noted("--target-dependents", _SCOPE, "target_dependents", "Also what depends on a target."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def PACED(command: F) -> F:  # noqa: N802
    """Adds how an apply goes about its steps; `pace` has it afterwards."""
    calls = click.option(
        "--parallelism",
        type=click.IntRange(1, _LARGEST),
        metavar="N",
        help=f"Calls to the cloud at once, in each stack ({STEADY.parallelism}).",
        expose_value=False,
        callback=_note(_PACE, "parallelism"),
    )
    goes_on = _noted(
        "--continue-on-error", _PACE, "continue_on_error", "After a refusal, do what does not depend on it."
    )
    return calls(goes_on(command))


def scope() -> Scope:
    """What the command line limits the plan to."""
    said = Scope(**_said(_SCOPE))
    if said.target_dependents and not said.targets:
        raise click.UsageError("--target-dependents goes with --target: it adds what depends on that.")
    return said


def is_paced() -> bool:
    """Whether the command line says anything of how it is to be done."""
    return bool(_said(_PACE))


def pace() -> Pace:
    """How the command line wants it done."""
    return Pace(**_said(_PACE))


def _said(what: str) -> dict[str, Any]:
    return click.get_current_context().meta.get(what, {})


def _several(option: str, name: str, text: str) -> Callable[[F], F]:
    return click.option(
        option,
        multiple=True,
        metavar="URN",
        help=text,
        expose_value=False,
        callback=_note(_SCOPE, name),
    )


def _noted(option: str, what: str, name: str, text: str) -> Callable[[F], F]:
    return click.option(option, is_flag=True, help=text, expose_value=False, callback=_note(what, name))


def _note(what: str, name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def note(ctx: click.Context, _option: click.Parameter, value: Any) -> None:
        if value not in (None, (), False):
            ctx.meta.setdefault(what, {})[name] = value

    return note
