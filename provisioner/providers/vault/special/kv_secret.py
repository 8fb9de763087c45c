"""Secrets with versions: written only over what was last seen, and told to no record that has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from provisioner.plan.values import Properties
from provisioner.providers.interface import Identity, Object, Refused
from provisioner.providers.vault.catalog.kv import METADATA
from provisioner.providers.vault.driver import TableDriver
from provisioner.providers.vault.paths import at
from provisioner.providers.vault.reading import object_of
from provisioner.providers.vault.refusals import CONFLICT
from provisioner.providers.vault.spec import Call, Field
from provisioner.providers.vault.transport import Answer

_BESIDE: Final = Call(METADATA.path, "GET")
_WHOLE: Final = Call(METADATA.path, "DELETE")


class Secrets(TableDriver):
    """One secret of a KV mount, version 2."""

    def create(self, new: Properties) -> Object:
        """Write the first version, or the next one of a secret that was deleted. Raises `Refused`."""
        answer = self._written(new, self._first_version(new))
        made = self.made(new, answer)
        try:
            self.follow_on(made, new)
            return self.settled(made, new)
        except Refused as refusal:
            raise Refused(refusal.reason, code=refusal.code, made=made) from refusal

    def made(self, new: Properties, answer: Answer) -> Object:
        """The secret that was written; the answer tells of its version alone."""
        return super().made(new, Answer(answer.status, {"data": {"metadata": answer.data}}))

    def read(self, identity: Identity) -> Object | None:
        """The secret as it is now; as it was recorded if it must not be read."""
        if identity.inputs.get("disableRead"):
            return self.recorded(identity)
        values = self.values(identity)
        assert self.spec.read is not None, "secrets are read"
        document = self.document(self.spec.read, values)
        if document is None:
            return None
        told: dict[str, Any] = {"metadata": document.get("metadata")}
        if identity.inputs.get("dataJson") is not None:
            told["data"] = document.get("data")
        if identity.inputs.get("customMetadata") is not None:
            told["beside"] = self.document(_BESIDE, values)
        found = object_of(self.spec, identity, told, self.parts(identity.id))
        return Object(found.id, found.inputs, {**found.outputs, "data": {}})

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The id, if the secret is there; none, if it must not be looked at."""
        return () if new.get("disableRead") else super().find(new, known)

    def write(self, values: Properties, old: Object, new: Properties, rows: Sequence[Field]) -> None:  # noqa: ARG002 - as the table's
        """Write the next version over the one that was last seen, and over no other."""
        version = None if new.get("disableRead") else at("metadata.version", old.outputs)
        self._written(new, None if version is None else int(version))

    def delete(self, old: Object) -> None:
        """Delete the last version, which can be undone in Vault; or all, where the program says so."""
        if not old.inputs.get("deleteAllVersions"):
            super().delete(old)
            return
        self.done(_WHOLE, self.values(Identity(old.id, old.inputs, old.outputs)), gone_is_good=True)

    def _first_version(self, new: Properties) -> int | None:
        """The version over which a new secret is written; None: the mount is not to be looked at.

        Raises `Refused` if somebody's secret is there already.
        """
        if new.get("disableRead"):
            return None
        beside = self.document(_BESIDE, new)
        if beside is None:
            return 0
        last = int(beside.get("current_version") or 0)
        version = cast("dict[str, Any]", at(f"versions.{last}", beside) or {})
        if last and not version.get("deletion_time") and not version.get("destroyed"):
            path = f"{new.get('mount')}/data/{new.get('name')}"
            raise Refused(
                f"there is a secret at {path} already, in version {last} of {version.get('created_time')},"
                f" and nothing is written over what somebody has put there. Import it (id `{path}`), or name"
                " another",
                code=CONFLICT,
            )
        return last

    def _written(self, new: Properties, version: int | None) -> Answer:
        options: dict[str, Any] = dict(new.get("options") or {})
        said = new.get("cas")
        if said is not None or version is not None:
            options["cas"] = int(said) if said is not None else version
        body = {**self.body(self.spec.create, new), **({"options": options} if options else {})}
        return self.done(self.spec.create, new, body)
