"""The same resources through our rules and through Checkov's checks: a state of Pulumi and a plan of Terraform."""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from policies.values import UNKNOWN, Hidden
from tests.integration.policy import judges
from tests.integration.policy.terraform_plan import plan

ROOT = Path(__file__).parents[2]
REFUSED = 3
"""What `policy check` ends with if a rule is broken."""


def compared(resources, rounds, judge, work):
    """What each takes for all of these resources and for one of them, as a process from its start to its exit.

    In turns; what one resource takes is what it costs to start. Of each, the time on the wall and that of the
    processor, which what else the machine does changes little.
    """
    cloud = [each for each in resources if each.type.startswith("aws:")]
    providers = [each for each in resources if each.type.startswith("pulumi:providers:")]
    files = {size: _written(cloud[:size], providers, work / str(size)) for size in (len(cloud), 1)}
    taken = {(who, size): [] for who in ("ours", "checkov") for size in files}
    checks = set()
    for _ in range(rounds):
        for size, folder in files.items():
            taken["ours", size].append(_taken(lambda at=folder: _ours(at)))
            taken["checkov", size].append(_taken(lambda at=folder: checks.update(_checkov(judge, at, work))))
    return {
        "resources": len(cloud),
        "version": judges.asked(judge, "-m", "checkov.main", "--version", home=work).strip(),
        "checks": len(checks),
        "seconds": _table(taken, "wall"),
        "processor_seconds": _table(taken, "processor"),
        "ratio": _ratio(taken, "wall", len(cloud), start=0),
        "ratio_without_start": _ratio(taken, "wall", len(cloud), start=1),
        "processor_ratio": _ratio(taken, "processor", len(cloud), start=0),
        "processor_ratio_without_start": _ratio(taken, "processor", len(cloud), start=1),
    }


def _table(taken, clock):
    table = {}
    for (who, size), rounds in taken.items():
        table.setdefault(who, {})[str(size)] = [round(each[clock], 3) for each in rounds]
    return table


def _ratio(taken, clock, size, start):
    """How many times as long Checkov takes; with `start`, of what is left without a run for so many resources."""

    def median(who, size):
        return statistics.median(each[clock] for each in taken[who, size])

    ours, checkov = (median(who, size) - (median(who, start) if start else 0) for who in ("ours", "checkov"))
    return round(checkov / ours, 1)


def _taken(work):
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": time.perf_counter() - began, "processor": processor}


def _written(resources, providers, folder):
    """The resources as each reads them; no state has what is known only after an apply, a plan says that it will."""
    folder.mkdir()
    (folder / "plan.json").write_text(json.dumps(plan(resources)))
    records = [_record(each) for each in (*providers, *resources)]
    state = {"version": 3, "deployment": {"resources": records}}
    (folder / "state").write_text(json.dumps(state))
    return folder


def _record(each):
    return {
        "urn": each.urn,
        "type": each.type,
        "custom": True,
        "id": each.id,
        "inputs": _plain(each.inputs),
        "parent": each.parent,
        "provider": f"{each.provider}::id",
        "dependencies": sorted(each.dependencies),
        "propertyDependencies": {name: sorted(urns) for name, urns in each.property_dependencies.items()},
        "protect": bool(each.options.get("protect")),
    }


def _plain(value):
    match value:
        case Hidden():
            return _plain(value.value)
        case dict():
            return {name: _plain(item) for name, item in value.items() if item is not UNKNOWN}
        case list():
            return [_plain(item) for item in value if item is not UNKNOWN]
        case _:
            return value


def _ours(folder):
    command = [Path(sys.executable).with_name("provisioner"), "policy", "check", "prod-multi-region"]
    command += ["--state", folder / "state", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode in (0, REFUSED), done.stderr.decode()


def _checkov(judge, folder, work):
    """The checks that had something to say."""
    found = judges.checkov(judge, folder, work, [judges.PLANS])
    return {check for verdicts in found.values() for check in verdicts}
