"""From what a program asks for to the record that a success would leave. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.planner import former_urns
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Key, ResourceState
from provisioner.engine.embedded.wanted import Wanted
from provisioner.engine.failures import AliasTaken, DuplicateUrn, UnknownParent


@dataclass(frozen=True, slots=True)
class Goal:
    """A registration with its identity settled."""

    wanted: Wanted
    state: ResourceState
    """What a success would record; inputs are the program's, unchecked, outputs are empty."""

    old: ResourceState | None
    """The live record of the same resource, under this URN or a former one."""

    @property
    def renamed_from(self) -> str | None:
        """The URN the record is under, if it is another one."""
        return self.old.urn if self.old is not None and self.old.urn != self.state.urn else None

    @property
    def former(self) -> str:
        """The URN its record is under when the run begins."""
        return self.renamed_from or self.state.urn

    @property
    def names(self) -> frozenset[str]:
        """The URNs that records may call it by: a plan leaves them under the former one."""
        return frozenset({self.state.urn, self.former})


class Census:
    """Who is registered in this run, and which records they lay claim to."""

    def __init__(self, stack: str, project: str, base: Snapshot) -> None:
        self._stack = stack
        self._project = project
        self._base = base
        self._claimed: set[str] = set()
        self._former: dict[str, str] = {}
        """The URN each resource's record was under, if it was another one."""

        self._aliases: dict[str, tuple[str, ...]] = {}
        """Every URN a resource may once have gone by."""

        self.registered: dict[str, ResourceState] = {}
        """The latest record of each resource of this run."""

        self.replaced: set[Key] = set()
        """Records whose objects are deleted at the end of this run, as part of their successors' steps."""

        self.replacing: set[str] = set()
        """URNs of resources that get a new object in this run."""

        self.released: dict[Key, ResourceState] = {}
        """Records of objects that a mere lookup takes the place of; they are deleted at the end."""

        self.evicted: set[str] = set()
        """URNs of live records whose objects were deleted early to make room for others."""

        self.cleared: set[Key] = set()
        """Records that waited for deletion, and were deleted early to make room."""

    def goal(self, wanted: Wanted) -> Goal:
        """The registration's goal. Raises `DuplicateUrn`, `UnknownParent` or `AliasTaken`."""
        urn = urns.make(self._stack, self._project, wanted.parent, wanted.type, wanted.name)
        if urn in self.registered:
            raise DuplicateUrn(urn)
        parent = self._parent(urn, wanted)
        old = self._claim(urn, wanted)
        return Goal(wanted, _state(urn, wanted, parent, old), old)

    def is_claimed(self, urn: str) -> bool:
        """Whether a record belongs to a resource of this run."""
        return urn in self._claimed

    def _parent(self, urn: str, wanted: Wanted) -> ResourceState | None:
        if not wanted.parent:
            return None
        if wanted.parent not in self.registered:
            raise UnknownParent(urn, wanted.parent)
        return self.registered[wanted.parent]

    def _claim(self, urn: str, wanted: Wanted) -> ResourceState | None:
        for candidate in (
            urn,
            *self._former_names(urn, wanted),
        ):
            old = self._base.live(candidate)
            if old is None:
                continue
            if candidate in self._claimed:
                raise AliasTaken(urn, candidate)
            self._claimed.add(candidate)
            if candidate != urn:
                self._former[urn] = candidate
            return old
        return None

    def _former_names(self, urn: str, wanted: Wanted) -> tuple[str, ...]:
        """As its own aliases say, and under the parent's former names: children follow their parent."""
        own = former_urns(wanted, self._stack, self._project)
        followed = (
            urns.reparented(name, wanted.parent, former)
            for former in self._aliases.get(wanted.parent, ())
            if self._is_out_of_use(former, wanted.parent)
            for name in (urn, *own)
        )
        names = tuple(name for name in dict.fromkeys((*own, *followed)) if name != urn)
        if names:
            self._aliases[urn] = names
        return names

    def _is_out_of_use(self, former: str, parent: str) -> bool:
        """Whether the parent goes by another name now; perhaps since a run that ended before its children."""
        return self._former.get(parent) == former or self._base.live(former) is None


def _state(
    urn: str, wanted: Wanted, parent: ResourceState | None, old: ResourceState | None
) -> ResourceState:
    protect = wanted.protect if wanted.protect is not None else bool(parent and parent.protect)
    retain = wanted.retain_on_delete
    return ResourceState(
        urn=urn,
        type=wanted.type,
        custom=wanted.custom,
        parent=wanted.parent,
        provider=wanted.provider if wanted.custom else "",
        inputs=wanted.inputs,
        dependencies=wanted.dependencies,
        property_dependencies=_property_dependencies(wanted),
        protect=protect,
        retain_on_delete=retain if retain is not None else bool(parent and parent.retain_on_delete),
        additional_secret_outputs=wanted.additional_secret_outputs,
        custom_timeouts=wanted.custom_timeouts,
        import_id=wanted.import_id,
        replace_with=wanted.replace_with,
        replacement_trigger=wanted.replacement_trigger,
        hide_diffs=wanted.hide_diffs,
        hooks=wanted.hooks,
        deleted_with=wanted.deleted_with or (parent.deleted_with if parent else ""),
        ignore_changes=wanted.ignore_changes,
        replace_on_changes=wanted.replace_on_changes,
        created=old.created if old else "",
        modified=old.modified if old else "",
        other=old.other if old else {},
    )


def _property_dependencies(wanted: Wanted) -> Mapping[str, tuple[str, ...]]:
    """Empty lists carry nothing; when the program sends none at all, each property depends on everything."""
    if wanted.property_dependencies:
        return {name: needs for name, needs in wanted.property_dependencies.items() if needs}
    return dict.fromkeys(wanted.inputs, wanted.dependencies) if wanted.dependencies else {}
