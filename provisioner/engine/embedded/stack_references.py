"""The one resource type that is the engine's own: `pulumi.StackReference`, the outputs of another stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.interface import ORGANIZATION
from provisioner.plan.values import UNKNOWN, Properties, Unknown, has_secret
from provisioner.providers.interface import Identity, Object, Provider, Refused

TYPE: Final = "pulumi:pulumi:StackReference"
STASH: Final = "pulumi:index:Stash"
"""The other one, a value that is kept in the state (`stash.py`)."""

OWN: Final = "pulumi"
"""The package of what engines do themselves."""

OutputsOf = Callable[[str], Properties | Unknown | None]
"""The outputs of the stack with this full name (`organization/project/stack`); None: there is no such stack.

`UNKNOWN` in place of them all: nobody can say yet which there will be.
"""


def outputs_in(snapshot: Snapshot, project: str, stack: str) -> Properties:
    """What is recorded of a stack's own outputs; secrets are `Secret`."""
    root = snapshot.live(urns.make(stack, project, "", urns.STACK_TYPE, f"{project}-{stack}"))
    return root.outputs if root else {}


def full_name(said: str, project: str) -> str:
    """What a program calls a stack, in full: it may leave out the organization and its own project.

    Source: `projectReferenceStore.ParseReference` of Pulumi's `pkg/backend/diy/store.go`.
    """
    match said.split("/"):
        case [name]:
            return f"{ORGANIZATION}/{project}/{name}"
        case [organization, name]:
            return f"{organization}/{project}/{name}"
        case _:
            return said


def provider(outputs_of: OutputsOf) -> Provider:
    """A provider that reads stacks. Nothing else is ever asked of it: there is nothing to manage."""
    return cast("Provider", _StackReferences(outputs_of))


class OwnPackage:
    """What stands in the records for the engine itself, as the provider of stack references."""

    version = ""

    def types(self) -> frozenset[str]:
        """Both."""
        return frozenset({TYPE, STASH})

    def configure(self, inputs: Properties) -> Provider:  # noqa: ARG002 - as engines call it
        """Raises `Refused`: stacks are read without being asked for it here."""
        raise Refused(f"the package `{OWN}` is the engine's own, and has no other resources than {TYPE}")


class _StackReferences:
    """Implements of a `Provider` what a lookup needs."""

    def __init__(self, outputs_of: OutputsOf) -> None:
        self._outputs_of = outputs_of

    def read(self, _type: str, identity: Identity) -> Object | None:
        """The stack's outputs, as Pulumi's engine words them. Raises `Refused` if there is no such stack."""
        outputs = self._outputs_of(identity.id)
        if outputs is None:
            raise Refused(f"the stack {identity.id} has no outputs: it was never applied")
        inputs = {"name": identity.id}
        if isinstance(outputs, Unknown):
            return Object(identity.id, inputs, {**inputs, "outputs": UNKNOWN, "secretOutputNames": UNKNOWN})
        secret = sorted(name for name, value in outputs.items() if has_secret(value))
        return Object(identity.id, inputs, {**inputs, "outputs": dict(outputs), "secretOutputNames": secret})
