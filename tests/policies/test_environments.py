"""The environments that come with the tool break no rule."""

import pytest

from policies.check import check
from policies.model import Status
from policies.packs import applying
from policies.scene import Scene
from tests.support.judged import facts, resources

SHIPPED = ("local", "dev", "prod", "prod-airgap", "prod-multi-region", "on-prem")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_environment_breaks_no_rule(name):
    """What is not known before an apply is left; every rule that a resource is there for has said something."""
    said = check(tuple(applying(facts(name))), Scene(resources(name), facts(name)))
    assert not [
        (each.rule.id, each.resource.urn, each.path, each.message)
        for each in said.findings
        if each.status is not Status.DEFERRED
    ]


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_plan_is_judged_the_same_in_any_order(name):
    def verdicts(objects):
        return [
            (each.rule.id, each.status, each.resource.urn, each.path)
            for each in check(tuple(applying(facts(name))), Scene(objects, facts(name))).verdicts
        ]

    objects = resources(name)
    assert verdicts(tuple(reversed(objects))) == verdicts(objects)
