"""One engine goes on with what the other has recorded: a plan of the same program, which has to be empty.

After each phase that made everything as its program says, state and cloud are put aside. Then the other
engine previews the same program on them.
"""

import shutil
from dataclasses import replace
from pathlib import Path

from tests.conformance.outcome import Outcome
from tests.conformance.phases import Phase, load
from tests.conformance.provider.cloud import Cloud
from tests.conformance.provider.serving import served

KEPT = ("state", "project", "cloud.json")


def keeping(engine):
    """The same kind of engine; a run that leaves nothing to do is copied to `after/<number>`."""

    class Keeping(engine):
        def run(self, program: str, number: int, phase: Phase) -> Outcome:
            """What the phase came to."""
            outcome = super().run(program, number, phase)
            if outcome.succeeded and _is_whole(phase):
                _copy(self.folder, self.folder / "after" / str(number))
            return outcome

    return Keeping


def left_to_do(name: str, phases: list[Phase], folder: Path, engine) -> list[str]:
    """What the other engine would change after each run that was copied; empty if nothing."""
    if not getattr(load(name), "HANDED_OVER", True):
        return []
    lines = []
    for number, phase in enumerate(phases):
        place = folder / "after" / str(number)
        if place.exists():
            lines += [
                f"  after {phase.title()}: {line}" for line in _changes(name, number, phase, place, engine)
            ]
    return lines


def _changes(name, number, phase, place, engine):
    """A preview of the same program, on what is in this place."""
    again = replace(phase, action="preview", config={}, secrets={}, outside=None, refresh=False)
    cloud = Cloud(place / "cloud.json")
    with served(cloud) as port:
        outcome = engine(place, cloud, port).run(name, number, again)
    if not outcome.succeeded:
        said = {text.splitlines()[0] for severity, _, text in outcome.diagnostics if severity == "error"}
        return [f"its plan failed: {text}" for text in sorted(said)]
    return [f"{op} {urn}" for op, urn in outcome.steps if op not in ("same", "read")]


def _is_whole(phase):
    return phase.action == "up" and not (phase.targets or phase.excludes or phase.replaces)


def _copy(folder, to):
    for name in KEPT:
        if (folder / name).is_dir():
            shutil.copytree(folder / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (folder / name).exists():
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy(folder / name, to / name)
