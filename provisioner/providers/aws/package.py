"""The `aws` package as engines see it: provider inputs in, a configured provider out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties
from provisioner.providers.aws.catalog.functions import LOOKUPS
from provisioner.providers.aws.driver import TableDriver, TypeDriver
from provisioner.providers.aws.inputs import taken
from provisioner.providers.aws.lookup import answer
from provisioner.providers.aws.registry import CATALOG, SPECIAL
from provisioner.providers.aws.scope import Scope
from provisioner.providers.aws.session import Clients, Connection
from provisioner.providers.interface import (
    NO_CREDENTIALS,
    About,
    Checked,
    Identity,
    Object,
    Provider,
    Refused,
)

VERSION = "7.51.1"
"""Of the pulumi-aws whose programs are served; a test compares it with the one installed."""

_UNHEEDED = (
    "accessKey",
    "assumeRoleWithWebIdentity",
    "endpoints",
    "forbiddenAccountIds",
    "ignoreTags",
    "profile",
    "secretKey",
    "sharedConfigFiles",
    "sharedCredentialsFiles",
    "token",
)
"""Inputs of a provider that change who acts, where, or on what: passing over them would do harm unseen."""

_SPECS = {spec.type: spec for spec in CATALOG}
_LOOKUPS = {lookup.function: lookup for lookup in LOOKUPS}


class AwsPackage:
    """Turns the inputs of `pulumi:providers:aws` into a provider that reaches AWS by one connection."""

    version = VERSION

    def __init__(self, connection: Connection, region: Callable[[], str] = str) -> None:
        self._connection = connection
        self._region = region
        """Of providers that name none; an empty text: they have to."""

        self._clients: dict[str | None, Clients] = {}

    def types(self) -> frozenset[str]:
        """The type tokens there is a driver for."""
        return frozenset(_SPECS)

    def takes(self, type: str) -> Mapping[str, bool]:
        """The input properties of a type, and whether each has to be given."""
        spec = _SPECS[type]
        required = {row.prop for row in spec.fields if row.required}
        return {prop: prop in required for prop in taken(spec)}

    def configure(self, inputs: Properties) -> AwsProvider:
        """A provider for one region, in the role it names. No call is made, and botocore is not imported.

        Raises `Refused` if the region is missing, more than one role is to be taken on in turn, or it is told
        of credentials: those come from the connection.
        """
        if (
            unheeded := [name for name in _UNHEEDED if inputs.get(name)]
        ) and not self._connection.credentials:
            raise Refused(
                f"an AWS provider does not take `{'`, `'.join(unheeded)}` here: credentials and endpoint come"
                " from the surroundings (`AWS_PROFILE`, …) or from the environment's file"
            )
        region = inputs.get("region") or self._region()
        if not isinstance(region, str) or not region:
            raise Refused("an AWS provider needs its `region` before anything can be planned with it")
        tags = cast("dict[str, str]", _structure(inputs.get("defaultTags")).get("tags") or {})
        allowed = cast("list[str]", _decoded(inputs.get("allowedAccountIds")) or [])
        scope = Scope(self._clients_in(_role(inputs)), region, tags)
        return AwsProvider(scope, tuple(allowed))

    def _clients_in(self, role: str | None) -> Clients:
        """The clients that act as `role`; a cloud whose credentials were given knows no roles of ours."""
        connection = self._connection
        if role and not connection.credentials:
            connection = replace(connection, assume_role=role)
        return self._clients.setdefault(connection.assume_role, Clients(connection))


@dataclass(frozen=True, slots=True)
class AwsProvider:
    """One configured AWS provider: each type's driver acts on objects of that type."""

    scope: Scope
    allowed_account_ids: tuple[str, ...] = ()
    """Carried for whoever checks the account before the first call; empty allows all."""
    timeouts: Mapping[str, float] = field(default_factory=dict[str, float])
    """Seconds by `create`, `update` and `delete`, where the program sets them."""

    _drivers: dict[str, TypeDriver] = field(default_factory=dict[str, TypeDriver])

    def concerning(self, about: About) -> AwsProvider:
        """The provider as it acts on one resource."""
        return replace(self, timeouts=about.timeouts) if about.timeouts else self

    def driver(self, type: str) -> TypeDriver:
        """The driver of a type. Raises `Refused` for a type there is none for."""
        if (known := self._drivers.get(type)) is not None:
            return known
        if (spec := _SPECS.get(type)) is None:
            raise Refused(f"there is no driver for {type}")
        return self._drivers.setdefault(type, SPECIAL.get(type, TableDriver)(spec, self.scope))

    def check(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use."""
        return self.driver(type).check(name, old, new, seed)

    def diff(self, type: str, old: Object, new: Properties) -> Diff:
        """What a change means."""
        return self.driver(type).diff(old, new)

    def planned(self, type: str, old: Object | None, new: Properties) -> Properties:
        """The outputs that are known before the step."""
        return self.driver(type).planned(old, new)

    def create(self, type: str, new: Properties) -> Object:
        """Make the object. Raises `Refused`."""
        return self.within("create").driver(type).create(new)

    def find(self, type: str, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """Ids of objects that a create may have made unseen."""
        return self.driver(type).find(new, known)

    def read(self, type: str, identity: Identity) -> Object | None:
        """The object as it is now, or None. Raises `Refused`."""
        return self.driver(type).read(identity)

    def read_all(self, type: str, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many, by id. Raises `Refused`."""
        return self.driver(type).read_all(identities)

    def update(self, type: str, old: Object, new: Properties) -> Object:
        """Change the object in place. Raises `Refused`."""
        return self.within("update").driver(type).update(old, new)

    def delete(self, type: str, old: Object) -> None:
        """Remove the object. Raises `Refused`."""
        self.within("delete").driver(type).delete(old)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """The answer of a lookup. Raises `Refused`."""
        if (lookup := _LOOKUPS.get(token)) is None:
            raise Refused(f"there is no lookup {token}")
        return answer(lookup, arguments, self.scope)

    def within(self, operation: str) -> AwsProvider:
        """The provider with the patience that the program has with this operation."""
        limit = self.timeouts.get(operation)
        if limit is None:
            return self
        return replace(self, scope=replace(self.scope, limit=limit), _drivers={})


def caller_account(connection: Connection, region: str) -> str:
    """The number of the account that the connection's credentials belong to. Raises `Refused`."""
    return Scope(Clients(connection), region).account()


def check_account(provider: Provider) -> None:
    """Raises `Refused` if the credentials are those of an account that the provider does not allow.

    Who has no credentials is let through: nothing can be done in a wrong account either.
    """
    if not isinstance(provider, AwsProvider) or not provider.allowed_account_ids:
        return
    try:
        account = provider.scope.account()
    except Refused as refused:
        if refused.code != NO_CREDENTIALS:
            raise
        return
    if account not in provider.allowed_account_ids:
        allowed = ", ".join(provider.allowed_account_ids)
        raise Refused(f"the credentials belong to account {account}, and the provider allows only {allowed}")


def _role(inputs: Properties) -> str | None:
    """The ARN in the provider's `assumeRoles`."""
    roles = cast("list[dict[str, Any]]", _decoded(inputs.get("assumeRoles")) or [])
    if len(roles) > 1 or any(set(role) - {"roleArn"} for role in roles):
        raise Refused("`assumeRoles` of an AWS provider may hold one role, with its `roleArn` alone")
    return roles[0].get("roleArn") if roles else None


def _decoded(value: Any) -> Any:
    """A provider input; Pulumi's SDK sends those that are not texts as JSON."""
    return json.loads(value) if isinstance(value, str) and value else value


def _structure(value: Any) -> dict[str, Any]:
    decoded = _decoded(value)
    return cast("dict[str, Any]", decoded) if isinstance(decoded, dict) else {}
