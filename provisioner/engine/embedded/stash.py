"""The resource type `pulumi:index:Stash`: a value that is kept in the state, by the engine itself.

Source: pulumi/pulumi, `pkg/resource/deploy/builtins.go`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties, revealed
from provisioner.providers.interface import Checked, Identity, Object, Problem, Refused


class Stash:
    """Keeps a value in the state: what it was first given stays its output, until it is made anew."""

    takes_marked = True
    """So that a secret stays one."""

    def check(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:  # noqa: ARG002
        """It has one property."""
        wrong = [Problem(key, f'unknown property "{key}"') for key in new if key != "input"]
        if "input" not in new:
            wrong.append(Problem("input", 'missing required property "input"'))
        return Checked(new, tuple(wrong))

    def diff(self, type: str, old: Object, new: Properties) -> Diff:  # noqa: ARG002
        """Another input is an update."""
        same = revealed(old.inputs.get("input")) == revealed(new.get("input"))
        return Diff() if same else Diff(updates=("input",))

    def planned(self, type: str, old: Object | None, new: Properties) -> Properties:  # noqa: ARG002
        """Everything is known."""
        return _kept(old, new)

    def create(self, type: str, new: Properties) -> Object:  # noqa: ARG002
        """Nothing is made but a name for it."""
        return Object(str(uuid.uuid4()), new, _kept(None, new))

    def update(self, type: str, old: Object, new: Properties) -> Object:  # noqa: ARG002
        """The new input beside the old output."""
        return Object(old.id, new, _kept(old, new))

    def read(self, type: str, identity: Identity) -> Object | None:  # noqa: ARG002
        """What is recorded is all there is. Raises `Refused` for what is not recorded."""
        if not identity.inputs:
            raise Refused("a stash cannot be imported: there is nothing but its record")
        return Object(identity.id, identity.inputs, identity.outputs)

    def read_all(self, type: str, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many."""
        return {identity.id: self.read(type, identity) for identity in identities}

    def find(self, type: str, new: Properties, known: Sequence[str]) -> Sequence[str]:  # noqa: ARG002
        """None is lost: it is made by being recorded."""
        return ()

    def delete(self, type: str, old: Object) -> None:
        """There is nothing but its record."""

    def invoke(self, token: str, arguments: Properties) -> Properties:  # noqa: ARG002
        """Its package's functions need the run (`answer`)."""
        raise Refused(f"{token} is no function of the engine")


def _kept(old: Object | None, new: Properties) -> Properties:
    return {"input": new.get("input"), "output": old.outputs.get("output") if old else new.get("input")}
