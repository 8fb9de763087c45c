"""The plan of a whole environment beside the plans of its stacks one by one, each in a process of its own.

    .venv/bin/python -m tests.benchmarks.regions

Applies `prod-multi-region` (three regions, all layers) to a local cloud in a temporary folder first. Both sides
plan without a change, from the state; medians of interleaved rounds.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.terraform import machine

ENVIRONMENT = "prod-multi-region"
RESULTS = Path(__file__).with_name("results") / "regions.json"
ROOT = Path(__file__).resolve().parents[2]

ALONE = """
from provisioner.cli import startup
startup.prepare()
import os, sys
from provisioner.asked import Asked
from provisioner.plan.model import Mode, Source
from provisioner.schedule import Task
from provisioner.wiring import planning
from provisioner.workflow import preview

with planning(Asked({environment!r}, "local")) as workspace:
    [stack] = [each for each in workspace.stacks if (each.project, each.region) == ({layer!r}, {region!r})]
    [plan] = preview(workspace.engine, ((Task(stack, Mode.UPDATE),),), Source.STATE)
    code = 0 if plan.is_empty else 2
os._exit(code)
"""


class Side:
    """Commands in one folder, timed from start to exit."""

    def __init__(self, folder):
        self.folder = folder
        self.surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.surroundings.pop("PYTHONDONTWRITEBYTECODE", None)

    def run(self, *arguments):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.surroundings,
            check=True,
            capture_output=True,
        )
        return time.perf_counter() - began

    def provisioner(self, *arguments):
        return self.run("-m", "provisioner", *arguments)

    def alone(self, layer, region):
        return self.run("-c", ALONE.format(environment=ENVIRONMENT, layer=layer, region=region))

    def stacks(self):
        found = subprocess.run(
            [sys.executable, "-m", "provisioner", "plan", ENVIRONMENT, "--cloud", "local", "--json"],
            cwd=self.folder,
            env=self.surroundings,
            check=True,
            capture_output=True,
        )
        steps = json.loads(found.stdout)["steps"]
        return sorted({(step["layer"], step["region"]) for step in steps}), len(steps)


def measured(folder, rounds):
    side = Side(folder)
    whole = ("plan", ENVIRONMENT, "--cloud", "local", "--detailed-exitcode")
    side.provisioner("apply", ENVIRONMENT, "--cloud", "local", "--yes")
    stacks, resources = side.stacks()
    side.provisioner(*whole)
    results = []
    for number in range(rounds):
        alone = {f"{layer} {region}": round(side.alone(layer, region), 3) for layer, region in stacks}
        together = round(side.provisioner(*whole), 3)
        results.append({"together": together, "alone": alone})
        print(
            f"round {number + 1}: together {together:.2f} s, one by one {sum(alone.values()):.2f} s",
            flush=True,
        )
    return {"resources": resources, "rounds": results}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--out", type=Path, default=RESULTS)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = measured(Path(folder), given.rounds)
        finally:
            Side(Path(folder)).provisioner("local", "stop")
    together = statistics.median(each["together"] for each in found["rounds"])
    alone = statistics.median(sum(each["alone"].values()) for each in found["rounds"])
    when = datetime.now(UTC).isoformat(timespec="seconds")
    given.out.write_text(json.dumps({"measured": when, "machine": machine(), **found}, indent=1) + "\n")
    print(
        f"{found['resources']} resources: together {together:.2f} s, one by one {alone:.2f} s, {alone / together:.1f}x"
    )


if __name__ == "__main__":
    main()
