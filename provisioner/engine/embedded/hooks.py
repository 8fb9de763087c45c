"""Hooks: functions of the program that run before and after the steps of its resources, and when one fails.

The record of a resource names its hooks, so that they are there for its deletion as well; the functions
themselves are the program's, which has to run for them. Source: pulumi/pulumi, `RunHooks` and `RunErrorHooks`
in `pkg/resource/deploy/deployment.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.embedded.work import Call, Part
from provisioner.engine.events import Event, ProgramSpoke, Severity
from provisioner.plan.values import Properties

ON_ERROR: Final = "OnError"
MOST_TRIES: Final = 100
"""How often a call is made at most, if error hooks want it made again; as in Pulumi's engine."""

_STEPS: Final = {Call.CREATE: "Create", Call.UPDATE: "Update", Call.DELETE: "Delete"}
_WORDS: Final = {Call.CREATE: "create", Call.UPDATE: "update", Call.DELETE: "delete"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a hook is told of a step; None is what there is not."""

    urn: str
    type: str
    id: str
    new_inputs: Properties | None = None
    old_inputs: Properties | None = None
    new_outputs: Properties | None = None
    old_outputs: Properties | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """A function around steps."""

    name: str
    run: Callable[[Occasion], str]
    """What it says against the step, or what has become of it; empty: nothing."""

    in_plans: bool = False
    is_lenient: bool = False
    """Whether a failure of it is only a warning."""


@dataclass(frozen=True, slots=True)
class ErrorHook:
    """A function that is asked when a call was refused."""

    name: str
    ask: Callable[[Occasion, str, Sequence[str]], tuple[bool, str]]
    """(occasion, `create`…, errors newest first) -> whether to call again, and how the hook itself failed."""


class Hooks:
    """The functions that the program of a run has registered. May be used from any thread."""

    def __init__(self) -> None:
        self._hooks: dict[str, Hook | ErrorHook] = {}
        self._tell: Callable[[Event], None] = lambda _: None
        self._is_preview = False

    def begin(self, tell: Callable[[Event], None], *, is_preview: bool) -> None:
        """Say where warnings go, and whether the steps are only thought of."""
        self._tell, self._is_preview = tell, is_preview

    @property
    def are_any(self) -> bool:
        """Whether the program has registered one."""
        return bool(self._hooks)

    def add(self, hook: Hook | ErrorHook) -> bool:
        """Know it by its name from now on; False if that is taken."""
        return self._hooks.setdefault(hook.name, hook) is hook

    def before(self, part: Part) -> str:
        """What speaks against making a call; empty: nothing."""
        return self._run("Before", part, None)

    def after(self, part: Part, made: ResourceState) -> str:
        """What went wrong after a call that left this record; empty: nothing."""
        return self._run("After", part, made)

    def again(self, part: Part, errors: Sequence[str]) -> tuple[bool, str]:
        """Whether to make a call again that was refused, and what went wrong when that was asked."""
        wanted = False
        for name in part.goal.hooks.get(ON_ERROR, ()):
            hook = self._hooks.get(name)
            if not isinstance(hook, ErrorHook):
                return False, f"the error hook {name} is not registered"
            retry, trouble = hook.ask(_occasion(part, None), _WORDS[part.call], errors)
            if trouble:
                return False, f"the error hook {name} failed: {trouble}"
            wanted = wanted or retry
        if wanted:
            self._warn(
                part.goal.urn, f"{_WORDS[part.call]} is tried again, as an error hook asks ({len(errors)})"
            )
        return wanted, ""

    def _run(self, time: str, part: Part, made: ResourceState | None) -> str:
        for name in part.goal.hooks.get(f"{time}{_STEPS[part.call]}", ()) if part.call in _STEPS else ():
            hook = self._hooks.get(name)
            if not isinstance(hook, Hook):
                return f"the hook {name} is not registered"
            if self._is_preview and not hook.in_plans:
                continue
            if trouble := hook.run(_occasion(part, made)):
                text = f"the hook {name} failed {time.lower()} {_WORDS[part.call]}: {trouble}"
                if not hook.is_lenient:
                    return text
                self._warn(part.goal.urn, text)
        return ""

    def _warn(self, urn: str, text: str) -> None:
        self._tell(ProgramSpoke(Severity.WARNING, text, urn))


def _occasion(part: Part, made: ResourceState | None) -> Occasion:
    goal, old = part.goal, part.old
    about = Occasion(urn=goal.urn, type=goal.type, id=made.id if made else goal.id)
    if part.call is Call.DELETE:
        return replace(about, old_inputs=goal.inputs, old_outputs=goal.outputs)
    about = replace(about, new_inputs=goal.inputs, new_outputs=made.outputs if made else None)
    if part.call is Call.UPDATE and old is not None:
        return replace(about, old_inputs=old.inputs, old_outputs=old.outputs)
    return about
