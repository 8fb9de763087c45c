"""Components that a plugin makes: it registers what they consist of with the run that asked for them."""

import sys

import pulumi
import pytest

from provisioner.engine.failures import ProgramFailed
from provisioner.engine.interface import Result, Stack
from provisioner.engine.plugin_failures import NoPlugin
from tests.conformance.provider.cloud import Cloud
from tests.conformance.provider.serving import install
from tests.support.plugins import ROOT, script

PARTS = '#!/bin/sh\nexec env PYTHONPATH={root} {python} -m tests.support.components_plugin "$@"\n'


class Pair(pulumi.ComponentResource):
    """The component as a generated SDK has it."""

    arn: pulumi.Output[str]
    password: pulumi.Output[str]

    def __init__(self, name, opts=None, **inputs):
        super().__init__("parts:index:Pair", name, {**inputs, "arn": None}, opts, remote=True)


@pytest.fixture
def laboratory(desk):
    """The desk with the plugins `parts` and `lab`, and the cloud of the latter."""
    script(desk.path, "pulumi-resource-parts", PARTS.format(root=ROOT, python=sys.executable))
    install(desk.path, desk.folder / "lab.json", sys.executable)
    desk.stack = lambda program: Stack("layer", "test.here", "here", program, {})  # with default providers
    desk.lab = Cloud(desk.folder / "lab.json")
    return desk


def pair(size=1, **inputs):
    def program():
        made = Pair("p", size=size, **inputs)
        pulumi.export("arn", made.arn)

    return program


def words(plan):
    return sorted(
        (step.name, step.op.value) for step in plan.steps if step.type.startswith(("lab:", "parts:"))
    )


def test_what_it_consists_of_is_planned_made_changed_and_deleted(laboratory):
    assert words(laboratory.plan(pair())) == [
        ("p", "create"),
        ("p-first", "create"),
        ("p-second", "create"),
    ]
    assert laboratory.apply(pair()).result is Result.DONE
    assert laboratory.outputs() == {"arn": "arn:p-second-1"}
    first = laboratory.resources()["p-first"]
    assert first.urn.endswith("parts:index:Pair$lab:index:Box::p-first")
    assert words(laboratory.plan(pair(size=2))) == [
        ("p", "same"),
        ("p-first", "update"),
        ("p-second", "same"),
    ]
    assert laboratory.apply(pair(size=2)).result is Result.DONE
    assert laboratory.destroy().result is Result.DONE
    assert laboratory.lab.names() == []
    assert not laboratory.breaches()


def test_a_secret_stays_one_on_its_way_through_the_plugin(laboratory):
    def program():
        made = Pair("p", size=1, password=pulumi.Output.secret("hunter2hunter2"))
        pulumi.export("password", made.password)

    assert laboratory.apply(program).result is Result.DONE
    state = (laboratory.folder / "state" / ".pulumi" / "stacks" / "layer" / "test.here.json").read_text()
    assert "hunter2hunter2" not in state


def test_a_component_that_fails_fails_the_program_with_what_it_said(laboratory):
    with pytest.raises(ProgramFailed, match="a pair of what"):
        laboratory.plan(pair(fails=True))


def test_a_component_of_a_package_without_a_plugin_is_refused(desk):
    desk.stack = lambda program: Stack("layer", "test.here", "here", program, {})
    with pytest.raises(NoPlugin) as caught:
        desk.plan(pair())
    assert caught.value.package == "parts"
