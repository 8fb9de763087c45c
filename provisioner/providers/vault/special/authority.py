"""Certificate authorities: what is made once and told once, so that the record of it is what there is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final, cast

from provisioner.plan.values import Properties
from provisioner.providers.interface import Object
from provisioner.providers.vault.driver import TableDriver
from provisioner.providers.vault.spec import Call
from provisioner.providers.vault.transport import Answer

_ISSUERS: Final = Call("{backend}/issuers", "LIST")


class Roots(TableDriver):
    """Roots: issuers with a key that Vault has made."""

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """Ids of the issuers of the mount that have a key, and that nobody has recorded."""
        listed = self.document(_ISSUERS, new) or {}
        issuers = cast("dict[str, dict[str, Any]]", listed.get("key_info") or {})
        wanted = new.get("issuerName")
        found: list[str] = []
        for id, told in issuers.items():  # noqa: A001
            path = f"{new['backend']}/issuer/{id}"
            if path not in known and told.get("key_id") and (told.get("issuer_name") or None) == wanted:
                found.append(path)
        return found


class Requests(TableDriver):
    """Requests for a certificate: one whose answer was lost is made again, and its key is nobody's."""

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:  # noqa: ARG002 - as for all
        """None: Vault keeps no requests."""
        return ()


class Signed(TableDriver):
    """Intermediates that a root has signed: one more can be signed at any time."""

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:  # noqa: ARG002 - as for all
        """None: nobody trusts a certificate that was never read."""
        return ()

    def create(self, new: Properties) -> Object:
        """Have it signed, by the issuer that the program names or by the mount's default one."""
        issuer = new.get("issuerRef")
        path = f"{{backend}}/issuer/{issuer}/sign-intermediate" if issuer else self.spec.create.path
        call = Call(path, repeatable=False)
        made = self.made(new, _with_chain(self.done(call, new, self.body(self.spec.create, new))))
        id = f"{new['backend']}/issuer/{issuer}/sign-intermediate/{new['commonName']}" if issuer else made.id  # noqa: A001
        return Object(id, new, made.outputs)

    def delete(self, old: Object) -> None:
        """Revoke it, where the program says so; else it ends by itself."""
        if old.inputs.get("revoke"):
            super().delete(old)


class Imported(TableDriver):
    """Signed certificates that a mount is given: one that it has already is not given twice."""

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:  # noqa: ARG002 - as for all
        """None: to give it again does nothing."""
        return ()

    def identity(self, told: Properties, known: Properties) -> str | None:  # noqa: ARG002 - as for all
        """An id of its own for each certificate."""
        mark = hashlib.sha256(str(known.get("certificate")).encode()).hexdigest()[:32]
        return f"{str(known.get('backend')).strip('/')}/intermediate/set-signed/{mark}"

    def made(self, new: Properties, answer: Answer) -> Object:
        """What was imported; of what the mount had already Vault tells apart."""
        told: dict[str, Any] = dict(answer.data)
        for name in ("issuers", "keys"):
            told[f"imported_{name}"] = told.get(f"imported_{name}") or told.get(f"existing_{name}") or []
        return super().made(new, Answer(answer.status, {"data": told}))


def _with_chain(answer: Answer) -> Answer:
    """The answer with its chain and its bundle, as pulumi-vault shows them."""
    told: dict[str, Any] = dict(answer.data)
    issuing, own = str(told.get("issuing_ca") or ""), str(told.get("certificate") or "")
    chain = [str(each) for each in cast("list[Any]", told.get("ca_chain") or [])] or [issuing]
    told["ca_chain"] = chain
    told["bundle"] = "\n".join([own, *chain])
    return Answer(answer.status, {"data": told})
