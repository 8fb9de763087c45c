"""Namespaces: what is in one goes with it, a little later; one of somebody else's is never taken over.

Sources: Vault's API documentation, "Namespaces" (a change of metadata is a merge patch), and the answers of
OpenBao 2.5: a namespace that is being removed is `tainted` until all in it is revoked and gone, cannot be
made anew before, and keeps the one around it from being removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, cast

from provisioner.plan.values import UNKNOWN, Properties, has_unknown
from provisioner.providers.interface import Identity, Object, Refused
from provisioner.providers.vault.driver import TableDriver
from provisioner.providers.vault.refusals import CONFLICT, NOT_FOUND, rejected, without_namespaces
from provisioner.providers.vault.spec import NAMESPACE, Call, Field
from provisioner.providers.vault.waiting import Pauses

_PATCH: Final = Call("sys/namespaces/{path}", "PATCH")
_METADATA: Final = "customMetadata"
_FULL: Final = "pathFq"
_GONE_WITHIN: Final = 120.0
"""Seconds. Leases of everything in it are revoked first."""

_COMMUNITY: Final = "enterprise-only"
"""What Vault's community edition says, with 404, wherever namespaces are asked for."""


class Namespaces(TableDriver):
    """One namespace, by its path below the one it is in."""

    def create(self, new: Properties) -> Object:
        """Make it, once one of its name that is being removed is gone.

        Raises `Refused` if there is one: a write would take it over, and a later destroy all that is in it.
        """
        values = self.values(Identity("", new))
        there = self._told(values)
        if there is not None and not there.get("tainted"):
            raise Refused(
                f"the namespace {_full(new)} is there already, with all that somebody keeps in it, and is not"
                f" taken over. Import it (its id is `{new['path']}`), or choose another path",
                code=CONFLICT,
            )
        if there is not None:
            self._await_end(values)
        return super().create(new)

    def planned(self, old: Object | None, new: Properties) -> Properties:
        """The outputs as far as they are known before the step; the full path is, where its parts are."""
        return _named(super().planned(old, new))

    def read(self, identity: Identity) -> Object | None:
        """The namespace as it is now, or None if it is gone, or about to be."""
        found = super().read(identity)
        return None if found is None else replace(found, outputs=_named(found.outputs))

    def whole(self, call: Call, values: Properties) -> Properties | None:
        """What Vault tells, or None of one that is being removed."""
        told = super().whole(call, values)
        return None if told is None or told.get("tainted") else told

    def parts(self, id: str) -> dict[str, str]:
        """The path, of which pulumi-vault's own ids have a slash at the end."""
        return super().parts(id.strip("/"))

    def write(self, values: Properties, old: Object, new: Properties, rows: Sequence[Field]) -> None:  # noqa: ARG002 - there is one field
        """Patch the metadata: what is left out of a patch stays, so what is to go is said."""
        before, wanted = (cast("dict[str, str]", each.get(_METADATA) or {}) for each in (old.outputs, new))
        gone = dict.fromkeys(before.keys() - wanted.keys())
        self.done(_PATCH, values, {"custom_metadata": {**gone, **wanted}})

    def delete(self, old: Object) -> None:
        """Remove it with everything in it, and wait until it is gone: only then may the one around it go."""
        super().delete(old)
        self._await_end(self.values(Identity(old.id, old.inputs, old.outputs)))

    def _await_end(self, values: Properties) -> None:
        pauses = Pauses(self.session.clock, self.session.clock.now())
        while self._told(values) is not None:
            if not pauses.made(_GONE_WITHIN):
                raise Refused(
                    f"Vault still removes what is in the namespace {_full(values)}, after {_GONE_WITHIN:g} s."
                    " It goes on by itself; type the same again later"
                )

    def _told(self, values: Properties) -> Properties | None:
        """What Vault tells of it, also while it is being removed. Raises `Refused` where there are none."""
        assert self.spec.read is not None, "namespaces are read"
        answer = self.asked(self.spec.read, values)
        if answer.status == NOT_FOUND and _COMMUNITY in answer.message:
            raise without_namespaces(self.session.address)
        if answer.status == NOT_FOUND:
            return None
        if not answer.is_good:
            raise rejected(answer, f"GET sys/namespaces/{values['path']}")
        return answer.data


def _named(outputs: Properties) -> dict[str, Any]:
    is_known = not has_unknown(outputs.get(NAMESPACE)) and not has_unknown(outputs.get("path"))
    return {**outputs, _FULL: _full(outputs) if is_known else UNKNOWN}


def _full(of: Properties) -> str:
    """As resources in it name it: relative to the provider's own namespace."""
    return "/".join(str(each).strip("/") for each in (of.get(NAMESPACE), of.get("path")) if each)
