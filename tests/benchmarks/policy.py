"""What judging costs: all rules on 1,000 and on 10,000 resources.

    .venv/bin/python -m tests.benchmarks.policy [--checkov [PYTHON]] [--out F]

The resources are those of the shipped environments for production as they are planned, each a number of times
under other names, so that what belongs together stays together. With `--checkov`, 1,000 resources of AWS go through
our command and through Checkov's in turns, and that alone is added to the result: the Checkov of a PYTHON, or the one
that the integration tests install.
"""

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from policies.check import check
from policies.packs import RULES
from policies.scene import Facts, Scene
from provisioner import judging
from provisioner.asked import Asked
from provisioner.plan.model import Mode, Source
from provisioner.policing import today
from provisioner.wiring import planning
from provisioner.workflow import preview
from tests.benchmarks.policy_checkov import compared
from tests.benchmarks.terraform import machine
from tests.integration.policy import judges

SIZES = (1_000, 10_000)
ENVIRONMENTS = ("prod", "prod-airgap", "prod-multi-region")
AIMS = {1_000: 2.0, 10_000: 20.0}
"""Seconds."""
BESIDE = 1_000
"""Resources that Checkov judges as well."""


def planned(name):
    """The resources of an environment, and its facts."""
    with planning(Asked(name)) as workspace:
        plans = preview(workspace.engine, workspace.schedule(Mode.UPDATE), Source.STATE)
        return judging.of_plans(plans), judging.facts(workspace.environment, today())


def copied(resources, number):
    """The same resources under other names, leading to each other."""

    def named(urn):
        return f"{urn}-{number}" if urn else urn

    def all_named(urns):
        return frozenset(map(named, urns))

    return [
        replace(
            each,
            urn=named(each.urn),
            name=f"{each.name}-{number}",
            id=each.id and named(each.id),
            parent=named(each.parent),
            provider=named(each.provider),
            dependencies=all_named(each.dependencies),
            property_dependencies={
                name: all_named(urns) for name, urns in each.property_dependencies.items()
            },
        )
        for each in resources
    ]


def multiplied(known, size):
    """At least so many resources."""
    resources = []
    while len(resources) < size:
        for those, _ in known:
            resources += copied(those, len(resources))
    return resources


def beside_checkov(known, options):
    """1,000 resources of AWS through our command and through Checkov's."""
    resources = multiplied(known, 2 * BESIDE)
    cloud = [each for each in resources if each.type.startswith("aws:")][:BESIDE]
    providers = [each for each in resources if each.type.startswith("pulumi:providers:")]
    with tempfile.TemporaryDirectory() as work:
        judge = Path(options.checkov) if options.checkov else judges.python()
        found = compared([*providers, *cloud], options.rounds, judge, Path(work))
    found = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rules": len(RULES),
        **found,
    }
    print(
        f"{found['resources']:6} resources, whole commands: Checkov {found['version']} takes "
        f"{found['ratio']} times as long ({found['ratio_without_start']} times without start), "
        f"and {found['processor_ratio']} ({found['processor_ratio_without_start']}) times of the processor"
    )
    return found


def add(file, found):
    """What was measured now, beside what the file has of other measurements."""
    before = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(before | found, indent=2) + "\n")


def main():
    """Measure, print a table, write the result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checkov", nargs="?", const="", metavar="PYTHON")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "policy.json")
    options = parser.parse_args()
    known = [planned(name) for name in ENVIRONMENTS]
    if options.checkov is not None:
        add(options.out, {"checkov": beside_checkov(known, options)})
        return
    facts = Facts(environment="all", regions=("us-east-1", "eu-west-1"), is_airgapped=True, today=today())
    found = {}
    for size in SIZES:
        resources = multiplied(known, size)
        seconds = []
        for _ in range(options.rounds):
            began = time.perf_counter()
            report = check(RULES, Scene(resources[:size], facts))
            seconds.append(time.perf_counter() - began)
        found[size] = {
            "seconds": [round(each, 3) for each in seconds],
            "median": round(statistics.median(seconds), 3),
            "verdicts": len(report.verdicts),
            "aim": AIMS[size],
        }
        print(
            f"{size:6} resources x {len(RULES)} rules: {found[size]['median']:.2f} s (aim {AIMS[size]:.0f} s)"
        )
    result = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rules": len(RULES),
        "sizes": found,
    }
    add(options.out, result)


if __name__ == "__main__":
    main()
