"""The plan of a shipped environment as rules see it: planned by the embedded engine, in memory, without an account."""

import contextlib
import functools
import shutil
import tempfile
from datetime import date
from pathlib import Path

from environments.load import find, load
from policies.check import check
from policies.model import Status
from policies.packs import applying
from policies.scene import Scene
from provisioner import judging
from provisioner.asked import Asked
from provisioner.plan.model import Mode, Source
from provisioner.wiring import planning
from provisioner.workflow import preview

NOBODY_ANSWERS = """\
contexts: [{name: on-prem, context: {cluster: away}}]
clusters: [{name: away, cluster: {server: "https://127.0.0.1:9"}}]
"""
"""The access to the existing cluster of `on-prem`: a plan does without it."""

TODAY = date(2026, 11, 21)


@functools.cache
def resources(name):
    """Of the environment's first plan; call it in a test, where nothing leads to a real cloud."""
    shipped = find(name).resolve().parent
    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty):
        files = Path("environments")
        files.mkdir()
        for file in (*shipped.glob("*.yaml"), *shipped.glob("*.lock")):
            shutil.copy(file, files)
        (files / "kubeconfig").write_text(NOBODY_ANSWERS)
        with planning(Asked(str(files / f"{name}.yaml"))) as workspace:
            plans = preview(workspace.engine, workspace.schedule(Mode.UPDATE), Source.STATE)
            return judging.of_plans(tuple(map(workspace.explained, plans)))


@functools.cache
def facts(name):
    return judging.facts(load(find(name)).environment, TODAY)


@functools.cache
def rules(name, pack):
    return tuple(rule for rule in applying(facts(name)) if rule.entry.pack == pack)


def broken(name, pack, objects):
    """What breaks a rule of a pack so that nothing is applied: rule, name and path."""
    report = check(rules(name, pack), Scene(objects, facts(name)))
    assert not [each for each in report.verdicts if each.status is Status.ERROR]
    return {(each.rule.id, each.resource.name, each.path) for each in report.blocking}
