"""The same program through Pulumi's engine and through ours, with the same driver attached over the provider
protocol.

    .venv/bin/python -m tests.benchmarks.engines [--rounds N]

It needs `pulumi` with its Python language host on the PATH. The driver only remembers; what is measured is
the engines, from the start of the command to its end, each round in turn.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from provisioner.providers.protocol.serving import served
from tests.benchmarks.scale import RememberingPackage
from tests.benchmarks.terraform import RESULTS, machine, tell

SIZES = (100, 1_000)
PHASES = {"plan": "preview", "apply": "up", "no-op plan": "preview"}
ROOT = Path(__file__).parents[2]
PROGRAM = """\"\"\"{size} resources: every tenth depends on nothing, the others each on the one before.\"\"\"

from tests.benchmarks.scale import program

program({size})()
"""
LIMIT = 600
"""Seconds one command may take."""


class Project:
    """A project and its state, for one engine."""

    def __init__(self, folder, size):
        self.folder = folder
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text("name: engines\nruntime: python\n")
        (folder / "__main__.py").write_text(PROGRAM.format(size=size))
        # Before each run Pulumi's language host asks pip what is installed, which is no work of an engine.
        (folder / "pip.py").write_text("print('[]')\n")
        (folder / "state").mkdir()

    def timed(self, command, port):
        """Seconds that a command takes."""
        around = {
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "engines",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_PROVIDERS": f"fake:{port}",
        }
        began = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=around,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
        if done.returncode:
            sys.exit(f"no result: {' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return round(time.perf_counter() - began, 3)


def pulumi(action):
    """Pulumi's command, as it is typed."""
    return [
        "pulumi",
        action,
        "--stack",
        "test",
        "--non-interactive",
        *([] if action == "preview" else ["--yes"]),
    ]


def ours(action):
    """Ours."""
    provisioner = str(Path(sys.executable).parent / "provisioner")
    command = [provisioner, "engine", "run", action, "--cwd", ".", "--stack", "test"]
    return command if action == "preview" else [*command, "--yes"]


ENGINES = {"pulumi": pulumi, "ours": ours}


def one_round(size):
    """Seconds of each phase with each engine."""
    with tempfile.TemporaryDirectory(prefix="engines-") as folder:
        found = {}
        for name, command in ENGINES.items():
            project = Project(Path(folder) / name, size)
            with served(RememberingPackage()) as port:
                if name == "pulumi":
                    project.timed(
                        ["pulumi", "stack", "init", "organization/engines/test", "--non-interactive"], port
                    )
                found[name] = {
                    phase: project.timed(command(action), port) for phase, action in PHASES.items()
                }
        return found


def table(runs):
    """Medians in Markdown; a ratio says how many times as long Pulumi's engine takes as ours."""
    names = list(ENGINES)
    lines = [
        f"| resources | phase | {' | '.join(names)} | ratio |",
        f"|---:|---|{'---:|' * (len(names) + 1)}",
    ]
    for run in runs:
        for phase in PHASES:
            medians = [statistics.median(found[name][phase] for found in run["rounds"]) for name in names]
            times = " | ".join(f"{seconds:.2f} s" for seconds in medians)
            lines.append(f"| {run['resources']:,} | {phase} | {times} | {medians[0] / medians[1]:.1f} |")
    return "\n".join(lines)


def measured(rounds):
    """What goes into the file of results."""
    version = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True).stdout.strip()
    runs = []
    for size in SIZES:
        tell(f"{size} resources, {rounds} rounds")
        runs.append({"resources": size, "rounds": [one_round(size) for _ in range(rounds)]})
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "pulumi": version,
        "runs": runs,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULTS.with_name("engines.json"))
    arguments = parser.parse_args()
    if shutil.which("pulumi") is None:
        sys.exit("no result: there is no `pulumi` on the PATH")
    report = measured(arguments.rounds)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=2) + "\n")
    tell(table(report["runs"]))


if __name__ == "__main__":
    main()
