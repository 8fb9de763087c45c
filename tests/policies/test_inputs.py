"""Which rules wait for something that is not in a plan, and that they say what."""

import pytest

from policies.catalogue import BY_ID
from policies.check import check
from policies.model import Status
from policies.packs import RULES, applying
from policies.scene import Scene
from tests.support.judged import facts, resources

WAITING = {
    "AG-022": "bundle lock",
    "CO-002": "prices",
    "GV-005": "provenance",
    "GV-007": "approvals",
    "MR-010": "quotas",
}
"""By what they wait for, in the words in which it is told."""


def test_only_these_wait():
    told = {
        rule.id: " and ".join(name.replace("_", " ") for name in rule.needs) for rule in RULES if rule.needs
    }
    assert told == WAITING


def test_every_entry_of_the_catalogue_has_its_rule():
    assert [rule.id for rule in RULES] == list(BY_ID)


@pytest.mark.parametrize("name", ["dev", "prod-airgap", "prod-multi-region"])
def test_what_waits_says_for_what_and_stops_nothing(name):
    waiting = [rule for rule in applying(facts(name)) if rule.needs]
    said = check(waiting, Scene(resources(name), facts(name)))
    assert {each.rule.id: each.message for each in said.verdicts} == {
        rule.id: f"This needs {WAITING[rule.id]}, which nobody gave." for rule in waiting
    }
    assert {each.status for each in said.verdicts} == {Status.DEFERRED}
    assert not said.blocking
