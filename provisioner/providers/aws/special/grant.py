"""Grants on keys: known by their key and an id of their own, and revoked or retired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, begin, parameters
from provisioner.providers.aws.changing import carried_by_create
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.finding import found_again
from provisioner.providers.aws.spec import Op, Prop, Text
from provisioner.providers.interface import Identity, Object

KEY: Final = "keyId"
_BY_ARN: Final = Text("arn:{partition}:kms:{region}:{account}:key/{keyId}")


class Grants(TableDriver):
    """Grants on keys. The key in `<key>:<grant>` is an id or an ARN, as pulumi-aws records it."""

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """Grants of this name to this grantee with these permissions; KMS lists them without their key."""
        start = f"{new[KEY]}:"

        def read(identity: Identity) -> Object | None:
            return self.read(replace(identity, id=start + identity.id))

        others = [id.rpartition(":")[2] for id in known]  # noqa: A001
        return [start + id for id in found_again(self.spec, self.target(new), others, read)]  # noqa: A001

    def delete(self, old: Object) -> None:
        """Revoke the grant; or retire it, if the program says so, which takes the key's ARN."""
        if not old.inputs.get("retireOnDelete"):
            super().delete(old)
            return
        key = Prop(KEY) if str(old.inputs[KEY]).startswith("arn:") else _BY_ARN
        retire = Op("retire_grant", {"KeyId": key, "GrantId": Prop("grantId")})
        TableDriver(replace(self.spec, delete=retire), self.scope).delete(old)

    def target(self, props: Properties, old: Object | None = None) -> Target:
        """What calls about the grant are about; its id says its key, whose ARN has colons of its own."""
        target = super().target(props, old)
        if not target.id:
            return target
        key, _, grant = target.id.rpartition(":")
        return replace(target, props={**target.props, KEY: key, "grantId": grant})

    def _made(self, target: Target, new: Properties) -> tuple[Target, Any]:
        extra = carried_by_create(self.spec, parameters(self.spec.create, target), new)
        answer = begin(self.spec.create, target, extra)
        told = {"grantId": answer["GrantId"], "grantToken": answer["GrantToken"]}
        made = replace(target, props={**target.props, **told}, document=answer)
        return replace(made, id=f"{new[KEY]}:{answer['GrantId']}"), answer
