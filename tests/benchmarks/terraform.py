"""The same resources through provisioner and through Terraform, against the same local cloud, in turns.

    .venv/bin/python -m tests.benchmarks.terraform --plugin-dir DIRECTORY

README.md beside this file says what it measures and how to read it.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.config import Config

from tests.benchmarks.inventory import Inventory
from tests.benchmarks.terraform_program import program, without

ENVIRONMENT = "local"
REGION = "us-east-1"
LIMIT = 900
"""Seconds one command may take."""

BASE = Path(__file__).parents[2] / "environments" / "base.yaml"
RESULTS = Path(__file__).with_name("results") / "terraform.json"

DIFFERENCES_THAT_DO_NOT_MATTER = {
    r"^endpoint \S+-s3 · PrivateDnsEnabled": (
        "a gateway endpoint has no private DNS; Terraform sends `false`, without it moto answers `true`"
    ),
    r'^database \S+ · DBName = ""': "Terraform sends an empty name for a database that is not to be made",
    r'^launch template \S+ · .* · UserData = ""': "Terraform sends an empty text where there is none",
}
"""Pattern of an inventory line -> why the two ends may differ in it."""


class Broken(Exception):
    """A measurement that would mean nothing."""


@dataclass(frozen=True)
class Phase:
    """One command of each side, and what it has to answer."""

    title: str
    aim: float
    """How many times faster than Terraform."""
    ours: tuple
    terraform: tuple
    exits_with: int


CHANGES, NO_CHANGES = 2, 0
"""What both tools answer to `--detailed-exitcode`."""

PHASES = (
    Phase(
        "plan, nothing exists", 5,
        ("plan", ENVIRONMENT, "--detailed-exitcode"), ("plan", "-detailed-exitcode"), CHANGES,
    ),
    Phase("apply", 5, ("apply", ENVIRONMENT, "--yes"), ("apply", "-auto-approve"), 0),
    Phase(
        "no-op plan, from the state", 5,
        ("plan", ENVIRONMENT, "--detailed-exitcode"), ("plan", "-refresh=false", "-detailed-exitcode"), NO_CHANGES,
    ),
    Phase(
        "no-op plan, from the cloud", 4,
        ("plan", ENVIRONMENT, "--refresh", "--detailed-exitcode"), ("plan", "-detailed-exitcode"), NO_CHANGES,
    ),
    Phase(
        "destroy", 5,
        ("destroy", ENVIRONMENT, "--yes"), ("destroy", "-auto-approve", "-refresh=false"), 0,
    ),
)  # fmt: skip
DESTROY = PHASES[-1]


class Side:
    """One tool in a folder of its own."""

    name = ""

    def __init__(self, folder, environment):
        self.folder = folder
        self.environment = environment
        self.folder.mkdir(parents=True, exist_ok=True)

    def run(self, command, exits_with=0):
        """Seconds of wall clock and of processor time the command took, and what it wrote."""
        log = self.folder / "last.log"
        with log.open("w") as out:
            began = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != exits_with:
            tail = "\n".join(log.read_text().splitlines()[-40:])
            raise Broken(
                f"{' '.join(map(str, command))} ended with {process.returncode}, not {exits_with}:\n{tail}"
            )
        return {"seconds": round(seconds, 3), "cpu": round(used.ru_utime + used.ru_stime, 3)}, log.read_text()


class Ours(Side):
    """`provisioner` of the environment whose interpreter runs this."""

    name = "ours"

    def __init__(self, folder, file):
        super().__init__(folder, surroundings())
        if file is not None:
            environments = folder / "environments"
            environments.mkdir()
            shutil.copy(file, environments / f"{ENVIRONMENT}.yaml")
            shutil.copy(BASE, environments)
        self.command = [sys.executable, "-m", "provisioner"]

    def phase(self, phase):
        return self.run([*self.command, *phase.ours], phase.exits_with)[0]

    def answers(self, *arguments):
        """The JSON documents that a command writes, one for each stack."""
        text, found = self.run([*self.command, *arguments])[1].strip(), []
        while text:
            document, end = json.JSONDecoder().raw_decode(text)
            found.append(document)
            text = text[end:].lstrip()
        return found


class Terraform(Side):
    """Terraform, with its provider from a folder."""

    name = "terraform"

    def __init__(self, folder, command, plugins, endpoint):
        configuration = folder / "terraformrc"
        access = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        quiet = {"TF_CLI_CONFIG_FILE": str(configuration), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        super().__init__(folder, surroundings() | access | quiet)
        configuration.write_text(
            f"provider_installation {{\n  filesystem_mirror {{ path = {json.dumps(plugins)} }}\n}}\n"
        )
        self.command = command

    def phase(self, phase):
        options = ["-input=false", "-no-color"]
        timed, text = self.run([self.command, *phase.terraform, *options], phase.exits_with)
        waits = {
            found[1]: 60 * int(found[2] or 0) + int(found[3])
            for found in re.finditer(r"^(\S+): \w+ complete after (?:(\d+)m)?(\d+)s", text, re.M)
        }
        return timed | ({"longest": longest(waits)} if waits else {})

    def prepare(self, written):
        (self.folder / "main.tf.json").write_text(json.dumps(written, indent=2))
        self.run([self.command, "init", "-input=false", "-no-color"])
        self.run([self.command, "validate", "-no-color"])  # the provider's 700 MB are in memory from here on


class Cloud:
    """The local cloud both sides act on."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self._session = boto3.Session("local", "local", region_name=REGION)
        self._config = Config(s3={"addressing_style": "path"})

    def client(self, service):
        return self._session.client(service, endpoint_url=self.endpoint, config=self._config)

    def reset(self):
        """Empty it; and pay here for what the first call of a service costs."""
        urllib.request.urlopen(
            urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")
        ).read()
        self.client("iam").list_policies(MaxItems=1)
        self.client("sts").get_caller_identity()
        self.inventory()

    def inventory(self):
        return Inventory(self.client).lines()


def surroundings():
    """Environment variables without the person's AWS and Terraform settings; compiled modules may be kept."""
    unwanted = ("AWS_", "TF_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}


def longest(waits):
    """The three resources that took longest, in seconds."""
    return dict(sorted(waits.items(), key=lambda wait: -wait[1])[:3])


def one_round(side, cloud):
    """The five phases from an empty cloud to an empty cloud, and what stood in it before the last."""
    cloud.reset()
    empty = cloud.inventory()
    timed, standing = {}, []
    for phase in PHASES:
        if phase is DESTROY:
            standing = cloud.inventory()
        timed[phase.title] = side.phase(phase)
        tell(f"  {side.name:10} {phase.title:28} {timed[phase.title]['seconds']:7.2f} s")
    if left := sorted(set(cloud.inventory()) - set(empty)):
        raise Broken(f"{side.name} left {len(left)} properties behind, such as {left[0]}")
    return timed, standing


def compare(ours, theirs):
    """Differences between two ends: those that matter, and those that do not with the reason."""
    matter, accepted = [], []
    for line in sorted(set(ours) ^ set(theirs)):
        text = f"{'ours     ' if line in ours else 'terraform'} {line}"
        reason = next(
            (why for pattern, why in DIFFERENCES_THAT_DO_NOT_MATTER.items() if re.search(pattern, line)), None
        )
        matter.append(text) if reason is None else accepted.append(f"{text}  ({reason})")
    return matter, accepted


def table(rounds):
    """The medians in Markdown, with the ratio and the least ratio of any round."""
    lines = ["| | ours | Terraform | ratio | aim |", "|---|---:|---:|---:|---:|"]
    for phase in PHASES:
        ours, theirs = (
            [each[side][phase.title]["seconds"] for each in rounds] for side in ("ours", "terraform")
        )
        a, b = statistics.median(ours), statistics.median(theirs)
        lines.append(f"| {phase.title} | {a:.2f} s | {b:.1f} s | {b / a:.1f} | ≥ {phase.aim} |")
    return "\n".join(lines)


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processors": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def tell(text):
    print(text, flush=True)


def measure(arguments, work):
    ours = Ours(work / "ours", arguments.environment)
    tell("preparing: our first apply, from whose state Terraform's program is made")
    ours.run([*ours.command, "local", "start"])
    [status] = ours.answers("local", "status", "--json")
    cloud = Cloud(status["endpoint"])
    ours.run([*ours.command, "apply", ENVIRONMENT, "--yes"])
    written = program(ours.answers("state", "export", ENVIRONMENT))
    ours.phase(DESTROY)
    if arguments.without:
        written = without(written, arguments.without)
    terraform = Terraform(work / "terraform", arguments.terraform, arguments.plugin_dir, cloud.endpoint)
    terraform.prepare(written)
    rounds, matter, accepted = [], [], []
    for number in range(arguments.rounds):
        tell(f"round {number + 1} of {arguments.rounds}")
        timed, standing = zip(*(one_round(side, cloud) for side in (ours, terraform)), strict=True)
        rounds.append({"ours": timed[0], "terraform": timed[1]})
        if not arguments.without:
            matter, accepted = compare(*standing)
        if matter:
            break
    report = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "terraform": terraform.run([terraform.command, "version", "-json"])[1],
        "resources": sum(len(each) for each in written["resource"].values()),
        "types": len(written["resource"]),
        "without": arguments.without,
        "rounds": rounds,
        "differences": {"matter": matter, "do not matter": accepted},
    }
    report["terraform"] = json.loads(report["terraform"])["terraform_version"]
    ours.run([*ours.command, "local", "stop"])
    return report


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--plugin-dir", required=True, help="filesystem mirror that holds hashicorp/aws 5.100.0"
    )
    parser.add_argument(
        "--terraform", default="terraform", help="Terraform 1.11 (default: the one on the path)"
    )
    parser.add_argument(
        "--environment",
        type=Path,
        default=Path(__file__).with_name("local.yaml"),
        help=f"file of an environment called `{ENVIRONMENT}` that extends base.yaml (default: local.yaml beside this)",
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--without", action="append", default=[], metavar="TYPE", help="leave out of Terraform's program"
    )
    parser.add_argument("--work", type=Path, help="folder to work in, and to keep (default: a temporary one)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the raw results go")
    return parser.parse_args()


def main():
    arguments = parsed()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        report = measure(arguments, arguments.work or Path(temporary))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    tell(
        f"\n{report['resources']} resources of {report['types']} types, medians of {len(report['rounds'])} rounds\n"
    )
    tell(table(report["rounds"]))
    for kind, lines in report["differences"].items():
        tell(f"\ndifferences that {kind}: {len(lines)}")
        for line in lines:
            tell(f"  {line}")
    return 1 if report["differences"]["matter"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Broken as broken:
        sys.exit(f"no result: {broken}")
