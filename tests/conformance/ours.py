"""Runs phases on the embedded engine, in this process."""

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from provisioner.engine.embedded.secrets import PassphraseSealer
from provisioner.engine.events import ProgramSpoke, StepFailed, StepSucceeded
from provisioner.engine.interface import Pace
from provisioner.plan.model import DriftKind, Op
from provisioner.plan.scope import Scope
from provisioner.projects.running import Action, How, run_project
from provisioner.report.explain import explain
from tests.conformance import project
from tests.conformance.deployment import records
from tests.conformance.outcome import Outcome, gathered, short
from tests.conformance.phases import PROJECT, Phase
from tests.conformance.provider.cloud import Cloud


@dataclass
class OurEngine:
    """A project, its stacks and its cloud in one folder; the laboratory listens at `port`."""

    folder: Path
    cloud: Cloud
    port: int

    def __post_init__(self):
        project.write(self.folder / "project")

    def run(self, program: str, number: int, phase: Phase) -> Outcome:
        """What the phase came to."""
        if phase.config or phase.secrets:
            _configure(self.folder / "project" / f"Pulumi.{phase.stack}.yaml", phase)
        if phase.outside:
            phase.outside(self.cloud)
        with _surroundings({**project.surroundings(program, number), **self._surroundings()}):
            ran = run_project(self.folder / "project", phase.stack, Action(phase.action), _how(phase))
        return Outcome(
            succeeded=ran.succeeded,
            steps=gathered(_steps(ran)),
            calls=tuple(" ".join(call) for call in self.cloud.calls()),
            diagnostics=tuple(_diagnostics(ran, phase)),
            records=records(ran.deployment.get("deployment", {})),
            left=tuple(self.cloud.names()),
        )

    def _surroundings(self):
        return {
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_DEBUG_PROVIDERS": f"lab:{self.port}",
        }


@contextmanager
def _surroundings(variables):
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _configure(file, phase):
    """The stack's file: what the phase says goes on top of what is there."""
    said = yaml.safe_load(file.read_text()) if file.exists() else {"config": {}}
    sealer = PassphraseSealer(phase.stack, lambda: project.PASSPHRASE, said.get("encryptionsalt"))
    said["config"] |= phase.config
    said["config"] |= {key: {"secure": sealer.seal(value)} for key, value in phase.secrets.items()}
    if sealer.state():
        said["encryptionsalt"] = sealer.state()["state"]["salt"]
    file.write_text(yaml.safe_dump(said))


def _how(phase):
    def whole(urns):
        return tuple(f"urn:pulumi:{phase.stack}::{PROJECT}::{urn}" for urn in urns)

    scope = Scope(
        targets=whole(phase.targets),
        excludes=whole(phase.excludes),
        replaces=whole(phase.replaces),
        target_dependents=phase.target_dependents,
    )
    return How(
        scope=scope, pace=Pace(continue_on_error=phase.continue_on_error), refresh=phase.refresh, packages={}
    )


def _steps(ran):
    """What was planned; of an apply, what was begun of it; of a refresh, what was found."""
    looked = (*(each.drift for each in ran.looked.outside), *ran.looked.newer) if ran.looked else ()
    for drift in looked:
        yield ("delete" if drift.kind is DriftKind.GONE else "update"), short(drift.urn)
    succeeded = [event for event in ran.events if isinstance(event, StepSucceeded)]
    done, halves = (
        {(event.op, event.urn) for event in succeeded},
        {(event.urn, event.detail) for event in succeeded},
    )
    failed = {(event.op, event.urn) for event in ran.events if isinstance(event, StepFailed)}
    for op, urn in failed:
        if op is Op.REPLACE and (urn, "new") in halves:  # the new object is there, the old one did not go
            yield "failed delete", short(urn)
            yield op.value, short(urn)
        else:
            yield f"failed {op.value}", short(urn)
    for step in ran.plan.steps if ran.plan else ():
        begun = ran.succeeded or (step.op, step.urn) in done
        if begun and (step.op, step.urn) not in failed:
            yield step.op.value, short(step.urn)


def _diagnostics(ran, phase):
    if ran.failure is not None:
        yield "error", "", explain(ran.failure, phase.stack).detail
    for failed in ran.applied.failures if ran.applied else ():
        yield "error", short(failed.urn), failed.error
    for event in ran.events:
        if isinstance(event, ProgramSpoke):
            yield event.severity.value, short(event.urn), event.message
