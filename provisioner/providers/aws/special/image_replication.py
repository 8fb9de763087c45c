"""Replication of images: one configuration for a registry, which several environments have rules in.

ECR takes and tells the configuration as a whole. A rule is told from others by its filters: those of an
environment name its own repositories. Two runs at once may overwrite each other's rule; each looks again
after it has written, and the next `plan --refresh` shows what is lost all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.reading import Document, read_object
from provisioner.providers.interface import CONNECTION_LOST, Identity, Object, Refused

CONFIGURATION: Final = "replicationConfiguration"
TRIES: Final = 3
"""How often a rule is written that somebody else's writing at the same time makes vanish."""

Rule = Mapping[str, Any]
Filters = frozenset[tuple[str, str]]
"""What a rule is known by: each filter and its type. Without any, the rule is about all repositories."""


class ImageReplications(TableDriver):
    """The rules of one program in the configuration of a registry; everybody else's stay as they are."""

    def create(self, new: Properties) -> Object:
        """Add the rules. Raises `Refused` if there are others for the same repositories."""
        target = self.target(new)
        present = self._all(target)
        for rule in _rules(new):
            _must_not_be_taken(rule, present, target.region)
        return self._brought_in_line(target, (), new)

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The registry, if all the rules are in it."""
        target = self.target(new)
        account = self.scope.account()
        is_done = account not in known and _are_in(self._all(target), _rules(new))
        return [account] if is_done else []

    def read(self, identity: Identity) -> Object | None:
        """The rules that the record has, as they are now; without a record all there are."""
        target = self.identified(identity)
        main = run(self.spec.read, target)
        present: list[Rule] = main[CONFIGURATION]["rules"]
        recorded = [_filters(rule) for rule in _rules(identity.inputs)]
        own = [rule for rule in present if _filters(rule) in recorded] if recorded else present
        if not own:
            return None
        document: Document = {**main, CONFIGURATION: {"rules": own}}
        return read_object(self.spec, target, identity, document)

    def read_all(self, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for several regions: a registry has one configuration."""
        return {identity.id: self.read(identity) for identity in identities}

    def update(self, old: Object, new: Properties) -> Object:
        """Take out the rules that were recorded, put in those that are wanted."""
        target, before = self.target(new, old), _rules(old.inputs)
        own = [_filters(rule) for rule in before]
        others = [rule for rule in self._all(target) if _filters(rule) not in own]
        for rule in _rules(new):
            if _filters(rule) not in own:
                _must_not_be_taken(rule, others, target.region)
        return self._brought_in_line(target, before, new)

    def delete(self, old: Object) -> None:
        """Take out the rules that were recorded."""
        target = self.target(old.inputs, old)
        own = [_filters(rule) for rule in _rules(old.inputs)]
        present = self._all(target)
        others = [rule for rule in present if _filters(rule) not in own]
        if others != present:
            self._write(target, others)

    def _brought_in_line(self, target: Target, before: Sequence[Rule], new: Properties) -> Object:
        wanted = _rules(new)
        own = {_filters(rule) for rule in (*before, *wanted)}
        for _ in range(TRIES):
            others = [rule for rule in self._all(target) if _filters(rule) not in own]
            self._write(target, [*others, *wanted])
            if _are_in(self._all(target), wanted):
                found = self.read(Identity(self.scope.account(), new))
                assert found
                return Object(found.id, new, found.outputs)
        raise Refused(
            f"the replication rules of the registry in {target.region} are being changed by somebody else"
            " at the same time: apply again when that is done"
        )

    def _all(self, target: Target) -> list[Rule]:
        """The rules in the registry, whoever they belong to."""
        return list(run(self.spec.read, target)[CONFIGURATION]["rules"])

    def _write(self, target: Target, rules: Sequence[Rule]) -> None:
        try:
            run(self.spec.create, target, {CONFIGURATION: {"rules": list(rules)}})
        except Refused as refusal:
            # The whole is written at once: it shows whether it was.
            if refusal.code != CONNECTION_LOST or self._all(target) != list(rules):
                raise


def _rules(inputs: Properties) -> list[Rule]:
    configuration: Mapping[str, Any] = inputs.get(CONFIGURATION) or {}
    return list(configuration.get("rules") or ())


def _filters(rule: Rule) -> Filters:
    return frozenset((each["filter"], each["filterType"]) for each in rule.get("repositoryFilters") or ())


def _destinations(rule: Rule) -> frozenset[tuple[str, str]]:
    return frozenset((each["region"], each["registryId"]) for each in rule["destinations"])


def _are_in(present: Sequence[Rule], wanted: Sequence[Rule]) -> bool:
    there = {(_filters(rule), _destinations(rule)) for rule in present}
    return all((_filters(rule), _destinations(rule)) in there for rule in wanted)


def _must_not_be_taken(rule: Rule, present: Sequence[Rule], region: str) -> None:
    """Raises `Refused` if another rule has one of the filters: whose it is cannot be told.

    The very same rule is what an earlier run has made, or does what is wanted in any case.
    """
    wanted = _filters(rule)
    for other in present:
        filters = _filters(other)
        is_the_same = (filters, _destinations(other)) == (wanted, _destinations(rule))
        if not is_the_same and (filters & wanted or filters == wanted):
            what = ", ".join(sorted(name for name, _ in filters)) or "all repositories"
            where = ", ".join(sorted(name for name, _ in _destinations(other)))
            raise Refused(
                f"the registry in {region} has a replication rule for {what} to {where} already, and whose"
                " it is cannot be told: if nobody needs it, take it out of the registry, and apply again"
            )
