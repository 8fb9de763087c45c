"""What the rules say of an environment: the packs it brings with it, and its own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from environments.load import Loaded
from policies.baseline import Baseline
from policies.check import Report, Verdict, check
from policies.check import judged as judged_by
from policies.entries import Wrong
from policies.model import Resource, Rule
from policies.own import RulesNotLoaded, loaded
from policies.packs import applying
from policies.scene import Facts, Scene
from policies.waivers import Waivers
from provisioner import judging
from provisioner.causes import place_of
from provisioner.engine.policy_failures import RulesBroken, StoppedByPolicy
from provisioner.judging import Judged
from provisioner.plan.model import Op, StackPlan, Step
from provisioner.plan.values import Properties


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What is allowed although a rule says otherwise: waivers, and what was there before there were rules."""

    waivers: Waivers
    baseline: Baseline | None

    @classmethod
    def of(cls, files: Loaded, rules: Sequence[Rule], facts: Facts) -> Exceptions:
        """Those that an environment names, beside its file."""
        environment, folder = files.environment, files.files[0].parent
        named = environment.policies.baseline
        return cls(
            Waivers([folder / each for each in environment.governance.waivers], rules, facts),
            Baseline(folder / named, facts.today, rules) if named else None,
        )

    @property
    def problems(self) -> tuple[Wrong, ...]:
        """What is wrong with them, each with its place."""
        return (*self.waivers.problems, *(self.baseline.problems if self.baseline else ()))

    def applied(self, report: Report) -> Report:
        """The report with them, and with what is wrong with them."""
        found = self.waivers.applied(report)
        return self.baseline.applied(found) if self.baseline else found

    def waived(self, verdict: Verdict) -> Verdict:
        """One verdict with them."""
        found = self.waivers.waived(verdict)
        return self.baseline.waived(found) if self.baseline else found


class Watch:
    """Judges again, before each step of an apply, what could not be told in the plan. For any thread."""

    def __init__(self, files: Loaded, judged: Judged, resources: Sequence[Resource]) -> None:
        self._judged = judged
        self._facts = judging.facts(files.environment, today())
        self._exceptions = Exceptions.of(files, rules_of(files, self._facts), self._facts)
        self._resources = {each.urn: each for each in resources}
        self._open: dict[str, list[Rule]] = {}
        for verdict in judged.report.deferred:
            self._open.setdefault(verdict.resource.urn, []).append(verdict.rule)
        self._turn = threading.Lock()

    def forbids(self, step: Step) -> None:
        """Raises `StoppedByPolicy` if a step breaks a mandatory rule, now that its inputs are known."""
        with self._turn:
            planned = self._resources.get(step.urn)
            if planned is None or step.op is Op.DELETE:
                return
            self._resources[step.urn] = known = judging.as_known(planned, step)
            if not (rules := self._open.pop(step.urn, ())):
                return
            scene = Scene(self._resources.values(), self._facts)
            for rule in rules:
                for verdict in map(self._exceptions.waived, judged_by(rule, known, scene)):
                    if verdict.blocks:
                        raise StoppedByPolicy(self._judged.stopping(verdict))

    def learns(self, urn: str, id: str, outputs: Properties) -> None:
        """An object is there: others that name its id or its ARN mean it from now on."""
        with self._turn:
            if (planned := self._resources.get(urn)) is not None:
                found = judging.seen(dict(outputs))
                self._resources[urn] = replace(planned, id=id or planned.id, outputs=found)


def judged_plans(files: Loaded, plans: Sequence[StackPlan]) -> Judged:
    """What the rules say of plans. Raises `RulesBroken` if rules of one's own cannot be loaded."""
    return judged(files, judging.of_plans(plans))


def judged_states(files: Loaded, documents: Iterable[Mapping[str, Any]]) -> Judged:
    """What the rules say of exported states. Raises `RulesBroken`."""
    return judged(files, tuple(chain.from_iterable(map(judging.of_deployment, documents))))


def watch(files: Loaded, plans: Sequence[StackPlan], judged: Judged) -> Watch:
    """What watches over an apply of these plans, about which the rules said this."""
    return Watch(files, judged, judging.of_plans(plans))


def judged(files: Loaded, resources: Sequence[Resource], given: Mapping[str, Any] | None = None) -> Judged:
    """What the rules say of resources. Raises `RulesBroken`."""
    facts = judging.facts(files.environment, today(), given)
    rules = rules_of(files, facts)
    report = Exceptions.of(files, rules, facts).applied(check(rules, Scene(resources, facts)))
    origins = {verdict.resource.origin for verdict in report.findings}
    return Judged(report, {origin: place_of(files.source, origin) for origin in origins if origin})


def rules_of(files: Loaded, facts: Facts) -> tuple[Rule, ...]:
    """All rules for an environment. Raises `RulesBroken`."""
    folder = files.files[0].parent
    return (*applying(facts), *own_rules(folder / each for each in files.environment.policies.rules))


def own_rules(paths: Iterable[Path]) -> tuple[Rule, ...]:
    """The rules in these files and folders. Raises `RulesBroken`."""
    try:
        return loaded(paths)
    except RulesNotLoaded as broken:
        raise RulesBroken(str(broken.file), broken.reason) from broken


def today() -> date:
    """The day, in UTC."""
    return datetime.now(UTC).date()
