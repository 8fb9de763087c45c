"""The `vault` package as engines see it: provider inputs in, a configured provider out."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties, has_unknown, revealed
from provisioner.providers.interface import Checked, Identity, Object, Problem, Refused
from provisioner.providers.vault.connection import ADDRESS, NO_ADDRESS, VaultConnection, served_at
from provisioner.providers.vault.driver import TableDriver
from provisioner.providers.vault.functions import FUNCTIONS
from provisioner.providers.vault.registry import CATALOG, SPECIAL
from provisioner.providers.vault.session import Session
from provisioner.providers.vault.spec import NAMESPACE, ResourceSpec
from provisioner.providers.vault.waiting import Clock
from provisioner.providers.vault.written_only import WrittenOnly, marked, problems, untold, without

VERSION: Final = "7.14.0"
"""Of the pulumi-vault whose programs are served; a test compares it with the one installed."""

_SPECS: Final = {spec.type: spec for spec in CATALOG}

_UNHEEDED: Final = (
    "authLogin",
    "authLoginAws",
    "authLoginAzure",
    "authLoginCert",
    "authLoginGcp",
    "authLoginJwt",
    "authLoginKerberos",
    "authLoginOci",
    "authLoginOidc",
    "authLoginRadius",
    "authLoginTokenFile",
    "authLoginUserpass",
    "caCertDir",
    "caCertFile",
    "clientAuth",
    "headers",
    "setNamespaceFromToken",
    "tlsServerName",
    "token",
)
"""Inputs of a provider that say who acts, or whom to trust: no state may hold them, and passing over them
would do harm unseen."""

_OF_THIS_MACHINE: Final = {
    "maxLeaseTtlSeconds": ("TERRAFORM_VAULT_MAX_TTL", "1200"),
    "maxRetries": ("VAULT_MAX_RETRIES", "2"),
    "skipTlsVerify": ("VAULT_SKIP_VERIFY", None),
}
"""Inputs that pulumi-vault fills in from variables, and what they are without."""


class VaultPackage:
    """Turns the inputs of `pulumi:providers:vault` into a provider that reaches one Vault."""

    version = VERSION

    def __init__(self, connection: VaultConnection) -> None:
        self._connection = connection
        self._sessions: dict[tuple[int, str, str], Session] = {}
        """By process, too: a child has neither the threads nor the connections of what it was forked from."""

        self._written_only = WrittenOnly()
        self._lock = threading.Lock()

    def types(self) -> frozenset[str]:
        """The type tokens there is a driver for."""
        return frozenset(_SPECS)

    def takes(self, type: str) -> Mapping[str, bool]:
        """The input properties of a type, and whether each has to be given."""
        spec = _SPECS[type]
        return {NAMESPACE: False, **{row.prop: row.required for row in spec.fields}}

    def check_config(self, urn: str, old: Properties, new: Properties) -> Checked:  # noqa: ARG002 - as for all
        """The inputs that a provider is recorded with: nothing of this machine, and no way in."""
        inputs = dict(new)
        for name, (variable, otherwise) in _OF_THIS_MACHINE.items():
            said = os.environ.get(variable)
            if said and str(inputs.get(name)).lower() == said.lower():
                inputs[name] = otherwise
        inputs = {name: value for name, value in inputs.items() if value is not None}
        wrong = [
            Problem(
                name,
                "is not taken here: who acts comes from the environment's `login`, or from VAULT_TOKEN and"
                " the token helper, and whom to trust from its `ca`, or VAULT_CACERT",
            )
            for name in _UNHEEDED
            if inputs.get(name)
        ]
        if str(inputs.get("skipTlsVerify")).lower() == "true":
            wrong.append(Problem("skipTlsVerify", "would let anybody read the token: name the `ca` instead"))
        return Checked(inputs, tuple(wrong))

    def diff_config(self, urn: str, old: Properties, new: Properties) -> Diff:  # noqa: ARG002 - as for all
        """What it means that a provider is configured otherwise: never another Vault by itself.

        An address may be a load balancer's today and a server's tomorrow; another namespace holds other
        objects.
        """
        differs = tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))
        moved = (old.get(NAMESPACE) or "") != (new.get(NAMESPACE) or "")
        return Diff(replaces=(NAMESPACE,) if moved else (), updates=differs)

    def configure(self, inputs: Properties) -> VaultProvider:
        """A provider for these inputs. No connection is opened, and nobody is logged in. Raises `Refused`."""
        if any(inputs.get(name) for name in _UNHEEDED):
            raise Refused(
                "a Vault provider takes neither tokens nor logins here: they come from the surroundings"
            )
        address, namespace = inputs.get("address"), inputs.get(NAMESPACE)
        if has_unknown(address) or has_unknown(namespace):
            return VaultProvider(None, self._written_only)
        return VaultProvider(self.session(str(address or ""), str(namespace or "")), self._written_only)

    def session(self, address: str = "", namespace: str = "") -> Session:
        """The session of a Vault, shared by all that reach it alike. Raises `Refused`."""
        given = self._connection
        said = given.address or address or os.environ.get(ADDRESS, "")
        if not said:
            raise Refused(
                f"nothing says where Vault is: set {ADDRESS}, or give the provider its `address`",
                code=NO_ADDRESS,
            )
        server = served_at(said)
        if given.address and address and served_at(address) != server:
            raise Refused(
                f"the program's Vault is at {address}, and the login of this environment is for {server}",
                code=NO_ADDRESS,
            )
        inside = namespace or given.namespace or os.environ.get("VAULT_NAMESPACE", "")
        key = (os.getpid(), server, inside)
        with self._lock:
            known = self._sessions.get(key)
            if known is None or known.clock.broken_off.is_set():
                known = self._sessions[key] = Session(server, inside, given, Clock())
            return known


@dataclass(frozen=True, slots=True)
class VaultProvider:
    """One configured Vault: each type's driver acts on objects of that type."""

    session: Session | None
    """None: where it is is not known yet."""

    written_only: WrittenOnly = field(default_factory=WrittenOnly)
    _drivers: dict[str, TableDriver] = field(default_factory=dict[str, TableDriver])

    def driver(self, type: str) -> TableDriver:
        """The driver of a type. Raises `Refused` for a type there is none for."""
        if (known := self._drivers.get(type)) is not None:
            return known
        if self.session is None:
            raise Refused("where this Vault is is not known yet")
        return self._drivers.setdefault(type, _driver(_spec(type), self.session))

    def check(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use."""
        spec = _spec(type)
        found = self._thought(spec).check(name, old, new, seed)
        wrong = (*found.problems, *problems(spec, found.inputs))
        return Checked(marked(spec, self.written_only.kept(spec, name, found.inputs)), wrong)

    def diff(self, type: str, old: Object, new: Properties) -> Diff:
        """What a change means."""
        return self._thought(_spec(type)).diff(old, _plain(new))

    def planned(self, type: str, old: Object | None, new: Properties) -> Properties:
        """The outputs that are known before the step."""
        return self._thought(_spec(type)).planned(old, _plain(new))

    def create(self, type: str, new: Properties) -> Object:
        """Make the object. Raises `Refused`."""
        spec = _spec(type)
        told = self.written_only.told(spec, new)
        driver = self.driver(type)
        driver.session.must_have_namespaces(str(new.get(NAMESPACE) or ""))
        with untold(spec, new, told):
            made = driver.create(told)
        return Object(made.id, new, without(spec, made.outputs))

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
        spec = _spec(type)
        told = self.written_only.told(spec, new)
        with untold(spec, new, told):
            made = self.driver(type).update(old, told)
        return Object(made.id, new, without(spec, made.outputs))

    def delete(self, type: str, old: Object) -> None:
        """Remove the object. Raises `Refused`."""
        self.driver(type).delete(old)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """The answer of a lookup. Raises `Refused`."""
        if (function := FUNCTIONS.get(token)) is None:
            raise Refused(f"there is no lookup {token}")
        return function(self.session, arguments)

    def cancel(self) -> None:
        """Wait for nothing any more: Ctrl-C was pressed."""
        if self.session is not None:
            self.session.clock.broken_off.set()

    def _thought(self, spec: ResourceSpec) -> TableDriver:
        """The driver for what takes no calls, which goes without a session."""
        return self._drivers.get(spec.type) or _driver(spec, self.session)


def _plain(inputs: Properties) -> Properties:
    """Inputs that `check` has marked, as they are compared."""
    return cast("Properties", revealed(dict(inputs)))


def _spec(type: str) -> ResourceSpec:
    if (spec := _SPECS.get(type)) is None:
        raise Refused(f"there is no driver for {type}")
    return spec


def _driver(spec: ResourceSpec, session: Session | None) -> TableDriver:
    return SPECIAL.get(spec.type, TableDriver)(spec, session)
