"""The keys of an environment: from the states of all its stacks, and from the services that hold them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from policies.model import Resource
from provisioner.asked import Asked
from provisioner.aws_access import cloud_scope
from provisioner.engine.embedded.seals import key_in
from provisioner.engine.interface import Access
from provisioner.judging import of_deployment
from provisioner.keyring.certificate import validity
from provisioner.keyring.entry import Entry, Ring
from provisioner.keyring.guard import seals
from provisioner.keyring.key import Key, Kind, keys_in
from provisioner.keyring.status import Status
from provisioner.keyring.uses import uses
from provisioner.providers.aws.key_status import key_status, rotate
from provisioner.providers.aws.scope import Scope
from provisioner.providers.interface import Refused
from provisioner.wiring import Workspace, recorded

if TYPE_CHECKING:
    from provisioner.providers.vault.key_status import TransitKeys

_NO_DESK: Final = "the cloud on a desk does not run"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one environment, and the ways to the services that hold them."""

    workspace: Workspace
    ring: Ring
    _services: _Services

    def rotate(self, entry: Entry) -> Entry:
        """Give the key new material at once, and look at it again. Raises `Refused`."""
        self._services.rotate(entry.key)
        return replace(entry, status=self._services.status(entry.key))


def keyring(asked: Asked) -> Keyring:
    """All that is recorded and can be asked. A service that does not answer is a note, and no failure."""
    workspace = recorded(asked)
    resources: list[Resource] = []
    created: dict[str, datetime] = {}
    sealed: dict[str, str] = {}
    for stack in workspace.stacks:
        with workspace.engine.open(stack, Access.READ) as run:
            document = run.export()
        resources += of_deployment(document)
        created |= _created(document)
        if by := key_in(document["deployment"].get("secrets_providers")):
            sealed[f"{stack.project} {stack.name}"] = by
    services = _Services(workspace)
    keys = sorted(keys_in(resources), key=lambda key: (key.region, key.kind, key.name))
    entries = tuple(_entry(key, resources, created, sealed, services.status(key)) for key in keys)
    notes = dict.fromkeys((*workspace.notices, *(each.status.note for each in entries if each.status.note)))
    ring = Ring(
        environment=workspace.called,
        now=datetime.now(UTC),
        entries=entries,
        sealed=sealed,
        notes=tuple(notes),
    )
    return Keyring(workspace, ring, services)


def _entry(
    key: Key,
    resources: Iterable[Resource],
    created: Mapping[str, datetime],
    sealed: Mapping[str, str],
    status: Status,
) -> Entry:
    return Entry(
        key=key,
        status=status,
        uses=uses(key, resources),
        seals=tuple(stack for stack, by in sealed.items() if seals(key, by)),
        recorded=created.get(key.urn),
    )


def _created(document: Mapping[str, Any]) -> dict[str, datetime]:
    records = cast("list[dict[str, Any]]", document["deployment"].get("resources") or [])
    return {each["urn"]: datetime.fromisoformat(each["created"]) for each in records if each.get("created")}


def aws_scope(workspace: Workspace) -> Scope:
    """How the environment's cloud is asked. Raises `Refused` where it is one on a desk that does not run."""
    if (scope := cloud_scope(workspace.environment)) is None:
        raise Refused(_NO_DESK)
    return scope


class _Services:
    """KMS and Vault, as far as they can be asked; each is given up after its first refusal to be reached."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._given_up: dict[str, str] = {}

    def status(self, key: Key) -> Status:
        """What the service of the key says of it, or why it says nothing."""
        if key.kind is Kind.ISSUER:
            begins, ends = validity(key.certificate)
            return Status(state="issued" if begins else "", created=begins, deletion=ends)
        service = "Vault" if key.kind is Kind.TRANSIT else f"KMS in {key.region}"
        if service in self._given_up:
            return Status(note=self._given_up[service])
        try:
            return self._asked(key)
        except Refused as refused:
            note = f"what {service} says of keys is missing: {refused.reason}"
            self._given_up[service] = note
            return Status(note=note)

    def rotate(self, key: Key) -> None:
        """Raises `Refused`."""
        if key.kind is Kind.TRANSIT:
            self._vault.rotate(key.id)
        else:
            rotate(self._aws, key.region, key.id)

    def _asked(self, key: Key) -> Status:
        if key.kind is Kind.TRANSIT:
            return self._vault.status(key.id)
        return key_status(self._aws, key.region, key.id)

    @functools.cached_property
    def _aws(self) -> Scope:
        return aws_scope(self._workspace)

    @functools.cached_property
    def _vault(self) -> TransitKeys:
        from provisioner.providers.vault.key_status import TransitKeys  # noqa: PLC0415 - a client for Vault
        from provisioner.vault_access import environment_session  # noqa: PLC0415

        return TransitKeys(environment_session(self._workspace.files))
