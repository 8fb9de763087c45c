"""Acts on the objects of one cluster by server-side apply: one driver for every kind, no table needed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties, has_unknown
from provisioner.providers.interface import About, Checked, Identity, Object, Refused
from provisioner.providers.kubernetes import foresight, reading, removal
from provisioner.providers.kubernetes.cluster import MADE, Cluster, Target
from provisioner.providers.kubernetes.difference import compared, planned
from provisioner.providers.kubernetes.discovery import Resource
from provisioner.providers.kubernetes.forcing import FORCE
from provisioner.providers.kubernetes.functions import answer
from provisioner.providers.kubernetes.inputs import filled, problems
from provisioner.providers.kubernetes.objects import (
    CRD,
    DEFAULT_NAMESPACE,
    FIELD_MANAGER,
    MANAGER,
    Kind,
    Name,
    annotation,
    is_patch,
    kind_of,
    manifest,
    name_in,
    named,
    outputs_of,
)
from provisioner.providers.kubernetes.ownership import managers
from provisioner.providers.kubernetes.readiness import (
    WAIT_FOR,
    Failed,
    Verdict,
    is_waited_for,
    patience,
    verdict,
)
from provisioner.providers.kubernetes.refusals import rejected
from provisioner.providers.kubernetes.waiting import until

MANAGED_BY: Final = "pulumi.com/patchFieldManager"
"""The annotation that names the field manager to be."""

PROPAGATION: Final = "pulumi.com/deletionPropagationPolicy"
_PROPAGATIONS: Final = {"orphan": "Orphan", "foreground": "Foreground", "background": "Background"}


@dataclass(frozen=True, slots=True)
class ObjectsProvider:
    """The objects of one cluster; without one (it is not made yet, nobody answers) plans go by the rules."""

    cluster: Cluster | None
    namespace: str = ""
    takes_over: bool = False
    about: About = field(default_factory=lambda: About(""))

    def check(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use, and what is wrong with them: a cluster is asked about what is new or changed."""
        inputs = filled(type, name, old, new, seed, self.namespace or DEFAULT_NAMESPACE)
        wrong = tuple(problems(type, inputs))
        target = None if wrong else self._foreseeable(type, old, inputs)
        if target is None or self.cluster is None:
            return Checked(inputs, wrong)
        if is_patch(type, target.kind) or (old is not None and named(old).name == target.name.name):
            self.cluster.claim(target.path)
        return Checked(inputs, foresight.problems(self.cluster, target, self._manifest(target, inputs)))

    def foresee(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> None:
        """Begin to ask what `check` is going to ask."""
        if self.cluster is None or not self.cluster.rehearses:
            return
        inputs = filled(type, name, old, new, seed, self.namespace or DEFAULT_NAMESPACE)
        if is_patch(type, kind_of(type, inputs)) or any(problems(type, inputs)):
            return
        target = self._foreseeable(type, old, inputs)
        if target is not None:
            self.cluster.begin_rehearsal(target, self._manifest(target, inputs))

    def diff(self, type: str, old: Object, new: Properties) -> Diff:
        """What a change from `old` to `new` means; what a rehearsal has shown of it counts."""
        kind = kind_of(type, new)
        target = self._foreseeable(type, old.inputs, new)
        fixed: tuple[str, ...] = ()
        if target is not None and self.cluster is not None:
            fixed = foresight.fixed(self.cluster.shown(target, self._manifest(target, new)))
        return compared(kind, old, new, fixed)

    def planned(self, type: str, old: Object | None, new: Properties) -> Properties:
        """The outputs that are known before the step, defaults of the server among them if it was asked."""
        target = self._foreseeable(type, old.inputs if old else None, new)
        seen: Properties | None = None
        if target is not None and self.cluster is not None:
            shown = self.cluster.shown(target, self._manifest(target, new))
            seen = shown.body if shown is not None and shown.is_good else None
        return planned(kind_of(type, new), old, new, seen)

    def create(self, type: str, new: Properties) -> Object:
        """Make the object and wait until it can be used. Raises `Refused`."""
        target = self._target(type, new)
        sent = self._manifest(target, new)
        if not is_patch(type, target.kind) and not foresight.is_new(self._live, target, sent):
            self._refuse_taken(target, new)
        return self._applied(target, sent, new, "create")

    def find(self, type: str, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The id of an object by that name, if we made it."""
        resource = self._live.kinds.resource(kind_of(type, new))
        if resource is None:
            return ()
        target = self._at(type, new, resource)
        live = self._live.get(target)
        if live is None or target.name.id in known or not _is_ours(live, new, target.manager):
            return ()
        return (target.name.id,)

    def read(self, type: str, identity: Identity) -> Object | None:
        """The object as it is now, or None if it is gone. Raises `Refused`."""
        return self.read_all(type, [identity])[identity.id]

    def read_all(self, type: str, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many: those of one namespace by one list. Raises `Refused`."""
        found: dict[str, Object | None] = {}
        by_kind: dict[Kind, list[Identity]] = {}
        for identity in identities:
            kind = kind_of(type, identity.inputs or identity.outputs)
            by_kind.setdefault(kind, []).append(identity)
        for kind, some in by_kind.items():
            found |= reading.many(self._live, type, kind, some)
        return found

    def update(self, type: str, old: Object, new: Properties) -> Object:
        """Apply the object as it is to be. Raises `Refused`."""
        target = replace(self._target(type, new), manager=self._manager(type, new, old.outputs))
        target = replace(target, name=_same_place(target, name_in(old.id)))
        return self._applied(target, self._manifest(target, new), new, "update")

    def delete(self, type: str, old: Object) -> None:
        """Remove the object and wait until it is gone; gone already is a success. Raises `Refused`."""
        kind = kind_of(type, old.inputs or old.outputs)
        resource = self._live.kinds.resource(kind)
        if resource is None:
            return
        manager = self._manager(type, old.inputs, old.outputs)
        target = Target(kind, resource, resource.placed(name_in(old.id)), manager)
        if is_patch(type, kind):
            removal.let_go(self._live, target)
            return
        how = _PROPAGATIONS.get(annotation(old.inputs, PROPAGATION).lower(), "Background")
        seconds = patience(kind, old.inputs, self.about.timeouts.get("delete"))
        removal.remove(self._live, target, how, seconds)
        if kind == CRD:
            self._live.kinds.forget_all()

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """The answer of a function of the package. Raises `Refused`."""
        return answer(token, arguments)

    @property
    def _live(self) -> Cluster:
        if self.cluster is None:
            raise Refused(
                "the provider has no `kubeconfig` that is known yet, so there is no cluster to speak with",
                code="NoKubeconfig",
            )
        return self.cluster

    def _foreseeable(self, type: str, old: Properties | None, new: Properties) -> Target | None:
        """What a rehearsal is about; None if there is none: nothing changes, or too little is known."""
        cluster, kind = self.cluster, kind_of(type, new)
        if cluster is None or cluster.is_away or not cluster.rehearses or has_unknown(new):
            return None
        if old is not None and foresight.is_unchanged(kind, old, new):
            return None
        resource = foresight.resource(cluster, kind)
        return None if resource is None else self._at(type, new, resource)

    def _target(self, type: str, inputs: Properties) -> Target:
        return self._at(type, inputs, self._live.known(kind_of(type, inputs)))

    def _at(self, type: str, inputs: Properties, resource: Resource) -> Target:
        kind = kind_of(type, inputs)
        place = resource.placed(named(inputs), self.namespace or DEFAULT_NAMESPACE)
        takes_over = self.takes_over or annotation(inputs, FORCE).lower() == "true"
        return Target(kind, resource, place, self._manager(type, inputs, {}), takes_over)

    def _manager(self, type: str, inputs: Properties, recorded: Properties) -> str:
        """Who applies: as the object says, as the state says, or we."""
        if said := annotation(inputs, MANAGED_BY):
            return said
        if isinstance(kept := recorded.get(FIELD_MANAGER), str):
            return kept
        if is_patch(type, kind_of(type, inputs)):
            # Two patches of one object would otherwise each take away what the other has set.
            return f"{MANAGER}-{hashlib.sha256(self.about.urn.encode()).hexdigest()[:8]}"
        return MANAGER

    def _manifest(self, target: Target, inputs: Properties) -> dict[str, Any]:
        return manifest(target.kind, inputs, target.name.namespace)

    def _refuse_taken(self, target: Target, new: Properties) -> None:
        if self._live.is_absent(target):
            return
        live = self._live.get(target)
        if live is not None and not _is_ours(live, new, target.manager):
            raise Refused(foresight.taken(target, live), code="AlreadyExists")

    def _applied(self, target: Target, sent: dict[str, Any], new: Properties, operation: str) -> Object:
        applied = self._live.apply(target, sent)
        if not applied.is_good:
            raise rejected(applied, str(target))
        if target.kind == CRD and applied.status == MADE:
            self._live.kinds.forget_all()
        return self._awaited(target, applied.body, new, self.about.timeouts.get(operation))

    def _awaited(
        self, target: Target, live: Mapping[str, Any], new: Properties, told: float | None
    ) -> Object:
        """The object once it can be used. A `Refused` carries it as it is."""
        latest, waits = live, is_waited_for(target.kind, new)
        seconds = patience(target.kind, new, told)

        def settled() -> Verdict | str | None:
            nonlocal latest
            found = verdict(target.kind, latest, annotation(new, WAIT_FOR))
            if found is None or isinstance(found, Failed):
                return found or "ready"
            latest = self._live.get(target) or latest
            return None

        ended = until(settled, seconds, self._live.clock) if waits else "ready"
        made = Object(target.name.id, dict(new), outputs_of(target.kind, latest, new, target.manager))
        if ended == "ready":
            if target.kind == CRD:
                self._live.kinds.forget_all()
            return made
        raise Refused(self._why(target, latest, ended, seconds, new), code="NotReady", made=made)

    def _why(self, target: Target, live: Properties, ended: object, seconds: float, new: Properties) -> str:
        if isinstance(ended, Failed):
            return f"{target} was applied, and will not become ready: {ended.reason}"
        found = verdict(target.kind, live, annotation(new, WAIT_FOR))
        reason = found.reason if found is not None else "nothing was heard of it"
        how = (
            "the wait was broken off" if self._live.clock.broken_off.is_set() else f"not within {seconds:g} s"
        )
        return f"{target} was applied, and is not ready ({how}): {reason}"


def _same_place(target: Target, old: Name) -> Name:
    return target.resource.placed(old)


def _is_ours(live: Properties, new: Properties, manager: str) -> bool:
    """Whether we made an object for this program: it was applied as we apply, and has the labels of ours."""
    if manager not in managers(live):
        return False
    return _labels(live) == _labels(new)


def _labels(properties: Properties) -> dict[str, Any]:
    metadata = cast("dict[str, Any]", properties.get("metadata") or {})
    labels = cast("dict[str, Any]", metadata.get("labels") or {})
    return {name: value for name, value in labels.items() if name.startswith(foresight.OURS)}
