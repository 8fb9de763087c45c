"""Runs phases on the real Pulumi engine: the `pulumi` on the PATH, with a file backend."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.conformance import project
from tests.conformance.deployment import latest, records
from tests.conformance.outcome import Outcome, gathered, short
from tests.conformance.phases import PROJECT, Phase
from tests.conformance.provider.cloud import Cloud

NOISE = ("using pulumi-resource-lab from $PATH", "unable to detect a global setting")


class NoPulumi(Exception):
    """There is no `pulumi` on the PATH."""


def version() -> str:
    """Of the `pulumi` on the PATH. Raises `NoPulumi`."""
    if shutil.which("pulumi") is None:
        raise NoPulumi
    return subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True).stdout.strip()


@dataclass
class RealEngine:
    """A project, its stacks and its cloud in one folder; the laboratory listens at `port`."""

    folder: Path
    cloud: Cloud
    port: int

    def __post_init__(self):
        project.write(self.folder / "project")
        # Before each run the language host asks `python -m pip` what is installed; that takes a second.
        (self.folder / "project" / "pip.py").write_text("print('[]')\n")
        stacks = self.folder / "state" / ".pulumi" / "stacks" / PROJECT
        stacks.mkdir(parents=True, exist_ok=True)
        self.stacks = {file.stem for file in stacks.glob("*.json")}

    def run(self, program: str, number: int, phase: Phase) -> Outcome:
        """What the phase came to."""
        around = {**os.environ, **self._surroundings(), **project.surroundings(program, number)}
        if phase.stack not in self.stacks:
            self._pulumi(around, "stack", "init", f"organization/{PROJECT}/{phase.stack}", check=True)
            self.stacks.add(phase.stack)
        self._configure(around, phase)
        if phase.outside:
            phase.outside(self.cloud)
        log = self.folder / "events.json"
        log.unlink(missing_ok=True)
        done = self._pulumi(around, *_arguments(phase), "--stack", phase.stack, "--event-log", str(log))
        (self.folder / "said.txt").write_text(done.stdout + done.stderr)
        events = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return Outcome(
            succeeded=done.returncode == 0,
            steps=gathered(_steps(_last_run(events), phase)),
            calls=tuple(" ".join(call) for call in self.cloud.calls()),
            diagnostics=tuple(_diagnostics(events)) or _said(done),
            records=records(latest(self.folder / "state", phase.stack)),
            left=tuple(self.cloud.names()),
        )

    def _surroundings(self):
        return {
            # The language host starts the first `python3` it finds.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_DEBUG_PROVIDERS": f"lab:{self.port}",
        }

    def _configure(self, around, phase):
        for key, value in phase.config.items():
            self._pulumi(around, "config", "set", "--stack", phase.stack, key, value, check=True)
        for key, value in phase.secrets.items():
            self._pulumi(around, "config", "set", "--secret", "--stack", phase.stack, key, value, check=True)

    def _pulumi(self, around, *arguments, check=False):
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=self.folder / "project",
            env=around,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=check,
            timeout=120,
        )


def _arguments(phase):
    said = [phase.action] + ([] if phase.action == "preview" else ["--yes"])
    for option, urns in (
        ("target", phase.targets),
        ("exclude", phase.excludes),
        ("replace", phase.replaces),
    ):
        for urn in urns:
            said += [f"--{option}", f"urn:pulumi:{phase.stack}::{PROJECT}::{urn}"]
    for flag in ("target_dependents", "exclude_dependents", "refresh", "continue_on_error"):
        said += [f"--{flag.replace('_', '-')}"] if getattr(phase, flag) else []
    return said


def _last_run(events):
    """The events of the update; `up` previews before, and its events come first."""
    starts = [number for number, event in enumerate(events) if "preludeEvent" in event]
    return events[starts[-1] :] if starts else events


def _promises(events):
    """Whether there are steps to speak of: a plan that fails promises none."""
    summaries = [event["summaryEvent"] for event in events if "summaryEvent" in event]
    return not any(summary.get("isPreview") and summary.get("result") == "failed" for summary in summaries)


def _steps(events, phase):
    """Single operations. What is begun is told of everything, what came of it not always."""
    told = "resOutputsEvent" if phase.action == "refresh" else "resourcePreEvent"
    failed = {
        (event["resOpFailedEvent"]["metadata"]["op"], event["resOpFailedEvent"]["metadata"]["urn"])
        for event in events
        if "resOpFailedEvent" in event
    }
    for event in events if _promises(events) else ():
        if told in event:
            meta = event[told]["metadata"]
            yield (
                f"failed {meta['op']}" if (meta["op"], meta["urn"]) in failed else meta["op"],
                short(meta["urn"]),
            )


def _diagnostics(events):
    for event in events:
        said = event.get("diagnosticEvent")
        if said and said["severity"] != "debug" and not said.get("ephemeral"):
            text = said["message"].strip()
            if text and not text.startswith(NOISE):
                yield said["severity"], short(said.get("urn", "")), text


def _said(done):
    text = done.stderr.strip()
    return (("error", "", text),) if done.returncode and text.startswith("error:") else ()
