"""Which rules an environment brings with it."""

from datetime import date

from policies.catalogue import BY_ID
from policies.model import Waivable
from policies.packs import RULES, applying
from policies.scene import Facts


def rules(**facts):
    return {rule.id: rule for rule in applying(Facts(environment="test", today=date(2026, 11, 21), **facts))}


def packs(**facts):
    return {rule.entry.pack for rule in rules(**facts).values()}


def test_an_air_gap_brings_its_pack():
    assert "airgapped" not in packs()
    assert "airgapped" in packs(is_airgapped=True)


def test_rules_are_in_the_order_of_the_catalogue():
    assert [rule.id for rule in RULES] == [id for id in BY_ID if id in {rule.id for rule in RULES}]


def test_nobody_allows_a_way_into_an_air_gap():
    """What one or two people can allow elsewhere."""
    absolute = {id for id, rule in rules(is_airgapped=True).items() if rule.entry != BY_ID[id]}
    assert absolute == {"BL-EKS-001", "BL-K8S-004", "BL-K8S-008", "BL-NET-004"}
    assert {rules(is_airgapped=True)[id].entry.waivable for id in absolute} == {Waivable.NEVER}
    assert all(rule.entry == BY_ID[id] for id, rule in rules().items())
