"""What the embedded engine costs by itself: 100, 1,000 and 5,000 resources with a driver that only remembers.

    .venv/bin/python -m tests.benchmarks.scale

Each phase runs in a process of its own, as commands do, with state and journal on disk.
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pulumi

from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.interface import Access, Result, Stack
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.providers.interface import Object
from tests.benchmarks.terraform import RESULTS, machine
from tests.support.fake_cloud import FakePackage, FakeProvider, FakeRegistry, Thing

SIZES = (100, 1_000, 5_000)
CHAIN = 10
"""Every tenth resource depends on nothing, the others each on the one before."""

LIMIT = 300
"""Seconds one phase may take."""


class Remembering(FakeProvider):
    """The fake cloud's provider, without the cloud."""

    def __init__(self):
        super().__init__(None, {})
        self.made = 0

    def create(self, type, new):
        self.made += 1
        id = f"thing-{new['name']}"
        return Object(id, new, {**new, "arn": f"arn:{id}"})

    def delete(self, type, old):
        """Nothing is there to delete."""


class RememberingPackage(FakePackage):
    """The package `fake`, in memory."""

    def __init__(self):
        super().__init__(None)

    def configure(self, inputs):
        return Remembering()


def program(size):
    """A stack program that declares `size` things."""

    def declare():
        registry = FakeRegistry("here")
        last = None
        for number in range(size):
            wiring = {"parent_id": last.id} if last and number % CHAIN else {}
            last = Thing(
                f"thing-{number}", size=number, opts=pulumi.ResourceOptions(provider=registry), **wiring
            )

    return declare


def measured(phase, size, folder):
    """Seconds that a phase takes, and the most memory the process had before and at the end, in KiB."""
    gc.disable()  # as `provisioner` does
    engine = EmbeddedEngine(Folder(folder), {"fake": RememberingPackage()}, Keys(lambda: None))
    stack = Stack("scale", "scale.here", "here", program(size), {})
    before = peak_kib()
    began = time.perf_counter()
    PHASES[phase](engine, stack, size)
    return {"seconds": round(time.perf_counter() - began, 4), "kib": peak_kib() - before}


def plan(engine, stack):
    with engine.open(stack, Access.READ) as run:
        return run.preview(Mode.UPDATE, Source.STATE)


def plan_all(engine, stack, size):
    assert len(plan(engine, stack).steps) == size + 2  # the stack and the provider


def plan_nothing(engine, stack, _size):
    assert plan(engine, stack).is_empty


def change(mode):
    """A phase that plans and applies, as one command does."""

    def act(engine, stack, _size):
        with engine.open(stack, Access.WRITE) as run:
            approved = ApprovedPlan(run.preview(mode, Source.STATE), "benchmark")
            applied = run.apply(approved, lambda _event: None)
        assert applied.result is Result.DONE, applied.failures[:1]

    return act


PHASES = {
    "plan": plan_all,
    "apply": change(Mode.UPDATE),
    "no-op plan": plan_nothing,
    "destroy": change(Mode.DESTROY),
}


def peak_kib():
    """The most memory this process ever had at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def in_fresh_processes(size):
    """What `measured` says of each phase, each from a process that has done nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        return {
            "resources": size,
            "phases": {phase: in_a_fresh_process(phase, size, folder) for phase in PHASES},
        }


def in_a_fresh_process(phase, size, folder):
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--only", phase, str(size), folder]
    return json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=LIMIT).stdout
    )


def table(runs):
    """Time and memory per resource, in Markdown."""
    lines = [f"| resources | {' | '.join(PHASES)} |", f"|---:|{'---:|' * len(PHASES)}"]
    for run in runs:
        each = [
            f"{found['seconds'] / run['resources'] * 1000:.2f} ms, {found['kib'] / run['resources']:.0f} KiB"
            for found in run["phases"].values()
        ]
        lines.append(f"| {run['resources']:,} | {' | '.join(each)} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", nargs=3, metavar=("PHASE", "RESOURCES", "FOLDER"), help="one phase; prints JSON"
    )
    parser.add_argument("--out", type=Path, default=RESULTS.with_name("scale.json"))
    arguments = parser.parse_args()
    if arguments.only:
        phase, size, folder = arguments.only
        print(json.dumps(measured(phase, int(size), Path(folder))))
        return
    runs = [in_fresh_processes(size) for size in SIZES]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"machine": machine(), "runs": runs}, indent=2) + "\n")
    print("per resource; apply and destroy begin with a plan\n")
    print(table(runs))


if __name__ == "__main__":
    main()
