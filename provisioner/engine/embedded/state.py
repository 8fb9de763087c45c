"""What is recorded of resources: the records, and the smallest changes of a set of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from provisioner.plan.values import Properties

LOST: Final = "the object was found to be gone"
"""The init error by which a record says that others deleted its object: the format has no field for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceState:
    """One resource as Pulumi's deployment format records it (`ResourceV3`)."""

    urn: str
    type: str
    custom: bool
    id: str = ""
    parent: str = ""
    provider: str = ""
    """`<URN>::<id>` of the provider resource; empty for components and providers."""

    inputs: Properties = field(default_factory=dict[str, Any])
    outputs: Properties = field(default_factory=dict[str, Any])
    """Values may contain `Secret` and `Reference`, never `UNKNOWN`."""

    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    protect: bool = False
    retain_on_delete: bool = False
    external: bool = False
    """Read by the program, not managed by it."""

    delete: bool = False
    """Replaced by a newer object, and still to be deleted."""

    pending_replacement: bool = False
    """There is no object, and a new one can take its place: we deleted it, or others did (`is_lost`)."""

    init_errors: tuple[str, ...] = ()
    """Why the object is not complete; the next apply updates it even if nothing else changed."""

    additional_secret_outputs: tuple[str, ...] = ()
    custom_timeouts: Mapping[str, float] = field(default_factory=dict[str, float])
    """Seconds by `create`, `update`, `delete`."""

    import_id: str = ""
    deleted_with: str = ""
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replace_with: tuple[str, ...] = ()
    """URNs of resources that it is replaced with."""

    replacement_trigger: Any = None
    """A value whose change replaces the object; None: there is none."""

    hide_diffs: tuple[str, ...] = ()
    """Paths to inputs whose changes are not shown."""

    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Names of the program's functions around its steps, by Pulumi's `BeforeCreate`, …, `OnError`."""

    created: str = ""
    modified: str = ""
    """RFC 3339, UTC."""

    other: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Fields of the format that this engine does not use, kept as they were read."""

    @property
    def key(self) -> Key:
        """What tells this record from all others of the stack."""
        return Key(self.urn, self.id if self.delete else "")

    @property
    def is_lost(self) -> bool:
        """Whether the object was found gone, and nobody has made it again or given it up since."""
        return self.pending_replacement and LOST in self.init_errors

    def lost(self) -> ResourceState:
        """The record of an object that others deleted; it stays until a plan has said who still wants it."""
        return replace(self, pending_replacement=True, init_errors=(LOST,))


@dataclass(frozen=True, slots=True)
class Key:
    """A URN has one live record, and any number that wait for deletion, told apart by their id."""

    urn: str
    condemned_id: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """Record this state in place of the one with the same key, or as the newest."""

    state: ResourceState


@dataclass(frozen=True, slots=True)
class Drop:
    """Forget the record with this key."""

    key: Key


@dataclass(frozen=True, slots=True)
class Rename:
    """A resource goes by a new URN from now on; every reference to it follows."""

    old: str
    new: str


Edit = Put | Drop | Rename


@dataclass(frozen=True, slots=True)
class Began:
    """Written before a provider is called: what may exist from now on.

    `goal` is the record that a success would leave, with the checked inputs and without outputs; for a
    deletion it is the record that would go. `kind` is Pulumi's word: creating, updating, deleting, reading,
    importing.
    """

    operation: int
    kind: str
    goal: ResourceState


@dataclass(frozen=True, slots=True)
class Ended:
    """Written when the provider has answered, before anything that depends on the answer starts.

    `edits` is empty if the provider refused and nothing was made.
    """

    operation: int
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Noted:
    """A change of the records that needed no provider: a component, a provider resource, new dependencies."""

    edits: tuple[Edit, ...]


Entry = Began | Ended | Noted
