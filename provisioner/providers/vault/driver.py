"""Carries out a `ResourceSpec` against Vault: everything a provider does with objects of one type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, cast

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties
from provisioner.providers.interface import CANNOT_FIND, Checked, Identity, Object, Refused
from provisioner.providers.vault.difference import changed, diff, planned, same
from provisioner.providers.vault.inputs import checked
from provisioner.providers.vault.naming import DEFAULTS, Named
from provisioner.providers.vault.paths import at, put
from provisioner.providers.vault.reading import object_of, outputs_of
from provisioner.providers.vault.refusals import BAD_REQUEST, DENIED, NOT_FOUND, rejected
from provisioner.providers.vault.session import Session
from provisioner.providers.vault.spec import LOCAL, NAMESPACE, ONCE, WRITE, Call, Field, ResourceSpec, Text
from provisioner.providers.vault.text import filled, read_backwards
from provisioner.providers.vault.transport import Answer

READERS: Final = 16
"""Threads that read objects of one type side by side."""


class TableDriver:
    """Does what the table says; types in `special/` override what a table cannot say."""

    def __init__(self, spec: ResourceSpec, session: Session) -> None:
        self.spec = spec
        self.session = session

    def check(self, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use, and what is wrong with them."""
        return checked(self.spec, Named(self.spec.type, name, seed), old, new)

    def diff(self, old: Object, new: Properties) -> Diff:
        """What a change to `new` means."""
        return diff(self.spec, old, new)

    def planned(self, old: Object | None, new: Properties) -> Properties:
        """The outputs as far as they are known before the step."""
        return planned(self.spec, old, new)

    def create(self, new: Properties) -> Object:
        """Make the object, and give it the settings that create does not take."""
        answer = self.done(self.spec.create, new, self.body(self.spec.create, new))
        made = self.made(new, answer)
        try:
            self.follow_on(made, new)
            return self.settled(made, new)
        except Refused as refusal:
            raise Refused(refusal.reason, code=refusal.code, made=self._so_far(made, new)) from refusal

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The id of the object that a create of `new` may have made, unless it is one of `known`."""
        id = self.sought(new)  # noqa: A001
        if id is None or id in known:
            return ()
        try:
            present = self.read(Identity(id, new))
        except Refused as refusal:
            if refusal.code == DENIED:
                return ()
            raise
        return (id,) if present and self.agrees(new, present) else ()

    def sought(self, new: Properties) -> str | None:
        """The id of an object with these properties, if there is one. Raises `Refused`."""
        if self.spec.look is not None:
            found = self.document(self.spec.look, new) or {}
            assert isinstance(self.spec.id, str), "an id that is looked for is Vault's"
            return cast("str | None", at(self.spec.id, found))
        if isinstance(self.spec.id, str):
            raise Refused(f"Vault has no way to look for a {self.spec.type}", code=CANNOT_FIND)
        return filled(self.spec.id, new)

    def read(self, identity: Identity) -> Object | None:
        """The object as it is now, or None if it is gone."""
        if self.spec.read is None:
            return self.recorded(identity)
        document = self.whole(self.spec.read, self.values(identity))
        return None if document is None else object_of(self.spec, identity, document, self.parts(identity.id))

    def read_all(self, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many, side by side."""
        with ThreadPoolExecutor(READERS, thread_name_prefix="vault-read") as pool:
            objects = pool.map(self.read, identities)
            return {identity.id: found for identity, found in zip(identities, objects, strict=True)}

    def update(self, old: Object, new: Properties) -> Object:
        """Bring what differs in line. A `Refused` on the way carries the object as it is then."""
        try:
            self.make_changes(old, new)
            return self.settled(old, new)
        except Refused as refusal:
            raise Refused(refusal.reason, code=refusal.code, made=self._as_left(old)) from refusal

    def delete(self, old: Object) -> None:
        """Remove the object; one that is gone already is a success."""
        if self.spec.delete is not None:
            self.done(
                self.spec.delete, self.values(Identity(old.id, old.inputs, old.outputs)), gone_is_good=True
            )

    def make_changes(self, old: Object, new: Properties) -> None:
        """Make the calls for everything that differs between two sets of inputs. Raises `Refused`."""
        rows = list(changed(self.spec, old.inputs, new))
        values = {**self.parts(old.id), **old.outputs, **new, "id": old.id}
        calls = {row.on_change for row in rows if isinstance(row.on_change, Call)}
        if any(row.on_change is WRITE for row in rows):
            self.write(values, old, new, rows)
        for call in sorted(calls, key=lambda call: call.path):
            self.done(call, values, _body(self.settings(call, rows), new))

    def settings(self, call: Call, rows: Sequence[Field]) -> list[Field]:
        """The fields that a call of their own carries when `rows` differ."""
        return [row for row in rows if row.on_change == call]

    def write(self, values: Properties, old: Object, new: Properties, rows: Sequence[Field]) -> None:  # noqa: ARG002 - `old` for those that override it
        """Repeat the write, with what was removed put back to what a new object has."""
        call = self.spec.update or self.spec.create
        removed = {row.parameter: row.reset for row in rows if row.prop not in new and row.reset is not None}
        self.done(call, values, {**self.body(call, new, is_first=False), **removed})

    def follow_on(self, made: Object, new: Properties) -> None:
        """The calls for settings that create does not take, where they are not what a new object has."""
        rows = [row for row in self.spec.fields if not row.with_create and _differs_from_new(row, new)]
        values = {**new, "id": made.id}
        for call in dict.fromkeys(row.on_change for row in rows if isinstance(row.on_change, Call)):
            self.done(call, values, _body(self.settings(call, rows), new))

    def made(self, new: Properties, answer: Answer) -> Object:
        """The object that a create has made, as far as its answer tells."""
        told = answer.data
        outputs = outputs_of(self.spec, told, new, "")
        id = self.identity(told, {**outputs, **{k: v for k, v in new.items() if v is not None}})  # noqa: A001
        if not id:
            raise Refused(f"Vault has made a {self.spec.type} and did not say which")
        return object_of(self.spec, Identity(id, new), told, {})

    def identity(self, told: Properties, known: Properties) -> str | None:
        """The id of an object that was made."""
        if isinstance(self.spec.id, Text):
            return filled(self.spec.id, known)
        found = at(self.spec.id, told)
        return None if found is None else str(found)

    def settled(self, target: Object, new: Properties) -> Object:
        """The object as it is after a change. Raises `Refused` if it cannot be seen."""
        found = self.read(Identity(target.id, new, target.outputs))
        if found is None:
            raise Refused(f"{self.spec.type} {target.id} was written, and is not there")
        return Object(found.id, new, found.outputs)

    def recorded(self, identity: Identity) -> Object | None:
        """An object of which Vault tells nothing: as it was recorded."""
        if not identity.inputs and not identity.outputs:
            raise Refused(f"{self.spec.type} cannot be imported: Vault tells nothing of it")
        return Object(identity.id, identity.inputs, identity.outputs)

    def agrees(self, wanted: Properties, present: Object) -> bool:
        """Whether every field that create has set and Vault tells is as wanted."""
        return all(
            same(row, present.outputs.get(row.prop), wanted[row.prop])
            for row in self.spec.fields
            if row.prop in wanted and row.with_create and row.on_change is not LOCAL and row.read is not None
            if not (row.may_be_silent and present.outputs.get(row.prop) is None)
        )

    def body(self, call: Call, new: Properties, *, is_first: bool = True) -> dict[str, Any]:
        """What a write sends: every field it takes, and what the call itself says."""
        rows = [row for row in self.spec.fields if row.with_create and row.on_change is not LOCAL]
        takes = [
            row for row in rows if is_first or not (isinstance(row.on_change, Call) or row.on_change is ONCE)
        ]
        return _body([row for row in takes if _is_not_in(row, call)], new)

    def parts(self, id: str) -> dict[str, str]:
        """The properties that an id is made of."""
        return read_backwards(self.spec.id, id) if isinstance(self.spec.id, Text) else {}

    def values(self, identity: Identity) -> dict[str, Any]:
        """What the placeholders of a call about an object stand for."""
        return {**self.parts(identity.id), **identity.outputs, **identity.inputs, "id": identity.id}

    def whole(self, call: Call, values: Properties) -> Properties | None:
        """The document with those of further reads in it, or None if the object is gone."""
        main = self.document(call, values)
        if main is None or not self.spec.also:
            return main
        more = {name: self.document(also, values) for name, also in self.spec.also.items()}
        return {**main, **more}

    def document(self, call: Call, values: Properties) -> Properties | None:
        """What Vault tells of an object, or None if it is gone."""
        answer = self.asked(call, values)
        if answer.status == NOT_FOUND or self._is_absent(answer):
            return None
        if not answer.is_good:
            raise rejected(answer, f"{self.spec.type} {values.get('id', '')}")
        found = at(self.spec.document, answer.body)
        return cast("Properties", found) if isinstance(found, dict) else {}

    def done(
        self, call: Call, values: Properties, body: Properties | None = None, *, gone_is_good: bool = False
    ) -> Answer:
        """The answer of a call that has done what it was asked. Raises `Refused`."""
        answer = self.asked(call, values, body)
        if answer.is_good or (gone_is_good and (answer.status == NOT_FOUND or self._is_absent(answer))):
            return answer
        raise rejected(answer, f"{call.method} {self._path(call, values)}")

    def asked(self, call: Call, values: Properties, body: Properties | None = None) -> Answer:
        """The answer of a call, good or not. Raises `Refused`."""
        sends = {name: filled(Text(text), values) for name, text in call.sends.items()}
        sent = {**(body or {}), **sends} if call.method in ("POST", "PUT", "PATCH") else None
        inside = str(values.get(NAMESPACE) or "")
        return self.session.call(
            call.method, self._path(call, values), sent, namespace=inside, is_repeatable=call.repeatable
        )

    def _path(self, call: Call, values: Properties) -> str:
        path = filled(Text(call.path), values)
        if path is None:
            raise Refused(f"{self.spec.type} {values.get('id', '')}: the id is not of the form {self.form()}")
        return path

    def form(self) -> str:
        """How ids of the type look."""
        return self.spec.id.template if isinstance(self.spec.id, Text) else "that Vault gives"

    def _is_absent(self, answer: Answer) -> bool:
        return answer.status == BAD_REQUEST and any(word in answer.message for word in self.spec.absent)

    def _so_far(self, made: Object, new: Properties) -> Object:
        """What is to be recorded of an object whose making was not finished: what create itself was told."""
        later = {row.prop for row in self.spec.fields if not row.with_create or row.written_only}
        return Object(made.id, {k: v for k, v in new.items() if k not in later}, made.outputs)

    def _as_left(self, old: Object) -> Object | None:
        """The object after an update that was not finished, if it can be seen."""
        try:
            return self.read(Identity(old.id, old.inputs, old.outputs))
        except Refused:
            return None


def _body(rows: Iterable[Field], new: Properties) -> dict[str, Any]:
    """The parameters of these fields: as wanted, or as a new object has them where they were removed."""
    body: dict[str, Any] = {}
    for row in rows:
        if not row.is_sent:
            continue
        value = new.get(row.prop)
        sent = row.reset if value is None else row.codec.encode(value)
        if row.is_spread:
            body |= sent or {}
        elif sent is not None and (value is not None or isinstance(row.on_change, Call)):
            put(body, row.parameter, sent)
    return body


def _is_not_in(row: Field, call: Call) -> bool:
    """Whether a field has to be in the body: what the path says is not said again."""
    return f"{{{row.prop}}}" not in call.path and row.prop != DEFAULTS


def _differs_from_new(row: Field, new: Properties) -> bool:
    return row.prop in new and not same(
        row, None if row.reset is None else row.codec.decode(row.reset), new[row.prop]
    )
