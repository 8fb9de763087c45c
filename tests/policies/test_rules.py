"""Every rule has cases, and says of each what it has to say."""

import json
from pathlib import Path

import pytest

from policies.catalogue import BY_ID
from policies.check import check
from policies.model import Status, WhenUnknown
from policies.packs import RULES
from tests.support.policy_cases import read, scene_of

CASES = Path(__file__).parent / "cases"
RULE = {rule.id: rule for rule in RULES}
ALL = [
    pytest.param(rule, kind, case, id=f"{name}-{kind}-{number}")
    for name, rule in RULE.items()
    if (CASES / f"{name}.yaml").exists()
    for kind, cases in read(CASES / f"{name}.yaml").items()
    for number, case in enumerate(cases)
]


def verdicts(rule, case):
    return check([rule], scene_of(case)).verdicts


@pytest.mark.parametrize(("rule", "kind", "case"), ALL)
def test_a_rule_judges_its_cases(rule, kind, case):
    said = verdicts(rule, case)
    assert not [each.message for each in said if each.status is Status.ERROR]
    match kind:
        case "good":
            assert {each.status for each in said} == {Status.PASS}, said
        case "bad":
            failed = sorted(each.path for each in said if each.status is Status.FAIL)
            assert failed == sorted(case["findings"])
            assert all(each.message.endswith(".") for each in said if each.status is Status.FAIL)
        case "unknown":
            expected = Status.FAIL if rule.entry.unknown is WhenUnknown.FAIL else Status.DEFERRED
            assert expected in {each.status for each in said}, said
        case "not_applicable":
            assert {each.status for each in said} == {Status.NOT_APPLICABLE}, said
        case _:
            pytest.fail(f"{kind} is no kind of case")


def test_a_rule_has_cases_of_each_kind():
    """One good, two bad, one unknown, one to which it does not apply, at the least."""
    for name, rule in RULE.items():
        cases = read(CASES / f"{name}.yaml")
        least = {"good": 1, "bad": 2}
        if not {"*", "environment"} & set(rule.types):
            least |= {"not_applicable": 1}
        if not rule.needs:
            least |= {"unknown": 1}
        assert {kind: len(cases.get(kind, ())) >= count for kind, count in least.items()} == dict.fromkeys(
            least, True
        ), name


def test_there_are_no_cases_without_a_rule():
    assert {path.stem for path in CASES.iterdir()} == set(RULE)


def test_every_rule_is_in_the_catalogue_once_and_says_what_to_do():
    assert len(RULE) == len(RULES)
    assert set(RULE) <= set(BY_ID)
    for rule in RULES:
        assert rule.title.endswith("."), rule.id
        assert rule.fix.endswith("."), rule.id
        assert rule.types, rule.id


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_breaks_on_what_is_missing_unknown_or_of_the_wrong_kind(rule):
    """Each input of each good case is taken away, made unknown, null, a number, a text, a list, an object."""
    from policies.values import UNKNOWN

    for case in read(CASES / f"{rule.id}.yaml")["good"]:
        for key in [key for key in case if ":" in key]:
            for name in list(case[key] or {}):
                if name.startswith("$"):
                    continue
                for value in (UNKNOWN, None, 7, "x", [], {}, [7], {"a": 7}, True, json.dumps([])):
                    broken = {**case, key: {**case[key], name: value}}
                    said = verdicts(rule, broken)
                    assert not [each for each in said if each.status is Status.ERROR], (name, value)
