"""What the embedded engine costs by itself: 100, 1,000 and 5,000 resources with a driver that only remembers.

    .venv/bin/python -m tests.benchmarks.scale

Each size runs in a process of its own, each phase with the engine opened anew, state on disk and journal included.
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pulumi

from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.interface import Access, Result, Stack
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.providers.interface import Object
from tests.benchmarks.terraform import RESULTS, machine
from tests.support.fake_cloud import FakePackage, FakeProvider, FakeRegistry, Thing

SIZES = (100, 1_000, 5_000)
CHAIN = 10
"""Every tenth resource depends on nothing, the others each on the one before."""

PHASES = ("plan", "apply", "no-op plan", "destroy")


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


def measured(size, folder):
    """Seconds of each phase, and the most memory the process had, in KiB before and after."""
    gc.disable()  # as `provisioner` does
    engine = EmbeddedEngine(folder, {"fake": RememberingPackage()}, lambda: None)
    stack = Stack("scale", "scale.here", "here", program(size), {})
    before = peak_kib()
    seconds = {}

    def phase(name, action):
        began = time.perf_counter()
        seconds[name] = 0.0
        result = action()
        seconds[name] = round(time.perf_counter() - began, 4)
        return result

    def plan():
        with engine.open(stack, Access.READ) as run:
            return run.preview(Mode.UPDATE, Source.STATE)

    def change(mode):
        with engine.open(stack, Access.WRITE) as run:
            applied = run.apply(
                ApprovedPlan(run.preview(mode, Source.STATE), "benchmark"), lambda _event: None
            )
        assert applied.result is Result.DONE, applied.failures[:1]

    assert len(phase("plan", plan).steps) == size + 2  # the stack and the provider
    phase("apply", lambda: change(Mode.UPDATE))
    assert phase("no-op plan", plan).is_empty
    phase("destroy", lambda: change(Mode.DESTROY))
    return {"resources": size, "seconds": seconds, "kib_before": before, "kib_after": peak_kib()}


def peak_kib():
    """The most memory this process ever had at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def in_a_fresh_process(size):
    """What `measured` says, from a process that has done nothing else."""
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--only", str(size)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def table(runs: Sequence[dict]):
    """Milliseconds and KiB per resource, in Markdown."""
    lines = [f"| resources | {' | '.join(PHASES)} | memory |", f"|---:|{'---:|' * (len(PHASES) + 1)}"]
    for run in runs:
        times = [f"{run['seconds'][name] / run['resources'] * 1000:.2f} ms" for name in PHASES]
        memory = (run["kib_after"] - run["kib_before"]) / run["resources"]
        lines.append(f"| {run['resources']:,} | {' | '.join(times)} | {memory:.0f} KiB |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", type=int, metavar="RESOURCES", help="one size, in this process; prints JSON"
    )
    parser.add_argument("--out", type=Path, default=RESULTS.with_name("scale.json"))
    arguments = parser.parse_args()
    if arguments.only:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measured(arguments.only, Path(folder))))
        return
    runs = [in_a_fresh_process(size) for size in SIZES]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"machine": machine(), "runs": runs}, indent=2) + "\n")
    print("per resource; a plan is part of every apply and destroy\n")
    print(table(runs))


if __name__ == "__main__":
    main()
