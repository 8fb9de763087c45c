"""Targets of EventBridge's rules: known by their rule and an id in it, either of which may have dashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.finding import found_again
from provisioner.providers.aws.reading import main_document
from provisioner.providers.interface import Identity, Object

RULE: Final = "rule"
TARGET_ID: Final = "targetId"


class EventTargets(TableDriver):
    """Targets of rules. An import says `<rule>/<id>`, as Terraform's does, or `<rule>-<id>`, as recorded."""

    def read(self, identity: Identity) -> Object | None:
        """The target as it is now, or None if it is gone."""
        rule, slash, id = identity.id.partition("/")  # noqa: A001
        if not slash:
            return super().read(identity)
        parts = {RULE: rule, TARGET_ID: id}
        return super().read(
            replace(identity, id=f"{rule}-{id}", outputs={**identity.outputs, **parts}),
        )

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The id of the target, if a create of `new` may have made it, and it is none of `known`."""
        parts = {name: new[name] for name in (RULE, TARGET_ID)}

        def read(identity: Identity) -> Object | None:
            return self.read(replace(identity, outputs={**identity.outputs, **parts}))

        return found_again(self.spec, self.target(new), known, read)

    def identified(self, identity: Identity) -> Target:
        """What calls about the target are about; an id alone is read in every way until one fits."""
        target = super().identified(identity)
        if RULE in identity.inputs or RULE in identity.outputs:
            return target
        readings = (replace(target, props={**target.props, **parts}) for parts in _readings(identity.id))
        return next((each for each in readings if main_document(self.spec, each) is not None), target)

    def _read(self, target: Target, identity: Identity, items: list[Any] | None) -> Object | None:
        return super()._read(target, identity, items) if target.value(RULE) else None


def _readings(id: str) -> Iterator[dict[str, str]]:
    words = id.split("-")
    for end in range(1, len(words)):
        yield {RULE: "-".join(words[:end]), TARGET_ID: "-".join(words[end:])}
