"""Carries out a `ResourceSpec` against AWS: everything a provider does with objects of one type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Protocol, cast

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Answers, Target, begin, parameters, run, see_it_done
from provisioner.providers.aws.changing import carried_by_create, follow_on, make_changes
from provisioner.providers.aws.difference import diff, planned
from provisioner.providers.aws.finding import found_again
from provisioner.providers.aws.inputs import ALL_TAGS, REGION, checked
from provisioner.providers.aws.naming import Named
from provisioner.providers.aws.paths import at
from provisioner.providers.aws.reading import (
    Document,
    main_document,
    many_documents,
    outputs_of,
    read_object,
    sends_many,
)
from provisioner.providers.aws.retry import SEEN_WITHIN, until
from provisioner.providers.aws.scope import Scope
from provisioner.providers.aws.spec import ByInputs, ResourceSpec, Text
from provisioner.providers.aws.text import read_backwards
from provisioner.providers.interface import CONNECTION_LOST, Checked, Identity, Object, Refused

READERS = 16
"""Threads that read objects of one type side by side; more gained nothing at 150 ms a call."""
TOGETHER = 100
"""Ids in one call; EC2 takes 200 values in a filter, ECR 100 names."""


class TypeDriver(Protocol):
    """What a provider does with objects of one type; `providers.interface.Provider` says what each means."""

    def check(self, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use."""
        ...

    def diff(self, old: Object, new: Properties) -> Diff:
        """What a change means."""
        ...

    def planned(self, old: Object | None, new: Properties) -> Properties:
        """The outputs that are known before."""
        ...

    def create(self, new: Properties) -> Object:
        """Make the object."""
        ...

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """Find it again."""
        ...

    def read(self, identity: Identity) -> Object | None:
        """The object as it is now."""
        ...

    def read_all(self, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """Many of them."""
        ...

    def update(self, old: Object, new: Properties) -> Object:
        """Change it in place."""
        ...

    def delete(self, old: Object) -> None:
        """Remove it."""
        ...


class TableDriver:
    """A `TypeDriver` that does what the table says; types in `special/` override what a table cannot say."""

    def __init__(self, spec: ResourceSpec, scope: Scope) -> None:
        self.spec = spec
        self.scope = scope

    def check(self, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use, and what is wrong with them."""
        named = Named(self.spec.type, name, seed)
        return checked(self.spec, named, old, new, self.scope.default_tags)

    def diff(self, old: Object, new: Properties) -> Diff:
        """What a change to `new` means."""
        return diff(self.spec, old, new, self.region(new))

    def planned(self, old: Object | None, new: Properties) -> Properties:
        """The outputs as far as they are known before the step."""
        return planned(self.spec, old, new, self.region(new))

    def create(self, new: Properties) -> Object:
        """Make the object, give it the settings that create does not take, wait until it can be used."""
        target = self.target(new)
        try:
            made, answer = self._made(target, new)
        except Refused as refusal:
            if refusal.code != CONNECTION_LOST:
                raise
            made, answer = self._made_unseen(target, new, refusal), {}
        try:
            if made.document is not None:
                see_it_done(self.spec.create, made)
            follow_on(self.spec, made, new)
            return self.settled(made, new)
        except Refused as refusal:
            so_far = self._so_far(made, new, answer)
            raise Refused(refusal.reason, code=refusal.code, made=so_far) from refusal

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """Ids of objects that a create of `new` may have made, without `known`."""
        return found_again(self.spec, self.target(new), known, self.read)

    def read(self, identity: Identity) -> Object | None:
        """The object as it is now, or None if it is gone."""
        return self._read(self.identified(identity), identity, None)

    def read_all(self, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many, with one call for all where AWS has one and every call only once."""
        answers = Answers()
        targets = [replace(self.identified(identity), answers=answers) for identity in identities]
        together = self._together(targets) if sends_many(self.spec) else {}
        with ThreadPoolExecutor(READERS, thread_name_prefix="aws-read") as pool:
            objects = pool.map(self._read, targets, identities, (together.get(t.region) for t in targets))
            return {identity.id: found for identity, found in zip(identities, objects, strict=True)}

    def update(self, old: Object, new: Properties) -> Object:
        """Bring what differs in line. A `Refused` on the way carries the object as it is then."""
        target = self.target(new, old)
        try:
            self.make_changes(target, old.inputs, new)
            return self.settled(target, new)
        except Refused as refusal:
            raise Refused(refusal.reason, code=refusal.code, made=self._as_left(old, new)) from refusal

    def delete(self, old: Object) -> None:
        """Remove the object and wait until it is gone; one that is gone already is a success."""
        spec, target = self.spec, self.target(old.inputs, old)
        if spec.delete is None:
            return
        try:
            run(spec.delete, target)
        except Refused as refusal:
            if refusal.code not in spec.absent:
                raise
            return
        if spec.vanishes_within and not self._has_vanished(target):
            raise Refused(
                f"{spec.type} {old.id} was still there {self._vanishes_within():g} s after it was deleted"
            )

    def make_changes(self, target: Target, old: Properties, new: Properties) -> None:
        """Make the calls for everything that differs between two sets of inputs. Raises `Refused`."""
        make_changes(self.spec, target, old, new)

    def region(self, props: Properties) -> str:
        """Where an object with these properties is."""
        given = props.get(REGION)
        return given if isinstance(given, str) else self.scope.region

    def target(self, props: Properties, old: Object | None = None) -> Target:
        """What a call about an object with these inputs is about; what was recorded stands behind them."""
        if old is None:
            return Target(self.scope, self.spec.service, self.region(props), props)
        behind = {
            prop: value for prop, value in old.outputs.items() if prop not in old.inputs or prop in props
        }
        region = self.region({REGION: old.outputs.get(REGION), **props})
        return Target(self.scope, self.spec.service, region, {**behind, **props}, old.id)

    def identified(self, identity: Identity) -> Target:
        """The same for an object that is known by its id and perhaps by its record."""
        spec = self.spec
        parts = read_backwards(spec.id, identity.id) if isinstance(spec.id, Text) else {}
        target = self.target(identity.inputs, Object(identity.id, identity.inputs, identity.outputs))
        return replace(target, props={**parts, **target.props})

    def settled(self, target: Target, new: Properties) -> Object:
        """The object as it is once it can be used. Raises `Refused` if it will not be, or cannot be seen."""
        main = until(lambda: self._usable(target), self._patience(), self.scope.clock)
        identity = Identity(target.id, new)
        found = read_object(self.spec, target, identity, main) if main is not None else None
        if found is None:
            raise Refused(f"{self.spec.type} {target.id} could not be used within {self._patience():g} s")
        return Object(found.id, new, found.outputs)

    def _made(self, target: Target, new: Properties) -> tuple[Target, Any]:
        spec = self.spec
        extra = carried_by_create(spec, parameters(spec.create, target), new)
        told = begin(spec.create, target, extra)
        answer = at(spec.create.answer, told)
        id = target.text(spec.id) if isinstance(spec.id, Text) else at(spec.id, answer)  # noqa: A001
        if not id:
            raise Refused(f"{spec.service}:{spec.create.name} answered without saying what it has made")
        return replace(target, id=str(id), document=told), answer

    def _made_unseen(self, target: Target, new: Properties, refusal: Refused) -> Target:
        """The object whose create was not answered, if its id follows from its inputs and it is there.

        Otherwise it takes the ids of its likes to tell it from them, and those the engine has.
        """
        ours = self.find(new, ()) if isinstance(self.spec.find, ByInputs) else ()
        if not ours:
            raise refusal
        return replace(target, id=ours[0])

    def _so_far(self, made: Target, new: Properties, answer: Any) -> Object:
        """What is to be recorded of an object whose making was not finished: what create itself was told."""
        later = {row.prop for row in self.spec.fields if not row.with_create}
        if self.spec.tags and not self.spec.tags.create_as:
            later |= {"tags", ALL_TAGS}
        inputs = {prop: value for prop, value in new.items() if prop not in later}
        document: Document = cast("Document", answer) if isinstance(answer, dict) else {}
        if self.spec.lost:
            document = self._seen(made) or document
        return Object(made.id, inputs, outputs_of(self.spec, made, document, inputs))

    def _seen(self, made: Target) -> Document | None:
        """The main document, if there is one to be had."""
        try:
            return main_document(self.spec, made)
        except Refused:
            return None

    def _as_left(self, old: Object, new: Properties) -> Object | None:
        """The object after an update that was not finished, if it can be seen."""
        told = {r.prop for r in self.spec.fields if r.read is not None and not r.may_be_silent}
        declared = {prop: value for prop, value in new.items() if prop in told}
        try:
            return self.read(Identity(old.id, {**declared, **old.inputs}, old.outputs))
        except Refused:
            return None

    def _read(self, target: Target, identity: Identity, items: list[Any] | None) -> Object | None:
        main = main_document(self.spec, target, items)
        return None if main is None else read_object(self.spec, target, identity, main)

    def _together(self, targets: Sequence[Target]) -> dict[str, list[Any] | None]:
        """What AWS answers about all objects of a region; None where it has to be asked about each."""
        regions = sorted({target.region for target in targets})
        return {region: self._batch([t for t in targets if t.region == region]) for region in regions}

    def _batch(self, targets: Sequence[Target]) -> list[Any] | None:
        items: list[Any] = []
        for some in _chunks([target.id for target in targets]):
            answer = many_documents(self.spec, replace(targets[0], ids=some, answers=None))
            if answer is None:
                return None
            items += answer
        return items

    def _usable(self, target: Target) -> Document | None:
        """The main document once the object can be used."""
        wait = self.spec.ready
        main = main_document(self.spec, target)
        if main is None or wait is None:
            return main
        if wait.failed and (reason := at(wait.failed, main)):
            raise Refused(f"{self.spec.type} {target.id} cannot be used: {reason}")
        return main if at(wait.until, main) else None

    def _patience(self) -> float:
        return self.scope.patience(self.spec.ready.seconds if self.spec.ready else SEEN_WITHIN)

    def _vanishes_within(self) -> float:
        return self.scope.patience(self.spec.vanishes_within)

    def _has_vanished(self, target: Target) -> bool:
        def gone() -> bool | None:
            return True if main_document(self.spec, target) is None else None

        return until(gone, self._vanishes_within(), self.scope.clock) is True


def _chunks(ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(ids), TOGETHER):
        yield tuple(ids[start : start + TOGETHER])
