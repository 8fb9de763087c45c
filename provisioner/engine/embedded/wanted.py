"""What a program asks the engine for, as values; and the answer it waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from provisioner.plan.values import Properties


@dataclass(frozen=True, slots=True)
class AliasSpec:
    """A former identity, relative to the resource's present one; None means that part was the same."""

    name: str | None = None
    type: str | None = None
    stack: str | None = None
    project: str | None = None
    parent: str | None = None
    """The former parent's URN; empty if it had none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A resource the program registers. `None` in an option means that the program left it open."""

    type: str
    name: str
    custom: bool
    parent: str = ""
    inputs: Properties = field(default_factory=dict[str, Any])
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    provider: str = ""
    protect: bool | None = None
    retain_on_delete: bool | None = None
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    alias_urns: tuple[str, ...] = ()
    aliases: tuple[AliasSpec, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    custom_timeouts: Mapping[str, float] = field(default_factory=dict[str, float])
    """Seconds."""

    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    replacement_trigger: Any = None
    hide_diffs: tuple[str, ...] = ()
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Names of functions of the program, by Pulumi's `BeforeCreate`, …, `OnError`."""

    import_id: str = ""
    """The object that exists already, if the program names one."""

    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """An existing object that the program reads and does not manage (`Vpc.get`)."""

    type: str
    name: str
    id: Any
    parent: str = ""
    inputs: Properties = field(default_factory=dict[str, Any])
    dependencies: tuple[str, ...] = ()
    provider: str = ""
    additional_secret_outputs: tuple[str, ...] = ()
    version: str = ""

    def as_wanted(self) -> Wanted:
        """The same as a resource, as far as names and records are concerned."""
        return Wanted(
            type=self.type,
            name=self.name,
            custom=True,
            parent=self.parent,
            inputs=self.inputs,
            dependencies=self.dependencies,
            provider=self.provider,
            additional_secret_outputs=self.additional_secret_outputs,
            version=self.version,
        )


@dataclass(frozen=True, slots=True)
class Reported:
    """Outputs that a component, or the stack itself, registers at its end."""

    urn: str
    outputs: Properties


@dataclass(frozen=True, slots=True)
class Finished:
    """The program asks for nothing more, and stays until everything is done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program learns of a resource; an empty id means that it is not known yet."""

    urn: str
    id: str = ""
    outputs: Properties = field(default_factory=dict[str, Any])
    is_missing: bool = False
    """There is no such object, and will be none in this run; the program goes on without it."""


Reply = Callable[[Answer], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the program on its way to the thread that decides."""

    what: Wanted | Lookup | Reported | Finished
    reply: Future[Answer]
